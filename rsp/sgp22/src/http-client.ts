import { request as httpRequest } from 'node:http'
import { type Agent, request as httpsRequest } from 'node:https'
import { Failure, refuse, unreachable } from '@gesim/base'
import {
  isObject,
  type RequestOf,
  type ResponseOf,
  type RspFunction,
  readBody,
  writeBody,
} from './members.ts'
import { statusText } from './status.ts'
import { RspAgent } from './tls-agent.ts'

/** Version of SGP.22 that both sides name in each message. */
export const PROTOCOL_VERSION = '2.5.0'
export const ADMIN_PROTOCOL = `gsma/rsp/v${PROTOCOL_VERSION}`

/** A server that is asked, and how to reach it. */
export interface Peer {
  /** Such as `https://smdp.example.com:8443`; a path is kept before that of the function, for servers behind a proxy. */
  readonly url: string
  /** Trusted issuers of its TLS certificate, PEM. Default: those of the system. */
  readonly ca?: string | readonly string[]
  /** Own certificate and key, PEM: for interfaces between servers. */
  readonly cert?: string
  readonly key?: string
  /** False accepts any certificate: for test peers only. */
  readonly verifyTls?: boolean
  /** Name that the certificate must carry, when it is not that of the URL. */
  readonly serverName?: string
  /** Default: one that can meet Brainpool certificates and keeps no connection. */
  readonly agent?: Agent
  readonly timeoutMs?: number
  /** Ends a call that is under way; it then throws `sgp22.no-answer`. */
  readonly signal?: AbortSignal
  readonly userAgent?: string
}

/** Who calls, and which call it is: the header between servers (SGP.22 section 6.5.1.3). */
export interface CallHeader {
  /** Identifier of the caller, dotted. */
  readonly functionRequesterIdentifier: string
  /** The same on a retry, so that a function runs once. */
  readonly functionCallIdentifier: string
}

// Connections are not kept: calls between servers are rare, and a server that stops shall not wait for them.
const SAFE_AGENT = new RspAgent({ keepAlive: false })

const MAX_RESPONSE_BYTES = 8 << 20
const DEFAULT_TIMEOUT_MS = 30_000

const isReset = (cause: unknown) => (cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNRESET'

/** The address of a function: below the path of the server's URL, unless that names the function already. */
function urlOf(peer: Peer, path: string): URL {
  const url = new URL(peer.url)
  const before = url.pathname.replace(/\/+$/, '')
  url.pathname = before.endsWith(path) ? before : before + path
  return url
}

/** Sends one request, a POST unless another method is named. Throws `sgp22.no-answer` when no whole answer comes in time. */
export function post(
  peer: Peer,
  path: string,
  body: Uint8Array,
  contentType: string,
  method = 'POST',
): Promise<{ status: number; body: Uint8Array }> {
  const url = urlOf(peer, path)
  const host = url.host
  const options = {
    method,
    agent: url.protocol === 'https:' ? (peer.agent ?? SAFE_AGENT) : undefined,
    timeout: peer.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    headers: {
      'user-agent': peer.userAgent ?? 'gsma-rsp-lpad',
      'x-admin-protocol': ADMIN_PROTOCOL,
      'content-type': contentType,
      'content-length': body.length,
    },
    ...(peer.ca === undefined ? {} : { ca: peer.ca as string | string[] }),
    ...(peer.cert === undefined ? {} : { cert: peer.cert, key: peer.key }),
    ...(peer.serverName === undefined ? {} : { servername: peer.serverName }),
    ...(peer.signal === undefined ? {} : { signal: peer.signal }),
    rejectUnauthorized: peer.verifyTls !== false,
  }
  const send = url.protocol === 'http:' ? httpRequest : httpsRequest
  const attempt = (isFirst: boolean): Promise<{ status: number; body: Uint8Array }> =>
    new Promise((resolve, reject) => {
      let isAnswered = false
      const fail = (cause: unknown) => {
        // The server closed the kept connection in the same moment (RFC 9112, 9.3.1). The functions stand being asked again.
        if (isFirst && !isAnswered && request.reusedSocket && isReset(cause)) resolve(attempt(false))
        else reject(cause instanceof Failure ? cause : unreachable('sgp22.no-answer', { host }, cause))
      }
      const request = send(url, options, (response) => {
        isAnswered = true
        const chunks: Buffer[] = []
        let length = 0
        response.on('data', (chunk: Buffer) => {
          length += chunk.length
          if (length > MAX_RESPONSE_BYTES) request.destroy(refuse('sgp22.body-too-large', { host }))
          else chunks.push(chunk)
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Uint8Array.from(Buffer.concat(chunks)) }),
        )
        response.on('error', fail)
      })
      request.on('timeout', () => request.destroy(new Error('timeout')))
      request.on('error', fail)
      request.end(body)
    })
  return attempt(true)
}

/**
 * Asks one function of a server in the JSON binding. Throws `sgp22.no-answer`, and
 * `sgp22.function-failed` with the facts `function`, `subject`, `reason` and `says`.
 *
 * ```ts
 * const { iccid } = await callFunction(smdp, ES2PLUS.downloadOrder, { profileType: 'data' }, header)
 * ```
 */
export async function callFunction<F extends RspFunction>(
  peer: Peer,
  fn: F,
  body: RequestOf<F>,
  header?: CallHeader,
): Promise<ResponseOf<F>> {
  const json = { ...(header ? { header } : {}), ...writeBody(fn.request, body) }
  const bytes = new TextEncoder().encode(JSON.stringify(json))
  const answer = await post(peer, fn.path, bytes, 'application/json;charset=UTF-8')
  const host = new URL(peer.url).host
  if (answer.status === 204) return {} as ResponseOf<F>
  // SGP.22 6.5.2.9 says 204; servers also answer 200 with nothing, a word or a header, and lpac takes any 2xx.
  const taken = fn.notification && answer.status >= 200 && answer.status < 300
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder().decode(answer.body))
  } catch (cause) {
    if (taken) return {} as ResponseOf<F>
    throw unreachable('sgp22.no-answer', { host, function: fn.name, status: answer.status }, cause)
  }
  refuseFailure(parsed, fn.name)
  if (taken) return {} as ResponseOf<F>
  if (answer.status !== 200)
    throw unreachable('sgp22.no-answer', { host, function: fn.name, status: answer.status })
  return readBody(fn.response, parsed) as ResponseOf<F>
}

/** Throws `sgp22.function-failed` when a response says so. */
function refuseFailure(response: unknown, name: string): void {
  const header = isObject(response) && isObject(response.header) ? response.header : {}
  const execution = isObject(header.functionExecutionStatus) ? header.functionExecutionStatus : {}
  if (execution.status !== 'Failed' && execution.status !== 'Expired') return
  const data = isObject(execution.statusCodeData) ? execution.statusCodeData : {}
  const [subject, reason] = [String(data.subjectCode ?? ''), String(data.reasonCode ?? '')]
  const message = typeof data.message === 'string' ? data.message.slice(0, 200) : undefined
  throw refuse('sgp22.function-failed', {
    function: name,
    subject,
    reason,
    says: statusText(subject, reason),
    message,
  })
}
