import { type Agent, request as httpsRequest } from 'node:https'

const MOST_BYTES = 1 << 20
const TIMEOUT_MS = 10_000

/** One HTTPS request with a client certificate, which `fetch` cannot show. */
export function request(
  url: URL,
  options: { method: string; ca: string; cert: string; key: string; agent?: Agent | undefined },
  body?: Uint8Array,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = body ? { 'content-type': 'application/json', 'content-length': body.length } : {}
    const sent = httpsRequest(url, { ...options, headers, timeout: TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = []
      let length = 0
      response.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length > MOST_BYTES) sent.destroy(new Error('the answer is too long'))
        else chunks.push(chunk)
      })
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      )
      response.on('error', reject)
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')))
    sent.on('error', reject)
    sent.end(body)
  })
}
