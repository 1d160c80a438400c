import { connect, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { listenForTerminals, serveLines } from './bridge.ts'
import { cardWorld, TestCard } from './testing/card-world.ts'

const world = cardWorld()
const { pki } = world
afterAll(() => world.stop())

const line = (func: string, param: string | null = null) =>
  `${JSON.stringify({ type: 'apdu', payload: { func, param } })}\n`

/** Sends all at once in the given pieces; gives the answers as they came, and the lines that were no requests. */
async function talk(...pieces: (string | Buffer)[]) {
  const { card } = new TestCard(pki)
  const [input, output] = [new PassThrough(), new PassThrough()]
  const bad: string[] = []
  const served = serveLines(card, input, output, (error) => bad.push(String(error)))
  for (const piece of pieces) input.write(piece)
  input.end()
  await served
  output.end()
  let text = ''
  for await (const chunk of output) text += chunk
  const answers = text.split('\n').filter(Boolean)
  return { answers: answers.map((answer) => JSON.parse(answer)), bad }
}

const payloads = (answers: { payload: unknown }[]) => answers.map(({ payload }) => payload)

describe('the card bridge', () => {
  it('answers as the protocol says', async () => {
    const { answers } = await talk(
      line('connect'),
      line('logic_channel_open', 'a0000005591010ffffffff8900000100'),
      line('transmit', '81E2910003BF2E00'),
      line('logic_channel_close', '01'),
      line('disconnect'),
    )
    expect(answers).toEqual([
      { type: 'apdu', payload: { ecode: 0 } },
      { type: 'apdu', payload: { ecode: 1 } },
      { type: 'apdu', payload: { ecode: 0, data: '6115' } },
      { type: 'apdu', payload: { ecode: 0 } },
      { type: 'apdu', payload: { ecode: 0 } },
    ])
  })

  it('takes lines in any pieces, several in one, and with carriage returns', async () => {
    const all = line('connect') + line('transmit', '0070000001').replace('\n', '\r\n') + line('disconnect')
    const expected = [{ ecode: 0 }, { ecode: 0, data: '019000' }, { ecode: 0 }]
    expect(payloads((await talk(all)).answers)).toEqual(expected)
    expect(payloads((await talk(...[...all].map(String))).answers)).toEqual(expected)
    expect(payloads((await talk(all.trimEnd())).answers)).toEqual(expected)
    expect(payloads((await talk('\n\n \n', all)).answers)).toEqual(expected)
  })

  it('answers failure to what is no request, and goes on', async () => {
    const wrong = [
      'hello\n',
      '{}\n',
      '[]\n',
      'null\n',
      '{"type":"apdu"}\n',
      '{"type":"apdu","payload":{"func":7}}\n',
      '{"type":"apdu","payload":{"func":"transmit","param":5}}\n',
      line('transmit', 'zz'),
      line('transmit', '0'),
      line('fly'),
      line('logic_channel_open', 'a0000000871002'),
      line('logic_channel_open'),
      line('logic_channel_close', '05'),
      line('logic_channel_close'),
    ]
    const { answers } = await talk(...wrong, line('connect'))
    expect(payloads(answers)).toEqual([...wrong.map(() => ({ ecode: -1 })), { ecode: 0 }])
  })

  it('passes over what an LPA says to others, without an answer', async () => {
    const { answers, bad } = await talk(
      '{"type":"progress","payload":{"code":0,"message":"es10b_prepare_download","data":null}}\n',
      line('connect'),
      '{"type":"lpa","payload":{"code":0,"message":"success","data":null}}\n',
    )
    expect(payloads(answers)).toEqual([{ ecode: 0 }])
    expect(bad).toEqual([])
  })

  it('does not gather a line without end', async () => {
    const before = process.memoryUsage().arrayBuffers
    const chunk = Buffer.alloc(1 << 20, 0x61)
    const { answers, bad } = await talk(...Array.from({ length: 64 }, () => chunk), '\n', line('connect'))
    expect(payloads(answers)).toEqual([{ ecode: -1 }, { ecode: 0 }])
    expect(bad).toEqual([expect.stringContaining('maxBytes=262144')])
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(128 << 20)
  })

  it('closes its channel again when the application is not there', async () => {
    const open = (aid: string) => line('logic_channel_open', aid)
    const { answers } = await talk(
      ...Array.from({ length: 25 }, () => open('a0000000871002')),
      open('a0000005591010ffffffff8900000100'),
    )
    expect(payloads(answers).at(-1)).toEqual({ ecode: 1 })
  })
})

describe('the card bridge over TCP', () => {
  async function open() {
    const { card } = new TestCard(pki)
    const server = await listenForTerminals(card, { host: '127.0.0.1', port: 0 })
    const { port } = server.address() as { port: number }
    const sockets: Socket[] = []
    const terminal = () => {
      const socket = connect(port, '127.0.0.1')
      sockets.push(socket)
      let text = ''
      const waiting: (() => void)[] = []
      socket.on('data', (chunk) => {
        text += chunk
        for (const wake of waiting.splice(0)) wake()
      })
      const ask = async (request: string): Promise<unknown> => {
        if (request) socket.write(request)
        while (!text.includes('\n')) await new Promise<void>((resolve) => waiting.push(resolve))
        const [first, ...rest] = text.split('\n')
        text = rest.join('\n')
        return JSON.parse(first!).payload
      }
      const gone = new Promise<void>((resolve) => socket.on('close', () => resolve()))
      return { socket, ask, gone }
    }
    const stop = () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(resolve))
    }
    return { terminal, stop }
  }

  it('serves one terminal, turns a second away, and the next one finds a fresh card', async () => {
    const { terminal, stop } = await open()
    const first = terminal()
    expect(await first.ask(line('connect'))).toEqual({ ecode: 0 })
    expect(await first.ask(line('transmit', '0070000001'))).toEqual({ ecode: 0, data: '019000' })
    const second = terminal()
    expect(await second.ask('')).toEqual({ ecode: -1 })
    await second.gone
    first.socket.end()
    await first.gone
    const third = terminal()
    // Channel 1 is free again: the card was without power.
    expect(await third.ask(line('transmit', '0070000001'))).toEqual({ ecode: 0, data: '019000' })
    third.socket.destroy()
    await third.gone
    await stop()
  })

  it('survives terminals that break off in the middle of a line', async () => {
    const { terminal, stop } = await open()
    for (let i = 0; i < 5; i++) {
      const broken = terminal()
      await broken.ask(line('connect'))
      broken.socket.write(line('connect').slice(0, 20))
      broken.socket.resetAndDestroy()
      await broken.gone
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const good = terminal()
    expect(await good.ask(line('connect'))).toEqual({ ecode: 0 })
    await stop()
  })
})
