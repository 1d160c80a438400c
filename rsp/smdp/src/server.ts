import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { isFailure, type Log } from '@gesim/base'
import {
  asn1Endpoint,
  createRspListener,
  ES9PLUS,
  type Es9plusAnswer,
  type Es9plusFunction,
  type Es9plusRequest,
  endpoint,
  failedBody,
  pathOf,
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

  const asn1 = asn1Endpoint(async (asked) => {
    const answer = await runAsn1(asked)
    return asked.function === 'handleNotification' ? undefined : writeAsn1Response(answer)
  })

  async function runAsn1(asked: Es9plusRequest): Promise<Es9plusAnswer> {
    try {
      const handle = es9plus[asked.function] as (body: Es9plusRequest['body']) => Promise<never>
      return { function: asked.function, body: await handle(asked.body) }
    } catch (error) {
      const code = statusOf(error) ?? statusOfForm(error)
      // A notification has no response that could say no: only a fault of ours makes the phone send it again.
      if (!code && asked.function === 'handleNotification') throw error
      if (!code) onFault(error, 'ASN.1')
      return { function: asked.function, error: code ? asn1ErrorOf(asked.function, code) : 127 }
    }
  }

  const otherwise = async (request: IncomingMessage, response: ServerResponse) =>
    (await asn1(request, response)) || parts.operatorRoutes(request, response)

  const listener = createRspListener({ endpoints: [...es9, ...es2], statusOf, onFault, otherwise })
  return (request, response) => {
    const path = pathOf(request)
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
