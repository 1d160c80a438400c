import { isIP } from 'node:net'
import { refuse } from '@gesim/base'
import { type Peer, RspAgent, SERVER_ADDRESS } from '@gesim/sgp22'

/** How servers are found and whom to trust. */
export interface ServerOptions {
  /** Trusted issuers of server certificates, PEM. Default: those of the system. */
  readonly ca?: readonly string[]
  /** Where servers are when their address does not lead there: address to URL. */
  readonly hosts?: Readonly<Record<string, string>>
  /** Accepts any certificate: for test peers only. */
  readonly insecure?: boolean
  readonly timeoutMs?: number
}

/** Addresses of servers to peers that can be asked. */
export class Servers {
  readonly #options: ServerOptions
  readonly #agent = new RspAgent()

  constructor(options: ServerOptions) {
    this.#options = options
  }

  /** Throws `lpa.not-an-address` for what an SM-DS or a profile names and is more than a host and a port. */
  peerOf(address: string): Peer {
    const { ca, hosts = {}, insecure = false, timeoutMs } = this.#options
    const mapped = Object.entries(hosts).find(([name]) => name.toLowerCase() === address.toLowerCase())?.[1]
    if (mapped === undefined && !SERVER_ADDRESS.test(address)) throw refuse('lpa.not-an-address', { address })
    const url = mapped ?? `https://${address}`
    const [host = ''] = address.split(':')
    return {
      url,
      ...(url.startsWith('https:') ? { agent: this.#agent } : {}),
      ...(ca ? { ca } : {}),
      // The certificate must name the server that was asked for, wherever the map says it is.
      ...(isIP(host) ? {} : { serverName: host }),
      verifyTls: !insecure,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    }
  }

  close(): void {
    this.#agent.destroy()
  }
}
