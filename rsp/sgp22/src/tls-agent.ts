import type { X509Certificate } from 'node:crypto'
import { Agent, type AgentOptions } from 'node:https'
import { isIP } from 'node:net'
import type { PeerCertificate, TLSSocket } from 'node:tls'

/** What the sockets of this agent show in place of Node's own view of a certificate. */
interface ShownCertificate {
  readonly x509?: X509Certificate
}

/** Whether a certificate names a host (RFC 6125: alternative names only, never the common name). */
function checkIdentity(host: string, shown: unknown): Error | undefined {
  const { x509 } = shown as ShownCertificate
  const named = x509 && (isIP(host) ? x509.checkIP(host) : x509.checkHost(host, { subject: 'never' }))
  return named ? undefined : new Error(`the certificate of the server does not name ${host}`)
}

type CreateConnection = (this: Agent, ...values: unknown[]) => TLSSocket

/**
 * An HTTPS agent that can meet brainpool certificates. Node 24 crashes when it makes its own view of one, which it
 * does after every handshake to compare names; this agent shows it the certificate unread and compares by itself.
 */
export class RspAgent extends Agent {
  constructor(options: AgentOptions = {}) {
    super({
      keepAlive: true,
      // Node does not offer brainpool by itself, and SGP.26 has it.
      ecdhCurve: 'X25519:prime256v1:brainpoolP256r1',
      checkServerIdentity: (host: string, shown: PeerCertificate) => checkIdentity(host, shown),
      ...options,
    })
  }

  // Node calls this with the options of the connection; the types of the base class do not show it.
  override createConnection(...values: unknown[]): TLSSocket {
    const create = (Agent.prototype as unknown as { createConnection: CreateConnection }).createConnection
    const socket = create.apply(this, values)
    const show = () => ({ x509: socket.getPeerX509Certificate() })
    Object.defineProperty(socket, 'getPeerCertificate', { value: show })
    return socket
  }
}
