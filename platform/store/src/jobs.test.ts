import { refuse, sleepMs, unreachable } from '@gesim/base'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Store } from './index.ts'
import { type TestStore, testStore } from './testing.ts'

let own: TestStore
let store: Store

beforeAll(async () => {
  own = await testStore()
  store = own.store
})
afterAll(() => own.close())

const until = async (condition: () => boolean | Promise<boolean>, mostMs = 8_000) => {
  for (let waitedMs = 0; waitedMs < mostMs; waitedMs += 10) {
    if (await condition()) return
    await sleepMs(10)
  }
  throw new Error('waited too long')
}
const deadLetters = async (queue: string) =>
  (
    await sql<{ data: { queue: string; code: string } }>`
      select data from gesim_jobs.job where name = 'dead-letters' and data->>'queue' = ${queue}`.execute(
      store.db,
    )
  ).rows.map((row) => row.data.code)

test('a job exists only if its transaction commits, and is done in a transaction of its own', async () => {
  await sql`create table gesim.test_jobs (n bigint)`.execute(store.db)
  const infos: number[] = []
  await store.work<{ n: number }>('test.tx', async (data, tx, job) => {
    infos.push(job.attempt)
    await sql`insert into gesim.test_jobs values (${data.n})`.execute(tx)
  })
  await expect(
    store.tx(async (tx) => {
      await store.enqueue(tx, 'test.tx', { n: 1 })
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  await store.tx((tx) => store.enqueue(tx, 'test.tx', { n: 2 }))
  const rows = async () => (await sql<{ n: bigint }>`select n from gesim.test_jobs`.execute(store.db)).rows
  await until(async () => (await rows()).length > 0)
  // The same types in a job as everywhere: bigint columns are bigint.
  expect(await rows()).toEqual([{ n: 2n }])
  expect(infos).toEqual([1])
})

test('bigint columns are bigint inside a job too', async () => {
  let seen: unknown
  await store.work('test.types', async (_data, tx) => {
    seen = (
      await sql<{ n: bigint; list: bigint[] }>`select 5::bigint as n, array[6::bigint] as list`.execute(tx)
    ).rows[0]
  })
  await store.tx((tx) => store.enqueue(tx, 'test.types', {}))
  await until(() => seen !== undefined)
  expect(seen).toEqual({ n: 5n, list: [6n] })
})

test('jobs with one key wait once, and a wake-up during a run is not lost', async () => {
  let runs = 0
  let open: (() => void) | undefined
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  await store.work('test.key', async () => {
    runs++
    if (runs === 1) await gate
  })
  await store.tx((tx) => store.enqueue(tx, 'test.key', {}, { key: 'a' }))
  await until(() => runs === 1)
  for (let n = 0; n < 5; n++) await store.tx((tx) => store.enqueue(tx, 'test.key', {}, { key: 'a' }))
  open!()
  await until(() => runs === 2)
  await sleepMs(300)
  expect(runs).toBe(2)
})

test('what is unreachable is tried again, a refusal is given up at once', async () => {
  const runs = { down: 0, no: 0 }
  await store.work('test.down', async () => {
    runs.down++
    if (runs.down === 1) throw unreachable('test.down')
  })
  await sql`create table gesim.test_undone (n int)`.execute(store.db)
  await store.work('test.no', async (_data, tx) => {
    runs.no++
    await sql`insert into gesim.test_undone values (1)`.execute(tx)
    throw refuse('test.refused')
  })
  await store.tx(async (tx) => {
    await store.enqueue(tx, 'test.down', {})
    await store.enqueue(tx, 'test.no', {})
  })
  await until(async () => (await deadLetters('test.no')).length === 1)
  expect(await deadLetters('test.no')).toEqual(['test.refused'])
  expect((await sql`select from gesim.test_undone`.execute(store.db)).rows).toHaveLength(0)
  await until(() => runs.down === 2)
  expect(await deadLetters('test.down')).toEqual([])
  expect(runs.no).toBe(1)
})

test('a failed statement leaves the transaction to the dead letter', async () => {
  let runs = 0
  await store.work('test.sql', async (_data, tx) => {
    runs++
    await sql`select 1/0`.execute(tx).catch((cause) => {
      throw refuse('test.divided', {}, cause)
    })
  })
  await store.tx((tx) => store.enqueue(tx, 'test.sql', {}))
  await until(async () => (await deadLetters('test.sql')).length === 1)
  expect(runs).toBe(1)
})

test('a later job starts later', async () => {
  let at = 0
  await store.work('test.later', async () => {
    at = Date.now()
  })
  const from = Date.now()
  await store.tx((tx) => store.enqueue(tx, 'test.later', {}, { startAfterSeconds: 1 }))
  await until(() => at > 0)
  expect(at - from).toBeGreaterThan(800)
  expect(at - from).toBeLessThan(5_000)
})

test('recurring work runs in one place at a time and at its distance', async () => {
  let runs = 0
  const one = store.schedule('test.every', 0.3, async () => {
    runs++
  })
  const two = store.schedule('test.every', 0.3, async () => {
    runs++
  })
  await sleepMs(1_000)
  await Promise.all([one.stop(), two.stop()])
  expect(runs).toBeGreaterThanOrEqual(2)
  expect(runs).toBeLessThanOrEqual(4)
})
