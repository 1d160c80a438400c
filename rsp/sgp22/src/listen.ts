import { createServer as createHttp, type RequestListener, type Server } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'

/** One place to listen. */
export interface ListenAt {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Absent: plain HTTP, for a proxy in front and for tests; operators cannot use it. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly curve: 'nist' | 'brainpool' }
}

/** An open listener. */
export interface Listening {
  readonly port: number
  close(): Promise<void>
}

const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
/** TLS handshakes that begin in one turn of the event loop: each costs a signature, and a hundred phones may knock at once. */
const HANDSHAKES_A_TURN = 4

/** Brainpool is offered by name and under TLS 1.2 only: TLS 1.3 has no code point for its signatures in OpenSSL 3. */
const TLS_OF: Readonly<Record<'nist' | 'brainpool', object>> = {
  nist: { minVersion: 'TLSv1.2' },
  brainpool: { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ecdhCurve: 'brainpoolP256r1:prime256v1' },
}

/**
 * Opens one listener. TLS asks every client for a certificate and accepts any: phones have none, and the
 * paths for operators judge it themselves.
 */
export async function listen(at: ListenAt, listener: RequestListener): Promise<Listening> {
  const server: Server = at.tls
    ? createHttps(
        {
          cert: at.tls.cert,
          key: at.tls.key,
          ...TLS_OF[at.tls.curve],
          requestCert: true,
          rejectUnauthorized: false,
        },
        listener,
      )
    : createHttp(listener)
  if (at.tls) handshakeInTurns(server)
  server.headersTimeout = HEADERS_TIMEOUT_MS
  server.requestTimeout = REQUEST_TIMEOUT_MS
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(at.port, at.host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
        setTimeout(() => server.closeAllConnections(), 1000).unref()
      }),
  }
}

/**
 * Hands new connections to TLS a few a turn, so that timers, other connections and health checks run in between. Counted by
 * turn and not by handshakes under way: else idle connections could shut everybody out.
 */
function handshakeInTurns(server: Server): void {
  const [accept] = server.listeners('connection') as ((socket: Socket) => void)[]
  const waiting: Socket[] = []
  // Who hangs up while waiting is no fault of the server; TLS listens for itself once it has the connection.
  const ignore = () => {}
  function next(): void {
    for (const socket of waiting.splice(0, HANDSHAKES_A_TURN)) {
      socket.off('error', ignore)
      if (!socket.destroyed) accept!.call(server, socket)
    }
    if (waiting.length > 0) setImmediate(next)
  }
  server.off('connection', accept!)
  server.on('connection', (socket: Socket) => {
    socket.on('error', ignore)
    if (waiting.push(socket) === 1) setImmediate(next)
  })
}
