import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startTestPostgres } from '@gesim/sgp22/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDesk, type Desk, type Served } from './testing/run.ts'

const postgres = await startTestPostgres()
let desk: Desk
let server: Served
let proxy: Server
let beforePackage: () => Promise<void> = async () => {}
/** Where phones are sent: to whichever server runs now. */
let map: string[]

const KEY = randomBytes(32).toString('hex')
const start = (port: string) =>
  desk.serve(
    ...['--port', port, '--http-port', '0', '--database', postgres!.url, '--data-key', KEY],
    ...['--sessions', 'database'],
  )
async function restart(): Promise<void> {
  expect(await server.stop()).toBe(0)
  server = await start(String(server.ports[0]))
}

beforeAll(async () => {
  if (!postgres) return
  desk = createDesk()
  await desk.run('profile', '--out', '.gesim-rsp/profiles/plan.der', '--name', 'Test operator')
  server = await start('0')
  proxy = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (request.url!.endsWith('getBoundProfilePackage')) await beforePackage()
    const answer = await fetch(`http://127.0.0.1:${server.ports[1]}${request.url}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.concat(chunks),
    })
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(answer.status === 204 ? undefined : Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  map = ['--map', `${server.smdpAddress}=http://127.0.0.1:${(proxy.address() as AddressInfo).port}`]
})
afterAll(async () => {
  proxy?.closeAllConnections()
  proxy?.close()
  await desk?.stop()
  await postgres?.stop()
})

describe.skipIf(!postgres)('a server with --database', () => {
  it('goes on after a restart in the middle of a download, sessions included', async () => {
    const ordered = await desk.run('order', '--smdp', server.smdpAddress, '--profile-type', 'plan')
    expect(ordered.code, ordered.err).toBe(0)
    const code = ordered.out.trim()
    await restart()
    let restarts = 0
    beforePackage = async () => {
      restarts++
      await restart()
    }
    // Authenticated at one process, and the package comes from the next one.
    const done = await desk.run('download', code, ...map)
    expect([done.code, done.err, restarts]).toEqual([0, '', 1])
    await restart()
    // What was installed stays so.
    const again = await desk.run('download', code, ...map)
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('8.2.6/3.8')])
  })

  it('needs the key that protects what is stored', async () => {
    const { code, err } = await desk.run('serve', '--port', '0', '--database', postgres!.url)
    expect([code, err]).toEqual([1, expect.stringContaining('smdp.data-key-missing')])
  })
})
