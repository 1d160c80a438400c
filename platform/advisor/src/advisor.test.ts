import { createLog, readSettings, systemClock } from '@gesim/base'
import type { EventBodies, Hex } from '@gesim/journey'
import type { Access, Running, StageContext } from '@gesim/store'
import { type TestStore, testStore } from '@gesim/store/testing'
import { fastify } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { advisorStage } from './index.ts'
import { advisorSettings } from './settings.ts'

let database: TestStore
let running: Running
let context: StageContext<typeof advisorSettings>
let operator = true

const access: Access = {
  traveller: async () => null,
  device: async () => null,
  carrier: async () => null,
  operator: async () => operator,
}

beforeAll(async () => {
  database = await testStore()
  context = {
    store: database.store,
    access,
    log: createLog('test', 'silent'),
    clock: systemClock,
    signal: new AbortController().signal,
    settings: readSettings(advisorSettings, { ADVISOR_PREWARM_EVERY_SECONDS: '0.2' }),
  }
  running = await advisorStage.start(context)
})

afterAll(async () => {
  await running.stop()
  await database.close()
})

const id = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`

function usage(book: number, bytes: number, seq: number): EventBodies['usage.recorded'] {
  const text = String(bytes)
  return {
    book,
    deviceBytes: text,
    carrierBytes: text,
    billableBytes: text,
    coSignedBytes: text,
    seq,
    asOf: 1_764_000_000 + seq * 60,
    evidence: id(0),
    final: false,
    exhausted: false,
  }
}

async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let waitedMs = 0; waitedMs < 8000; waitedMs += 25) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('nothing came')
}

test('one intent among thirty that uses ten thousand times as much is flagged, once', async () => {
  await database.store.tx(async (tx) => {
    for (let n = 1; n <= 30; n++) {
      await database.store.append(tx, 'usage.recorded', id(n), usage(1, 0, 1))
      await database.store.append(tx, 'usage.recorded', id(n), usage(1, 900_000 + n * 10_000, 2))
    }
    await database.store.append(tx, 'usage.recorded', id(99), usage(1, 0, 1))
    await database.store.append(tx, 'usage.recorded', id(99), usage(1, 10_000_000_000, 2))
    await database.store.append(tx, 'usage.recorded', id(99), usage(1, 20_000_000_000, 3))
  })
  const flagged = await eventually(async () => {
    const events = await database.store.read({ after: 0n, kinds: ['anomaly.flagged'], limit: 10 })
    return events.length > 0 ? events : undefined
  })
  expect(flagged.map((event) => event.intentId)).toEqual([id(99)])
})

test('orders make advice for the next hour, repeated only when it changes', async () => {
  await database.store.tx(async (tx) => {
    for (let n = 1; n <= 3; n++)
      await database.store.append(tx, 'profile.ordered', id(n), { book: 2, attempt: 1 })
  })
  const advised = await eventually(async () => {
    const events = await database.store.read({ after: 0n, kinds: ['prewarm.advised'], limit: 10 })
    return events.some((event) => (event.body as EventBodies['prewarm.advised']).count === 3)
      ? events
      : undefined
  })
  await new Promise((resolve) => setTimeout(resolve, 600))
  const later = await database.store.read({ after: 0n, kinds: ['prewarm.advised'], limit: 10 })
  expect(later).toHaveLength(advised.length)
})

test('the log shows choices newest first, to operators only, without anything but the intent id', async () => {
  await database.store.tx((tx) =>
    database.store.append(tx, 'switch.decided', id(5), {
      book: 2,
      reason: 'Carrier 2 is expected to serve best.',
      scores: [{ book: 2, score: 0.8, why: 'measured' }],
    }),
  )
  const app = fastify()
  advisorStage.routes!(app, context)
  const ask = (query = '') => app.inject(`/v1/advisor/decisions${query}`)
  const decision = await eventually(async () => {
    const { decisions } = (await ask('?kind=switch')).json()
    return decisions[0]
  })
  expect(decision).toMatchObject({ kind: 'switch', book: 2, intentId: id(5), choice: 'carrier 2' })
  expect(decision.inputsHash).toMatch(/^[0-9a-f]{64}$/)
  const all = (await ask('?limit=2')).json().decisions
  const next = (await ask(`?limit=2&before=${all[1].id}`)).json().decisions
  expect(next.every((row: { id: string }) => BigInt(row.id) < BigInt(all[1].id))).toBe(true)
  operator = false
  expect((await ask()).statusCode).toBeGreaterThanOrEqual(400)
  operator = true
  await app.close()
})
