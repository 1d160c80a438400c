import type { IncomingMessage, ServerResponse } from 'node:http'
import { ASN1_PATH, ASN1_TYPE, type Es9plusRequest, readAsn1Request } from './es9plus-asn1.ts'
import { ADMIN_PROTOCOL } from './http-client.ts'
import { failedBody, MAX_REQUEST_BYTES, pathOf, readRequestBody, sendJson } from './http-server.ts'

/** Runs a request; gives the response in ASN.1, or nothing when the function has none. It never throws a refusal. */
export type RunAsn1 = (asked: Es9plusRequest) => Promise<Uint8Array | undefined>

/**
 * Answers the ASN.1 binding (SGP.22 section 6.6), which has one path for all functions. Returns false when a request is
 * for another path.
 */
export function asn1Endpoint(
  run: RunAsn1,
): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  return async (request, response) => {
    if (pathOf(request) !== ASN1_PATH) return false
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST')
      sendJson(response, 405, failedBody('1.6/3.1'))
      return true
    }
    const bytes = await readRequestBody(request, MAX_REQUEST_BYTES)
    let asked: Es9plusRequest
    try {
      asked = readAsn1Request(bytes)
    } catch {
      // Without a function there is no response type that could say so.
      sendJson(response, 400, failedBody('1.3.1/2.1'))
      return true
    }
    const body = await run(asked)
    if (!body) sendJson(response, 204)
    else {
      response.writeHead(200, {
        'x-admin-protocol': ADMIN_PROTOCOL,
        'content-type': ASN1_TYPE,
        'content-length': body.length,
      })
      response.end(body)
    }
    return true
  }
}
