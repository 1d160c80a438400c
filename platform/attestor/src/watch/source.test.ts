import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { httpSource } from './source.ts'
import { domain } from './testing-orchard.ts'

const UNREACHABLE = { code: 'watcher.source-unreachable' }
const HASH = `0x${'ab'.repeat(32)}`
const node = { hash: HASH, total: '1', coSigned: '1', bitmap: '0', siblings: '0x' }

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function mirror(answer: RequestListener) {
  server = createServer(answer)
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  return httpSource(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, domain)
}
const saying = (body: string, status = 200) => mirror((_, answer) => answer.writeHead(status).end(body))

it.each([
  ['an object without anything in it', '{}'],
  ['null', 'null'],
  ['what is not JSON', '<html>'],
  ['inputs that are no list', '{"inputs":{}}'],
  ['a commitment without figures', '{"commitment":{},"signatures":[]}'],
])('a mirror that answers %s is as one that does not answer', async (_, body) => {
  const source = await saying(body)
  await expect(source.inputs(7)).rejects.toMatchObject(UNREACHABLE)
  await expect(source.signedOf(7)).rejects.toMatchObject(UNREACHABLE)
})

it('a node that could stand nowhere in a tree counts as not opened', async () => {
  for (const children of [undefined, 7, '0x', '0xzz', `0x${'00'.repeat(95)}`]) {
    const source = await saying(JSON.stringify({ ...node, children }))
    expect(await source.opening(7, 1, 0)).toBeNull()
    server!.close()
  }
  const children = `0x${'00'.repeat(96)}`
  const source = await saying(JSON.stringify({ ...node, children }))
  expect(await source.opening(7, 1, 0)).toMatchObject({ hash: HASH, total: 1n, children })
})

it('what a mirror does not have is no failure', async () => {
  const source = await saying('', 404)
  expect(await source.inputs(7)).toBeNull()
  expect(await source.opening(7, 1, 0)).toBeNull()
  expect(await source.signedOf(7)).toEqual([])
})

it('a mirror sends the watcher nowhere else', async () => {
  const source = await mirror((request, answer) => {
    if (request.url === '/elsewhere') answer.end('{"inputs":[]}')
    else answer.writeHead(302, { location: '/elsewhere' }).end()
  })
  await expect(source.inputs(7)).rejects.toMatchObject(UNREACHABLE)
})

it('an answer without end is not read to the end', async () => {
  let sent = 0
  const part = Buffer.alloc(1024 * 1024, ' ')
  const source = await mirror((_, answer) => {
    const more = () => {
      while (!answer.destroyed && sent < 512) {
        sent++
        if (!answer.write(part)) return void answer.once('drain', more)
      }
      answer.end()
    }
    more()
  })
  await expect(source.inputs(7)).rejects.toMatchObject(UNREACHABLE)
  expect(sent).toBeLessThan(512)
})
