import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { post } from '@gesim/sgp22'

/** What a server says to one call. */
export interface Answer {
  readonly status: number
  readonly body: string
}

/**
 * A server that answers as the one behind it does, but in a manner of its own, and may pass on what it is asked otherwise
 * than it came. Plain HTTP.
 */
export async function behind(
  url: string,
  manner: (name: string, answer: Answer) => Answer,
  ask: (body: string) => string = (body) => body,
): Promise<{ readonly url: string; stop(): void }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const asked = Buffer.from(ask(Buffer.concat(chunks).toString('utf8')))
      const answered = await post({ url, verifyTls: false }, request.url!, asked, 'application/json')
      const body = Buffer.from(answered.body).toString('utf8')
      const said = manner(request.url!.split('/').at(-1)!, { status: answered.status, body })
      response.writeHead(said.status, { 'content-type': 'application/json' })
      response.end(said.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => void server.close(),
  }
}
