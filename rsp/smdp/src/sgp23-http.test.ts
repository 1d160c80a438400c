import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { toBase64 } from '@gesim/base'
import { ASN1_PATH, ES2PLUS, ES9PLUS, MAX_REQUEST_BYTES } from '@gesim/sgp22'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState } from './index.ts'
import { codeIn, send } from './testing/wire.ts'
import { startWorld, statusOf, type World } from './testing/world.ts'

// The HTTP binding itself: what comes in any form is answered properly, and never by HTTP 500.

let world: World
const faults: unknown[] = []
beforeAll(async () => {
  const silent = () => {}
  const error = (_: string, fields?: object) => void faults.push(fields)
  const log = { debug: silent, info: silent, warn: silent, error, with: () => log }
  world = await startWorld(memoryState(), { log })
})
afterAll(async () => {
  expect(faults).toEqual([])
  await world.stop()
})

const port = () => world.smdp.ports[1]!
const path = ES9PLUS.initiateAuthentication.path
const padding = (length: number) => JSON.stringify({ smdpAddress: 'x'.repeat(length) })

describe('a body', () => {
  const malformed: [string, string | Uint8Array][] = [
    ['that is empty', ''],
    ['that is half of an object', '{"smdpAddress":'],
    ['with a comma too many', '{"a":1,}'],
    ['in single quotes', "{'a':1}"],
    ['that is not UTF-8', Uint8Array.of(0x22, 0xc3, 0x28, 0x22)],
    ['that is binary', Uint8Array.from(randomBytes(200))],
    ['of two objects', '{}{}'],
    [
      'nested a hundred thousand deep',
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`.slice(0, MAX_REQUEST_BYTES - 1),
    ],
    ['of objects nested forty thousand deep', `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`.slice(0, -1)],
  ]
  for (const [what, body] of malformed)
    it(`${what} is 400 or a refusal of its form, in JSON`, async () => {
      const answer = await send(port(), path, body)
      expect([200, 400]).toContain(answer.status)
      expect(codeIn(answer)).toMatch(/^1\.3\.1\/2\.[12]$/)
    })

  for (const [what, body] of [
    ['null', 'null'],
    ['a number', '7'],
    ['a list', '[]'],
    ['a text', '"x"'],
    ['true', 'true'],
  ] as const)
    it(`that is ${what} is refused by 1.3.1/2.1`, async () => {
      expect(codeIn(await send(port(), path, body))).toBe('1.3.1/2.1')
    })

  for (const member of ['__proto__', 'constructor', 'hasOwnProperty', 'toString'])
    it(`with a member called ${member} is read like any other`, async () => {
      expect(codeIn(await send(port(), path, `{"${member}":{"smdpAddress":"localhost"}}`))).toBe('1.3.1/2.2')
    })

  it('as large as allowed is read', async () => {
    const body = padding(MAX_REQUEST_BYTES - 18)
    expect(Buffer.byteLength(body)).toBe(MAX_REQUEST_BYTES)
    expect((await send(port(), path, body)).status).toBe(200)
  })

  for (const [what, headers] of [
    ['announced', undefined],
    ['not announced', { 'transfer-encoding': 'chunked' }],
  ] as const)
    for (const length of [MAX_REQUEST_BYTES + 1, 8 << 20])
      it(`of ${length} bytes, ${what}, is 413, and its sender sees the answer`, async () => {
        const answer = await send(port(), path, 'x'.repeat(length), { headers: { ...headers } })
        expect([answer.status, codeIn(answer)]).toEqual([413, '1.3.1/2.1'])
      })

  it('that stops in the middle costs nothing but its connection', async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(port(), '127.0.0.1', () => {
        socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"smdp`)
        setTimeout(() => socket.destroy(), 50)
      })
      socket.on('close', () => resolve())
    })
    expect(await statusOf(world.card().initiate())).toBe('ok')
  })

  it('of nonsense in HTTP itself is 400', async () => {
    const said = await new Promise<string>((resolve) => {
      const socket = connect(port(), '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'))
      let text = ''
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1')
      })
      socket.on('close', () => resolve(text))
    })
    expect(said).toMatch(/^HTTP\/1\.1 400/)
  })
})

describe('a path', () => {
  const missing = [
    '/',
    '/gsma',
    '/gsma/rsp2/es9plus/',
    '/gsma/rsp2/es9plus/nothing',
    '/gsma/rsp3/es9plus/initiateAuthentication',
    '/operator/v1/profiles/..%2f',
  ]
  for (const unknown of missing)
    it(`${unknown} is 404`, async () => {
      expect((await send(port(), unknown, {})).status).toBe(404)
    })

  for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS'])
    it(`asked by ${method} is 405 and says which method it knows`, async () => {
      for (const known of [path, ASN1_PATH]) {
        const answer = await send(port(), known, '', { method })
        expect([answer.status, answer.headers.allow]).toEqual([405, 'POST'])
      }
    })

  it('may be a whole URL, as a proxy sends it (RFC 9112, 3.2.2)', async () => {
    const whole = (known: string) => `http://smdp.example.test${known}`
    expect(codeIn(await send(port(), whole(path), {}))).toBe('1.3.1/2.2')
    expect((await send(port(), whole(ASN1_PATH), 'x')).status).toBe(400)
    expect(codeIn(await send(port(), whole(ES2PLUS.downloadOrder.path), {}))).toBe('1.1/1.1')
    expect((await send(port(), whole('/nothing'), {})).status).toBe(404)
  })

  it('may carry a query', async () => {
    expect(codeIn(await send(port(), `${path}?x=1`, {}))).toBe('1.3.1/2.2')
  })

  for (const name of ['downloadOrder', 'confirmOrder', 'cancelOrder', 'releaseProfile'] as const)
    it(`of ES2+ ${name} is 403 for who shows no certificate, whatever is sent`, async () => {
      for (const body of [{}, 'x', 'x'.repeat(MAX_REQUEST_BYTES + 1)]) {
        const answer = await send(port(), ES2PLUS[name].path, body)
        expect([answer.status, codeIn(answer)]).toEqual([403, '1.1/1.1'])
      }
    })

  it('of a notification answers 204 with the two headers of every answer, and without a body', async () => {
    const answer = await send(port(), ES9PLUS.handleNotification.path, { pendingNotification: 'MAA=' })
    expect([answer.status, answer.headers['x-admin-protocol'], answer.headers['content-type']]).toEqual([
      204,
      'gsma/rsp/v2.5.0',
      'application/json;charset=UTF-8',
    ])
  })

  it('of handleDownloadProgressInfo is not served by an SM-DP+', async () => {
    const fn = ES2PLUS.handleDownloadProgressInfo
    expect((await world.operatorCall('POST', fn.path, {})).status).toBe(404)
  })
})

describe('every function', () => {
  for (const fn of Object.values(ES9PLUS))
    it(`of ES9+ answers an empty object to ${fn.name} by 1.3.1/2.2`, async () => {
      expect(codeIn(await send(port(), fn.path, {}))).toBe('1.3.1/2.2')
    })

  for (const fn of [ES9PLUS.authenticateClient, ES9PLUS.getBoundProfilePackage, ES9PLUS.cancelSession])
    it(`of ES9+ answers ${fn.name} of an unknown transaction by 8.10.1/3.9, whatever else is sent`, async () => {
      const [, second] = Object.keys(fn.request)
      for (const bytes of [
        Uint8Array.of(0),
        Uint8Array.from(randomBytes(300)),
        Uint8Array.of(0xbf, 0x38, 0x80),
      ])
        expect(codeIn(await send(port(), fn.path, { transactionId: 'AB', [second!]: toBase64(bytes) }))).toBe(
          '8.10.1/3.9',
        )
    })
})

describe('sessions', () => {
  it('are limited in number: the oldest make room', async () => {
    const small = await startWorld(memoryState(), { limits: { maxSessions: 3 } })
    try {
      const card = small.card()
      const { matchingId } = await small.order()
      const [first, last] = [await card.authenticate(matchingId), await card.authenticate(matchingId)]
      for (let at = 0; at < 2; at++) await card.initiate()
      expect(await small.smdp.sessionCount()).toBe(3)
      expect(await statusOf(card.fetch(first))).toBe('8.10.1/3.9')
      expect(await statusOf(card.fetch(last))).toBe('ok')
    } finally {
      await small.stop()
    }
  })

  it('live as long as they may from their first step on', async () => {
    const { matchingId } = await world.order()
    const card = world.card()
    const opened = await card.initiate()
    world.clockMs = 200_000
    const { response } = card.authenticateServerResponse(opened, matchingId)
    const body = {
      transactionId: Buffer.from(opened.transactionId).toString('hex'),
      authenticateServerResponse: toBase64(response),
    }
    expect(codeIn(await send(port(), ES9PLUS.authenticateClient.path, body))).toBe('ok')
    world.clockMs = 400_000
    expect(await statusOf(card.cancel(opened.transactionId, 1))).toBe('8.10.1/3.9')
    world.clockMs = 0
  })
})
