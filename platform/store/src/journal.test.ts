import { broken, refuse, sleepMs, unreachable } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Store } from './index.ts'
import { connect } from './index.ts'
import { type TestStore, testStore } from './testing.ts'

let own: TestStore
let store: Store

beforeAll(async () => {
  own = await testStore()
  store = own.store
})
afterAll(() => own.close())

const idOf = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`
const until = async (condition: () => boolean | Promise<boolean>, mostMs = 8_000) => {
  for (let waitedMs = 0; waitedMs < mostMs; waitedMs += 10) {
    if (await condition()) return
    await sleepMs(10)
  }
  throw new Error('waited too long')
}
const ready = (n: number, book = 1) =>
  store.tx((tx) => store.append(tx, 'profile.ready', idOf(n), { book, attempt: 1 }))

test('an event exists when, and only when, its transaction commits', async () => {
  const intent = idOf(100)
  await expect(
    store.tx(async (tx) => {
      await store.append(tx, 'profile.ready', intent, { book: 1, attempt: 1 })
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  expect(await store.read({ intentId: intent })).toEqual([])
  const seq = await store.tx((tx) => store.append(tx, 'profile.ready', intent, { book: 7, attempt: 2 }))
  await until(async () => (await store.read({ intentId: intent })).length === 1)
  const [event] = await store.read({ intentId: intent })
  expect(event).toMatchObject({ seq, kind: 'profile.ready', intentId: intent, body: { book: 7, attempt: 2 } })
})

test('a reader skips nothing when transactions commit in another order than they took their numbers', async () => {
  const seen: number[] = []
  const follower = store.follow({ reader: 'test.order', kinds: ['order.failed'] }, async (event) => {
    seen.push(event.body.book)
  })
  const other = await connect(own.url, { connections: 3 })
  const jobs: Promise<unknown>[] = []
  for (let n = 0; n < 60; n++) {
    const through = n % 2 ? store : other
    jobs.push(
      through.tx(async (tx) => {
        // The transaction gets its id here and may take its journal number later than a younger one.
        await sql`select pg_current_xact_id()`.execute(tx)
        await sleepMs(Math.random() * 30)
        await through.append(tx, 'order.failed', idOf(200 + n), { book: n, attempt: 1, code: 'x' })
        await sleepMs(Math.random() * 30)
      }),
    )
  }
  await Promise.all(jobs)
  await until(() => seen.length >= 60)
  await sleepMs(50)
  expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n))
  await follower.stop()
  await other.close()
})

test('two processes under one name handle each event once, in order', async () => {
  const other = await connect(own.url, { connections: 3 })
  await sql`create table gesim.test_seen (seq bigint primary key, book int)`.execute(store.db)
  const start = (through: Store) =>
    through.follow({ reader: 'test.shared', kinds: ['profile.downloaded'], batch: 3 }, async (event, tx) => {
      await sql`insert into gesim.test_seen values (${event.seq}, ${event.body.book})`.execute(tx)
    })
  const followers = [start(store), start(other)]
  for (let n = 0; n < 40; n++)
    await store.tx((tx) => store.append(tx, 'profile.downloaded', idOf(300), { book: n }))
  const count = async () =>
    (await sql<{ book: number }>`select book from gesim.test_seen order by seq`.execute(store.db)).rows
  await until(async () => (await count()).length === 40)
  expect((await count()).map((row) => row.book)).toEqual(Array.from({ length: 40 }, (_, n) => n))
  await Promise.all(followers.map((follower) => follower.stop()))
  await other.close()
})

test('what is unreachable is tried again and holds its place; nothing is skipped', async () => {
  const seen: string[] = []
  let down = 3
  const follower = store.follow({ reader: 'test.down', kinds: ['profile.ready'] }, async (event) => {
    if (event.intentId === idOf(401) && down-- > 0) throw unreachable('test.down')
    if (event.intentId! >= idOf(400) && event.intentId! <= idOf(402)) seen.push(event.intentId!)
  })
  await ready(400)
  await ready(401)
  await ready(402)
  await until(() => seen.length === 3)
  expect(seen).toEqual([idOf(400), idOf(401), idOf(402)])
  await follower.stop()
})

test('a refusal parks its intent and what follows of it, others go on, and release gives it back in order', async () => {
  const seen: string[] = []
  let refusing = true
  const follower = store.follow({ reader: 'test.park', kinds: ['profile.ready'] }, async (event) => {
    if (event.intentId! < idOf(500) || event.intentId! > idOf(510)) return
    if (event.intentId === idOf(500) && refusing) throw refuse('test.no')
    seen.push(`${Number(event.intentId)}:${event.body.book}`)
  })
  await ready(500, 1)
  await ready(501, 1)
  await ready(500, 2)
  await ready(502, 1)
  await until(() => seen.length === 2)
  expect(seen).toEqual(['501:1', '502:1'])
  const parked = () =>
    store.db
      .selectFrom('journal_parked')
      .selectAll()
      .where('reader', '=', 'test.park')
      .orderBy('seq')
      .execute()
  await until(async () => (await parked()).length === 2)
  expect((await parked()).map((row) => row.code)).toEqual(['test.no', 'store.event-parked'])

  // Given back while the cause is still there, it waits again.
  await sql`select gesim.release_parked('test.park', ${idOf(500)})`.execute(store.db)
  await until(async () => (await parked())[0]?.attempts === 2)
  expect((await parked()).every((row) => !row.released)).toBe(true)

  refusing = false
  await sql`select gesim.release_parked('test.park', ${idOf(500)})`.execute(store.db)
  await ready(500, 3)
  await until(() => seen.length === 5)
  expect(seen.slice(2)).toEqual(['500:1', '500:2', '500:3'])
  expect(await parked()).toEqual([])
  await follower.stop()
})

test('a broken handler is tried five times and its writes leave nothing behind', async () => {
  let calls = 0
  await sql`create table gesim.test_left (n int)`.execute(store.db)
  const follower = store.follow(
    { reader: 'test.broken', kinds: ['profile.installed'] },
    async (_event, tx) => {
      calls++
      await sql`insert into gesim.test_left values (1)`.execute(tx)
      throw broken('test.bug')
    },
  )
  await store.tx((tx) =>
    store.append(tx, 'profile.installed', idOf(600), { book: 1, receiptDigest: '0x00', evidence: '0x00' }),
  )
  await until(
    async () =>
      (
        await store.db
          .selectFrom('journal_parked')
          .select('code')
          .where('reader', '=', 'test.broken')
          .execute()
      ).length === 1,
  )
  expect(calls).toBe(5)
  expect((await sql`select from gesim.test_left`.execute(store.db)).rows).toHaveLength(0)
  await follower.stop()
})

test('the journal refuses to be changed', async () => {
  await ready(700)
  await expect(sql`update gesim.journal set kind = 'x'`.execute(store.db)).rejects.toThrow('append-only')
  await expect(sql`delete from gesim.journal`.execute(store.db)).rejects.toThrow('append-only')
})

test('reading on from a sequence number gives what came after it, of one intent', async () => {
  const seqs: bigint[] = []
  for (let n = 1; n <= 4; n++) seqs.push(await ready(800, n))
  await until(async () => (await store.read({ intentId: idOf(800) })).length === 4)
  const rest = await store.read({ intentId: idOf(800), after: seqs[1]! })
  expect(rest.map((event) => event.seq)).toEqual(seqs.slice(2))
  expect(await store.read({ intentId: idOf(800), kinds: ['order.failed'] })).toEqual([])
})
