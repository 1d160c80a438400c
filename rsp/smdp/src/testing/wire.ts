import { request as httpRequest } from 'node:http'

import type { Json } from './world.ts'

/** What came back, as it came. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
  /** The body, when it is JSON. */
  readonly json: Json
}

/** Sends bytes as they are over plain HTTP. Objects go as JSON. */
export function send(
  port: number,
  path: string,
  body: unknown,
  options: { readonly method?: string; readonly headers?: Record<string, string> } = {},
): Promise<Answer> {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array
  const bytes = isRaw ? body : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { host: '127.0.0.1', port, path, method: options.method ?? 'POST', headers: options.headers },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const whole = Buffer.concat(chunks)
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: whole,
            json: jsonOf(whole),
          })
        })
      },
    )
    sent.on('error', reject)
    sent.end(bytes)
  })
}

function jsonOf(bytes: Buffer): Json {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

/** The status code in a failed answer, `ok` in a good one. */
export function codeIn({ json }: Answer): string {
  const { status, statusCodeData } = json?.header?.functionExecutionStatus ?? {}
  if (status === 'Executed-Success') return 'ok'
  return `${statusCodeData?.subjectCode}/${statusCodeData?.reasonCode}`
}
