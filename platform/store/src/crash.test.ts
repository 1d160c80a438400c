import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { sleepMs } from '@gesim/base'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestStore, testStore } from './testing.ts'

const CHILD = fileURLToPath(new URL('./testing/crash-child.ts', import.meta.url))
let own: TestStore
const children = new Set<ChildProcess>()

beforeAll(async () => {
  own = await testStore()
  // No unique constraint: work that ran twice shows as two rows.
  await sql`create table gesim.crash_events (seq bigint, pid int)`.execute(own.store.db)
  await sql`create table gesim.crash_jobs (seq bigint, pid int)`.execute(own.store.db)
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await own.close()
})

async function startChild(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [CHILD, own.url], { stdio: ['ignore', 'pipe', 'ignore'] })
  children.add(child)
  child.once('exit', () => children.delete(child))
  await once(child.stdout!, 'data')
  return child
}

test('processes killed in the middle of their work lose nothing and run nothing twice', async () => {
  const { store } = own
  const total = 80
  const count = async (table: 'crash_events' | 'crash_jobs') =>
    Number(
      (await sql<{ n: bigint }>`select count(*) as n from gesim.${sql.raw(table)}`.execute(store.db)).rows[0]!
        .n,
    )

  let first = await startChild()
  const second = await startChild()
  const writing = (async () => {
    for (let n = 0; n < total; n++) {
      await store.tx((tx) => store.append(tx, 'profile.ready', null, { book: n, attempt: 1 }))
      await sleepMs(10)
    }
  })()
  for (let kill = 0; kill < 2; kill++) {
    await sleepMs(250 + Math.random() * 200)
    first.kill('SIGKILL')
    first = await startChild()
  }
  await writing
  for (let waitedMs = 0; waitedMs < 50_000 && (await count('crash_jobs')) < total; waitedMs += 50)
    await sleepMs(50)

  const distinct = await sql<{ events: bigint; jobs: bigint }>`
    select (select count(distinct seq) from gesim.crash_events) as events,
           (select count(distinct seq) from gesim.crash_jobs) as jobs`.execute(store.db)
  expect({
    events: await count('crash_events'),
    jobs: await count('crash_jobs'),
    distinct: distinct.rows[0],
  }).toEqual({ events: total, jobs: total, distinct: { events: BigInt(total), jobs: BigInt(total) } })
  first.kill('SIGTERM')
  second.kill('SIGTERM')
}, 90_000)
