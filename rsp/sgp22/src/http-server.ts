import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { isFailure, refuse } from '@gesim/base'
import { ADMIN_PROTOCOL, type CallHeader } from './http-client.ts'
import {
  isObject,
  type RequestOf,
  type ResponseOf,
  type RspFunction,
  readBody,
  writeBody,
} from './members.ts'
import { partsOf, type StatusCode, statusText } from './status.ts'

/** What is known of whoever asks. */
export interface Caller {
  /** DER of the certificate that was shown on the TLS connection. The server checks it, TLS did not. */
  readonly certificate?: Uint8Array
  /** Those of the authorities that it sent along, the nearest first; a resumed connection has none. */
  readonly authorities?: readonly Uint8Array[]
  /** Present on interfaces between servers. */
  readonly header?: CallHeader
}

/** One served function. */
export interface Endpoint<F extends RspFunction = RspFunction> {
  readonly function: F
  readonly handle: (body: RequestOf<F>, caller: Caller) => Promise<ResponseOf<F>>
}

/** Pairs a function with its handler, typed. */
export function endpoint<F extends RspFunction>(fn: F, handle: Endpoint<F>['handle']): Endpoint {
  return { function: fn, handle: handle as unknown as Endpoint['handle'] }
}

/** What a server does with requests. */
export interface RspServerOptions {
  readonly endpoints: readonly Endpoint[]
  /** The status code of an error; `undefined` when it is nobody's refusal, but our own fault. */
  readonly statusOf: (error: unknown) => StatusCode | undefined
  /** Told of every error that has no status code. */
  readonly onFault: (error: unknown, path: string) => void
  readonly maxBodyBytes?: number
  /** Other paths; returns false when it is none of them. */
  readonly otherwise?: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>
}

/** Largest request of any function; a profile result with its certificates has some kilobytes. */
export const MAX_REQUEST_BYTES = 256 * 1024

/** What is still read of a body that is too large, so that its sender gets to see the answer. */
const MAX_DRAINED_BYTES = 64 << 20

/** Reads a body up to a limit. Throws `sgp22.body-too-large` and `sgp22.body-cut`. */
export function readRequestBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const announced = Number(request.headers['content-length'] ?? 0)
    const refuseLarge = () => reject(refuse('sgp22.body-too-large', { maxBytes }))
    if (announced > maxBytes) refuseLarge()
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= maxBytes && announced <= maxBytes) return chunks.push(chunk)
      chunks.length = 0
      refuseLarge()
      if (length > maxBytes + MAX_DRAINED_BYTES) request.socket.destroy()
      return undefined
    })
    request.on('end', () => resolve(Uint8Array.from(Buffer.concat(chunks))))
    request.on('error', (cause) => reject(refuse('sgp22.body-cut', {}, cause)))
    request.on('close', () => reject(refuse('sgp22.body-cut')))
  })
}

/** Path of a request, without its query. A server must also take the whole URL as a proxy sends it (RFC 9112, 3.2.2). */
export function pathOf(request: IncomingMessage): string {
  const target = request.url ?? '/'
  return target.replace(/^https?:\/\/[^/?]*/i, '').split('?')[0] || '/'
}

const MAX_SHOWN = 8

/**
 * What a client showed of itself: its certificate, and those of the authorities between it and one that we may know.
 * `getPeerCertificate` must not be called: Node's own view of a Brainpool certificate crashes the process (Node 24,
 * OpenSSL 3.5), and any stranger may show one.
 */
export function certificatesOfConnection(
  request: IncomingMessage,
): Pick<Caller, 'certificate' | 'authorities'> {
  const socket = request.socket as TLSSocket
  const certificate = socket.encrypted ? socket.getPeerX509Certificate() : undefined
  if (!certificate) return {}
  const authorities: Uint8Array[] = []
  for (
    let next = certificate.issuerCertificate;
    next && authorities.length < MAX_SHOWN;
    next = next.issuerCertificate
  )
    authorities.push(Uint8Array.from(next.raw))
  return {
    certificate: Uint8Array.from(certificate.raw),
    ...(authorities.length > 0 ? { authorities } : {}),
  }
}

/** Sends JSON, or nothing with 204, which carries the type all the same: there are clients that look at it first. */
export function sendJson(response: ServerResponse, status: number, json?: unknown): void {
  const body = json === undefined ? undefined : JSON.stringify(json)
  response.writeHead(status, {
    'x-admin-protocol': ADMIN_PROTOCOL,
    'content-type': 'application/json;charset=UTF-8',
    ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
  })
  response.end(body)
}

/** A response that failed, as SGP.22 section 6.5.1.4 shapes it. */
export function failedBody(code: StatusCode): Record<string, unknown> {
  const { subject, reason } = partsOf(code)
  const statusCodeData = { subjectCode: subject, reasonCode: reason, message: statusText(subject, reason) }
  return { header: { functionExecutionStatus: { status: 'Failed', statusCodeData } } }
}

function headerOf(json: unknown, required: boolean): CallHeader | undefined {
  const header = isObject(json) && isObject(json.header) ? json.header : undefined
  const { functionRequesterIdentifier: requester, functionCallIdentifier: call } = header ?? {}
  const isName = (value: unknown): value is string =>
    typeof value === 'string' && value.length > 0 && value.length <= 255
  if (isName(requester) && isName(call))
    return { functionRequesterIdentifier: requester, functionCallIdentifier: call }
  const missing = requester === undefined || call === undefined
  if (required) throw refuse('sgp22.bad-member', { member: 'header', missing })
  return undefined
}

/** The status code of a body that does not have the form of its function. */
export function statusOfForm(error: unknown): StatusCode | undefined {
  if (isFailure(error, 'sgp22.bad-member')) return error.facts.missing ? '1.3.1/2.2' : '1.3.1/2.1'
  if (isFailure(error, 'sgp22.bad-body')) return '1.3.1/2.1'
  return undefined
}

/** Serves functions in the JSON binding: every refusal is HTTP 200 with its status code, never an exception. */
export function createRspListener(
  options: RspServerOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const byPath = new Map(options.endpoints.map((served) => [served.function.path, served]))
  const maxBytes = options.maxBodyBytes ?? MAX_REQUEST_BYTES

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request)
    const served = byPath.get(path)
    if (!served) {
      if (await options.otherwise?.(request, response)) return
      return sendJson(response, 404, failedBody('1.6/3.1'))
    }
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST')
      return sendJson(response, 405, failedBody('1.6/3.1'))
    }
    const bytes = await readRequestBody(request, maxBytes)
    let json: unknown
    try {
      json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    } catch {
      return sendJson(response, 400, failedBody('1.3.1/2.1'))
    }
    const fn = served.function
    const header = headerOf(json, fn.headerRequired)
    const body = await served.handle(readBody(fn.request, json), {
      ...certificatesOfConnection(request),
      header,
    })
    if (fn.notification) return sendJson(response, 204)
    sendJson(response, 200, {
      header: { functionExecutionStatus: { status: 'Executed-Success' } },
      ...writeBody(fn.response, body),
    })
  }

  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      // Nobody waits for an answer any more.
      if (response.headersSent || response.destroyed || isFailure(error, 'sgp22.body-cut'))
        return response.destroy()
      if (isFailure(error, 'sgp22.body-too-large')) return sendJson(response, 413, failedBody('1.3.1/2.1'))
      const code = options.statusOf(error) ?? statusOfForm(error)
      if (code) return sendJson(response, 200, failedBody(code))
      options.onFault(error, request.url ?? '')
      sendJson(response, 500, failedBody('1.2/4.2'))
    })
  }
}
