import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as secure } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState } from './index.ts'
import { startWorld, type World } from './testing/world.ts'

// Connections as strangers make them: they begin a few a turn, and nobody is kept out.

let world: World
beforeAll(async () => {
  world = await startWorld(memoryState())
})
afterAll(() => world.stop())

const port = () => world.smdp.ports[0]!

async function silent(): Promise<Socket> {
  const socket = connect(port(), '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

/** Asks for a path that nobody serves; gives the status line. */
async function ask(slowly = false): Promise<string> {
  const socket = secure({ port: port(), host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const request = 'GET /nothing HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'
  for (const part of slowly ? request.split(/(?<= )/) : [request]) {
    socket.write(part)
    if (slowly) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  let answer = ''
  for await (const chunk of socket) answer += String(chunk)
  return answer.split('\r\n')[0]!
}

describe('connections over TLS', () => {
  it('are all served when a hundred and fifty come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 150 }, (_, i) => ask(i % 10 === 0)))
    expect(new Set(answers)).toEqual(new Set(['HTTP/1.1 404 Not Found']))
  })

  it('are served while others say nothing, hang up or talk nonsense', async () => {
    const idle = await Promise.all(Array.from({ length: 50 }, silent))
    const gone = await Promise.all(Array.from({ length: 20 }, silent))
    for (const socket of gone) socket.resetAndDestroy()
    const ended = await silent()
    ended.end()
    await once(ended.resume(), 'close')
    const nonsense = await silent()
    nonsense.on('error', () => {}).write('not a handshake\r\n\r\n')
    await once(nonsense.resume(), 'close')
    expect(await ask()).toBe('HTTP/1.1 404 Not Found')
    for (const socket of idle) socket.destroy()
  })

  it('that say nothing do not hold up the end of the server', async () => {
    const other = await startWorld(memoryState())
    const socket = connect(other.smdp.ports[0]!, '127.0.0.1')
    socket.on('error', () => {})
    await once(socket, 'connect')
    const closed = once(socket.resume(), 'close')
    const before = performance.now()
    await other.stop()
    await closed
    expect(performance.now() - before).toBeLessThan(3000)
  })
})
