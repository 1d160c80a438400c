import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { isFailure, type Log } from '@gesim/base'
import {
  ADMIN_PROTOCOL,
  ASN1_PATH,
  ASN1_TYPE,
  createRspListener,
  ES9PLUS,
  type Es9plusAnswer,
  type Es9plusFunction,
  type Es9plusRequest,
  endpoint,
  failedBody,
  MAX_REQUEST_BYTES,
  readAsn1Request,
  readRequestBody,
  sendJson,
  statusOfForm,
  writeAsn1Response,
} from '@gesim/sgp22'
import { type Es2plusParts, es2plusEndpoints } from './es2plus.ts'
import type { Es9plusHandlers } from './es9plus.ts'
import { asn1ErrorOf, statusOf } from './status-of.ts'

/** All that answers over HTTP. */
export interface ServedParts {
  readonly es9plus: Es9plusHandlers
  readonly es2plus: Es2plusParts
  readonly operatorRoutes: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>
  readonly log: Log
}

/** The listener for every interface of the SM-DP+; it may serve several sockets at once. */
export function smdpListener(parts: ServedParts): RequestListener {
  const { es9plus, log } = parts
  const onFault = (error: unknown, path: string) => log.error('a function failed', { route: path, error })
  const es9 = Object.keys(ES9PLUS).map((name) =>
    endpoint(ES9PLUS[name as Es9plusFunction], es9plus[name as Es9plusFunction] as never),
  )
  const es2 = es2plusEndpoints(parts.es2plus)

  async function otherwise(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    if (request.url === ASN1_PATH && request.method === 'POST') {
      await answerAsn1(request, response)
      return true
    }
    return parts.operatorRoutes(request, response)
  }

  async function answerAsn1(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await readRequestBody(request, MAX_REQUEST_BYTES)
    let asked: Es9plusRequest
    try {
      asked = readAsn1Request(bytes)
    } catch {
      return sendJson(response, 400, failedBody('1.3.1/2.1'))
    }
    const answer = await runAsn1(asked)
    if (asked.function === 'handleNotification') return sendJson(response, 204)
    const body = writeAsn1Response(answer)
    response.writeHead(200, {
      'x-admin-protocol': ADMIN_PROTOCOL,
      'content-type': ASN1_TYPE,
      'content-length': body.length,
    })
    response.end(body)
  }

  async function runAsn1(asked: Es9plusRequest): Promise<Es9plusAnswer> {
    try {
      const handle = es9plus[asked.function] as (body: Es9plusRequest['body']) => Promise<never>
      return { function: asked.function, body: await handle(asked.body) }
    } catch (error) {
      const code = statusOf(error) ?? statusOfForm(error)
      if (!code) onFault(error, ASN1_PATH)
      return { function: asked.function, error: code ? asn1ErrorOf(asked.function, code) : 127 }
    }
  }

  const listener = createRspListener({ endpoints: [...es9, ...es2], statusOf, onFault, otherwise })
  return (request, response) => {
    const path = (request.url ?? '').split('?')[0]!
    // Between servers mutual TLS comes before the function: who has no certificate learns nothing of it.
    if (path.startsWith('/gsma/rsp2/es2plus/')) {
      try {
        parts.es2plus.operators.requireCertificate(request)
      } catch (error) {
        if (!isFailure(error)) throw error
        request.resume()
        return sendJson(response, 403, failedBody(statusOf(error) ?? '1.1/1.2'))
      }
    }
    listener(request, response)
  }
}
