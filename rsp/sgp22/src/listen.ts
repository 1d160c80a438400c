import { createServer as createHttp, type RequestListener, type Server } from 'node:http'
import { createServer as createHttps, type Server as HttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'

/** One place to listen. */
export interface ListenAt {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Absent: plain HTTP, for a proxy in front and for tests; operators cannot use it. */
  readonly tls?: TlsOfListener
}

/** Certificate and key of a listener, PEM, and what they lie on. */
export interface TlsOfListener {
  readonly cert: string
  readonly key: string
  readonly curve: 'nist' | 'brainpool'
}

/** An open listener. */
export interface Listening {
  readonly port: number
  /** Shows another certificate to whoever connects from now on. Throws what OpenSSL says of a pair that does not fit. */
  renew(tls: TlsOfListener): void
  close(): Promise<void>
}

const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
/** Milliseconds of one turn of the event loop that new connections may take; a hundred phones may knock at once. */
const MOST_MS = 2

/** Brainpool is offered by name and under TLS 1.2 only: TLS 1.3 has no code point for its signatures in OpenSSL 3. */
const TLS_OF: Readonly<Record<'nist' | 'brainpool', object>> = {
  nist: { minVersion: 'TLSv1.2' },
  brainpool: { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ecdhCurve: 'brainpoolP256r1:prime256v1' },
}

const contextOf = ({ cert, key, curve }: TlsOfListener) => ({ cert, key, ...TLS_OF[curve] })

/**
 * Opens one listener. TLS asks every client for a certificate and accepts any: phones have none, and the
 * paths for operators judge it themselves.
 */
export async function listen(at: ListenAt, listener: RequestListener): Promise<Listening> {
  const server: Server = at.tls
    ? createHttps({ ...contextOf(at.tls), requestCert: true, rejectUnauthorized: false }, listener)
    : createHttp(listener)
  const hangUp = at.tls ? connectInTurns(server) : () => {}
  server.headersTimeout = HEADERS_TIMEOUT_MS
  server.requestTimeout = REQUEST_TIMEOUT_MS
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(at.port, at.host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    renew: (tls) => {
      if (at.tls) (server as HttpsServer).setSecureContext(contextOf(tls))
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        hangUp()
        server.closeIdleConnections()
        setTimeout(() => server.closeAllConnections(), 1000).unref()
      }),
  }
}

/** Steps that are done a few a turn of the event loop, so that timers, other connections and health checks run in between. */
class Steps {
  readonly #waiting: (() => void)[] = []
  #isRunning = false

  add(step: () => void): void {
    this.#waiting.push(step)
    if (this.#isRunning) return
    this.#isRunning = true
    setImmediate(() => void this.#run())
  }

  async #run(): Promise<void> {
    const startedMs = performance.now()
    do {
      this.#waiting.shift()!()
      // What a step leaves for the next tick, as TLS does with what had been read, belongs to it.
      await new Promise<void>((resolve) => process.nextTick(resolve))
    } while (this.#waiting.length > 0 && performance.now() - startedMs < MOST_MS)
    this.#isRunning = this.#waiting.length > 0
    if (this.#isRunning) setImmediate(() => void this.#run())
  }
}

// Who hangs up while waiting is no fault of the server; TLS and HTTP listen for themselves once they have the connection.
const ignore = () => {}

/**
 * Spreads two steps of new connections over turns: the first message of a phone, which costs TLS a signature and an
 * agreement, and the beginning of HTTP. A connection goes to TLS only when that message is there, for many may come at
 * once on connections that were made long before. Counted by turn and not by handshakes under way: else idle connections
 * could shut everybody out. Gives what hangs up on those who have said nothing yet.
 */
function connectInTurns(server: Server): () => void {
  const [secure] = server.listeners('connection') as ((socket: Socket) => void)[]
  const [serve] = server.listeners('secureConnection') as ((socket: Socket) => void)[]
  const steps = new Steps()
  const silent = new Set<Socket>()

  function later(socket: Socket, begin: (socket: Socket) => void): void {
    steps.add(() => {
      socket.off('error', ignore)
      if (!socket.destroyed) begin.call(server, socket)
    })
  }

  server.off('connection', secure!)
  server.on('connection', (socket: Socket) => {
    silent.add(socket)
    socket.on('error', ignore)
    const giveUp = () => socket.destroy()
    const forget = () => silent.delete(socket)
    socket.setTimeout(HEADERS_TIMEOUT_MS, giveUp)
    socket.once('close', forget)
    socket.once('readable', () => {
      socket.off('close', forget)
      socket.off('timeout', giveUp)
      socket.setTimeout(0)
      forget()
      if (socket.readableLength === 0) socket.destroy()
      else later(socket, secure!)
    })
  })
  server.off('secureConnection', serve!)
  server.on('secureConnection', (socket: Socket) => {
    socket.on('error', ignore)
    later(socket, serve!)
  })
  return () => {
    for (const socket of silent) socket.destroy()
  }
}
