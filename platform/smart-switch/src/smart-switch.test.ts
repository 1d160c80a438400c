import { createLog, isFailure, readSettings, systemClock } from '@gesim/base'
import type { Hex, JourneyEvent } from '@gesim/journey'
import type { Access, Running, StageContext } from '@gesim/store'
import { eventually, type TestStore, testStore } from '@gesim/store/testing'
import { fastify } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { smartSwitchStage } from './index.ts'
import { smartSwitchSettings } from './settings.ts'
import { takeSamples } from './smart-switch.ts'
import { wishOf } from './table.ts'

let database: TestStore
let running: Running
let context: StageContext<typeof smartSwitchSettings>

const nobody: Access = {
  traveller: async () => null,
  device: async () => null,
  carrier: async (request) =>
    request.headers.authorization === 'Bearer gs_test_one' ? { carrierId: 1, books: [1] } : null,
  operator: async () => false,
}

beforeAll(async () => {
  database = await testStore()
  context = {
    store: database.store,
    access: nobody,
    log: createLog('test', 'silent'),
    clock: systemClock,
    signal: new AbortController().signal,
    settings: readSettings(smartSwitchSettings, {}),
  }
  running = await smartSwitchStage.start(context)
})

afterAll(async () => {
  await running.stop()
  await database.close()
})

const id = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`

async function decisions(intentId: Hex, count: number): Promise<JourneyEvent<'switch.decided'>[]> {
  for (let waitedMs = 0; ; waitedMs += 20) {
    const events = await database.store.read({ after: 0n, intentId, kinds: ['switch.decided'], limit: 100 })
    if (events.length >= count || waitedMs > 5000) return events as JourneyEvent<'switch.decided'>[]
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function wish(intentId: Hex, books: number[]): Promise<unknown> {
  return database.store.tx((tx) =>
    database.store.append(tx, 'switch.wanted', intentId, {
      planId: 'es-1gb',
      country: 'ES',
      books,
      refusedBooks: [],
      qos: 'balanced',
    }),
  )
}

function fail(intentId: Hex, book: number): Promise<unknown> {
  return database.store.tx((tx) =>
    database.store.append(tx, 'order.failed', intentId, { book, attempt: 1, code: 'provisioner.timeout' }),
  )
}

test('a wish is answered, a failed order by the next carrier, and nobody left by null', async () => {
  await wish(id(1), [1, 2])
  const [first] = await decisions(id(1), 1)
  expect(first!.body.book).toBe(1)
  await fail(id(1), 1)
  const second = (await decisions(id(1), 2))[1]!
  expect(second.body.book).toBe(2)
  expect(second.body.reason).toContain('Carrier 1 could not deliver')
  await fail(id(1), 2)
  expect((await decisions(id(1), 3))[2]!.body.book).toBeNull()
})

test('the same failure twice decides once', async () => {
  await wish(id(2), [1, 2, 3])
  await decisions(id(2), 1)
  await fail(id(2), 1)
  await fail(id(2), 1)
  await fail(id(2), 2)
  const all = await decisions(id(2), 3)
  expect(all.map((event) => event.body.book)).toEqual([1, 2, 3])
})

test('telemetry changes the choice, is stored once and only for own books', async () => {
  const app = fastify()
  smartSwitchStage.routes!(app, context)
  app.setErrorHandler((error, _request, reply) =>
    reply.code(400).send({ code: isFailure(error) ? error.code : 'validation' }),
  )
  const sample = (book: number, i: number) => ({
    book,
    region: 'FR',
    atMs: Date.now() - 20_000 + i * 1000,
    rsrpDbm: -80,
    throughputMbps: 40,
    latencyMs: 40,
    lossRatio: 0,
  })
  const post = (samples: object[], key = 'gs_test_one') =>
    app.inject({
      method: 'POST',
      url: '/v1/carrier/telemetry',
      headers: { authorization: `Bearer ${key}` },
      payload: { samples },
    })
  const batch = Array.from({ length: 10 }, (_, i) => sample(1, i))
  expect((await post(batch)).json()).toEqual({ accepted: 10 })
  expect((await post(batch)).json()).toEqual({ accepted: 0 })
  expect((await post([sample(2, 0)])).json()).toEqual({ code: 'smart-switch.not-your-book' })
  expect((await post(batch, 'wrong')).json()).toEqual({ code: 'smart-switch.not-signed-in' })
  const late = { ...sample(1, 0), atMs: Date.now() + 3_600_000 }
  expect((await post([late])).json()).toEqual({ code: 'smart-switch.from-future' })
  expect((await post([{ ...sample(1, 0), lossRatio: 2 }])).json()).toEqual({ code: 'validation' })

  await database.store.tx((tx) =>
    database.store.append(tx, 'switch.wanted', id(3), {
      planId: 'fr',
      country: 'FR',
      books: [7, 1],
      refusedBooks: [],
      qos: 'video',
    }),
  )
  const [decided] = await decisions(id(3), 1)
  expect(decided!.body.book).toBe(1)
  expect(decided!.body.reason).toContain('Mbit/s')

  const advice = await app.inject({
    method: 'POST',
    url: '/v1/switch/advice',
    payload: {
      book: 1,
      books: [1, 7],
      region: 'FR',
      qos: 'video',
      sinceMs: 0,
      endsMs: Date.now() + 86_400_000,
      remainingBytes: '1000000000',
      switchFeeMicros: '0',
    },
  })
  expect(advice.json()).toMatchObject({ to: null })
  await app.close()
})

test('a preference that is changed decides the next choice, and nothing before; advice without one goes by it', async () => {
  const app = fastify()
  smartSwitchStage.routes!(app, context)
  // Book 2 is quick and slow to answer, book 3 the reverse: video and chat disagree.
  const region = 'IT'
  const measured = (book: number, throughputMbps: number, latencyMs: number) =>
    Array.from({ length: 20 }, (_, i) => ({
      ...{ book, region, throughputMbps, latencyMs },
      ...{ atMs: Date.now() - 20_000 + i * 1000, rsrpDbm: -80, lossRatio: 0 },
    }))
  await takeSamples(database.store, [...measured(2, 60, 390), ...measured(3, 0.3, 40)])
  /** Changes it, and waits until the stage has taken it in. */
  const prefer = async (intentId: Hex, qos: string) => {
    await database.store.tx((tx) => database.store.append(tx, 'preference.changed', intentId, { qos }))
    await eventually(async () => (await wishOf(database.store.db, intentId))?.qos === qos)
  }
  const chosen = async (intentId: Hex, qos: 'chat' | 'video') => {
    await database.store.tx((tx) =>
      database.store.append(tx, 'switch.wanted', intentId, {
        ...{ planId: 'it-1gb', country: region, books: [1, 2, 3], refusedBooks: [2, 3], qos: 'balanced' },
      }),
    )
    await decisions(intentId, 1)
    await prefer(intentId, qos)
    expect(await decisions(intentId, 1)).toHaveLength(1)
    const advice = await app.inject({
      method: 'POST',
      url: '/v1/switch/advice',
      payload: {
        ...{
          book: qos === 'chat' ? 2 : 3,
          books: [2, 3],
          region,
          intentId: intentId.toUpperCase().replace('0X', '0x'),
        },
        ...{ sinceMs: Date.now() - 600_000, endsMs: Date.now() + 86_400_000 },
        ...{ remainingBytes: '50000000000', switchFeeMicros: '0' },
      },
    })
    return advice.json().to
  }
  expect(await chosen(id(11), 'chat')).toBe(3)
  expect(await chosen(id(12), 'video')).toBe(2)

  // The first choice goes by the wish; the next one, after a failure, by what was said since.
  const intentId = id(13)
  await database.store.tx((tx) =>
    database.store.append(tx, 'switch.wanted', intentId, {
      ...{ planId: 'it-1gb', country: region, books: [1, 2, 3], refusedBooks: [], qos: 'video' },
    }),
  )
  const first = (await decisions(intentId, 1))[0]!
  expect([first.body.book, first.body.facts?.qos]).toEqual([2, 'video'])
  await prefer(intentId, 'chat')
  await fail(intentId, 2)
  const second = (await decisions(intentId, 2))[1]!
  expect([second.body.book, second.body.facts?.qos]).toEqual([3, 'chat'])
})
