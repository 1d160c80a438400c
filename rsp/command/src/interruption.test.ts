import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createDesk, type Desk, type Served } from './testing/run.ts'

let desk: Desk
let server: Served
let proxy: Server | undefined
beforeAll(async () => {
  desk = createDesk()
  await desk.run('profile', '--out', '.gesim-rsp/profiles/plan.der', '--name', 'Test operator')
  const orders = Array.from({ length: 5 }, (_, i) => ({ package: 'plan.der', matchingId: `ORDER-${i}` }))
  writeFileSync(desk.path('orders.json'), JSON.stringify(orders))
  server = await desk.serve('--http-port', '0', '--orders', 'orders.json')
})
afterEach(() => {
  proxy?.closeAllConnections()
  proxy?.close()
})
afterAll(() => desk.stop())

/** A server in between that never answers some functions, and notes what it was asked. */
async function behindSilence(...silent: string[]): Promise<{ map: string[]; asked: string[] }> {
  const asked: string[] = []
  proxy = createServer(async (request, response) => {
    const name = request.url!.split('/').at(-1)!
    asked.push(name)
    if (silent.includes(name)) return
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const answer = await fetch(`http://127.0.0.1:${server.ports[1]}${request.url}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.concat(chunks),
    })
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((resolve) => proxy!.listen(0, '127.0.0.1', resolve))
  const { port } = proxy.address() as AddressInfo
  return { map: ['--map', `${server.smdpAddress}=http://127.0.0.1:${port}`], asked }
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 20))
}

let ordered = 0
const order = () => `LPA:1$${server.smdpAddress}$ORDER-${ordered++}`

describe('a download that is stopped', () => {
  it.each([
    ['Ctrl-C', 'SIGINT', 130, 'authenticateClient'],
    ['Ctrl-C', 'SIGINT', 130, 'getBoundProfilePackage'],
    ['the system', 'SIGTERM', 143, 'getBoundProfilePackage'],
  ] as const)(
    'by %s (%s) ends its session and exits with %i while it waits for %s',
    async (_, signal, exit, name) => {
      const code = order()
      const { map, asked } = await behindSilence(name)
      const card = ['--state', `${signal}-${name}.json`]
      const running = desk.start('download', code, ...card, ...map)
      await until(() => asked.includes(name))
      running.kill(signal)
      const ended = await running.ended
      expect([ended.code, ended.err]).toEqual([exit, expect.stringContaining('rsp.interrupted')])
      expect(asked.at(-1)).toBe('cancelSession')
      // "Postponed": the order stays open, and the card is free for the next session.
      const again = await desk.run('download', code, ...card)
      expect(again.code, again.err).toBe(0)
    },
  )

  it('has no session to end while it waits for the first answer', async () => {
    const { map, asked } = await behindSilence('initiateAuthentication')
    const running = desk.start('download', order(), '--state', 'first.json', ...map)
    await until(() => asked.length > 0)
    running.kill('SIGINT')
    expect((await running.ended).code).toBe(130)
    expect(asked).toEqual(['initiateAuthentication'])
  })

  it('a second time ends at once, whoever still owes an answer', async () => {
    const { map, asked } = await behindSilence('getBoundProfilePackage', 'cancelSession')
    const running = desk.start('download', order(), '--state', 'twice.json', ...map)
    await until(() => asked.includes('getBoundProfilePackage'))
    running.kill('SIGINT')
    // What a launcher passes on of the same Ctrl-C is not a second one.
    running.kill('SIGINT')
    await until(() => asked.includes('cancelSession'))
    await new Promise((resolve) => setTimeout(resolve, 400))
    running.kill('SIGINT')
    const ended = await running.ended
    expect([ended.code, ended.err]).toEqual([130, expect.not.stringContaining('rsp.interrupted')])
  })
})
