import { sleepMs } from '@gesim/base'
import type { JourneyEvent } from '@gesim/journey'
import { type TestStore, testStore } from '@gesim/store/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openLive } from './live.ts'

let own: TestStore
beforeAll(async () => {
  own = await testStore()
})
afterAll(() => own.close())

test('an event behind a transaction that is open for seconds is told once that one ends, though nothing else happens', async () => {
  const { store } = own
  const intentId = `0x${'ab'.repeat(32)}` as const
  const told: JourneyEvent[] = []
  const live = await openLive(store)
  live.watch(intentId, (event) => told.push(event))
  const older = store.tx(async (tx) => {
    await sql`select pg_current_xact_id()`.execute(tx)
    await sleepMs(2_500)
  })
  await sleepMs(200)
  await store.tx((tx) => store.append(tx, 'profile.ordered', intentId, { book: 1, attempt: 1 }))
  await sleepMs(500)
  expect(told).toEqual([])
  await older
  await expect.poll(() => told.map(({ kind }) => kind), { timeout: 5_000 }).toEqual(['profile.ordered'])
  live.close()
})
