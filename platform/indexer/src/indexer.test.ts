import { createLog } from '@gesim/base'
import { type TestStore, testStore } from '@gesim/store/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeIndexer } from './indexer.ts'
import type { Confirmations } from './settings.ts'
import { type ChainTwin, chainTwin, TWIN_ESCROW } from './testing/twin.ts'

let own: TestStore
let chainId = 1_000

beforeAll(async () => {
  own = await testStore()
})
afterAll(() => own.close())
beforeEach(() => {
  chainId++
})

const indexerOf = (chain: ChainTwin, confirmations: Confirmations) =>
  makeIndexer({
    store: own.store,
    chain,
    chainId,
    emitters: new Map([[TWIN_ESCROW, 'escrow']]),
    fromBlock: 1n,
    confirmations,
    log: createLog('test', 'silent'),
  })

async function catchUp(indexer: ReturnType<typeof indexerOf>): Promise<void> {
  for (let n = 0; n < 200; n++) if (!(await indexer.step())) return
  throw new Error('never done')
}

/** What a reader believes who takes every event and every undoing in, in order. */
async function believed(): Promise<{ alive: number[]; undone: number }> {
  const { rows } = await sql<{ seq: bigint; kind: string; intent_id: string; body: { seq?: string } }>`
    select j.seq, j.kind, j.intent_id, j.body from gesim.journal j
    where j.seq in (select seq from gesim.test_seen where chain_id = ${chainId}) order by j.seq`.execute(
    own.store.db,
  )
  const alive = new Map<string, number>()
  let undone = 0
  for (const row of rows) {
    if (row.kind === 'intent.funded') alive.set(row.seq.toString(), Number(row.intent_id))
    else {
      undone++
      expect(alive.delete(row.body.seq!)).toBe(true)
    }
  }
  return { alive: [...alive.values()], undone }
}

// Each run uses a chain id of its own in one database; events are told apart by when they came.
let mark = 0n
async function begin(): Promise<void> {
  await sql`create table if not exists gesim.test_seen (chain_id int, seq bigint)`.execute(own.store.db)
  const { rows } = await sql<{ seq: bigint | null }>`select max(seq) as seq from gesim.journal`.execute(
    own.store.db,
  )
  mark = rows[0]!.seq ?? 0n
}
async function collect(): Promise<void> {
  await sql`insert into gesim.test_seen select ${chainId}, seq from gesim.journal where seq > ${mark}`.execute(
    own.store.db,
  )
}

test('each log becomes one event, in the order of the chain, however often it is read and by however many', async () => {
  await begin()
  const chain = chainTwin()
  const indexers = [indexerOf(chain, 0), indexerOf(chain, 0), indexerOf(chain, 0)]
  for (let n = 1; n <= 30; n++) {
    chain.mine(n % 3 === 0 ? [] : [n, 100 + n])
    await Promise.all(indexers.map((indexer) => indexer.step()))
  }
  for (const indexer of indexers) await catchUp(indexer)
  await collect()
  expect((await believed()).alive).toEqual(chain.funded())
})

test('a log that a reorganisation takes away before its confirmations never becomes an event', async () => {
  await begin()
  const chain = chainTwin()
  const indexer = indexerOf(chain, 3)
  chain.mine([1])
  chain.mine([2])
  await catchUp(indexer)
  chain.drop(1)
  chain.mine([3])
  for (let n = 0; n < 5; n++) chain.mine([])
  await catchUp(indexer)
  await collect()
  expect(await believed()).toEqual({ alive: [1, 3], undone: 0 })
})

test('the same transaction mined again in another block is the same event', async () => {
  await begin()
  const chain = chainTwin()
  const indexer = indexerOf(chain, 0)
  chain.mine([1])
  chain.mine([2, 3])
  await catchUp(indexer)
  chain.drop(2)
  chain.mine([])
  chain.mine([3])
  chain.mine([1, 2])
  await catchUp(indexer)
  await collect()
  const { alive, undone } = await believed()
  expect([alive.sort(), undone]).toEqual([[1, 2, 3], 0])
})

test('a chain that starts anew, shorter than what was read, is read anew and the lost events are undone', async () => {
  await begin()
  const old = chainTwin()
  for (let n = 1; n <= 20; n++) old.mine([n])
  await catchUp(indexerOf(old, 0))
  const fresh = chainTwin()
  fresh.drop(0)
  for (let n = 1; n <= 4; n++) fresh.mine([50 + n])
  const indexer = indexerOf(fresh, 0)
  await catchUp(indexer)
  for (let n = 0; n < 20; n++) fresh.mine([])
  await catchUp(indexer)
  await collect()
  expect(await believed()).toEqual({ alive: [51, 52, 53, 54], undone: 20 })
})

test('far behind, it reads in long steps and still skips nothing', async () => {
  await begin()
  const chain = chainTwin()
  for (let n = 1; n <= 1_300; n++) chain.mine(n % 50 === 0 ? [n] : [])
  await catchUp(indexerOf(chain, 'finalized'))
  await collect()
  expect((await believed()).alive).toEqual(chain.funded().filter((n) => n <= 1_298))
})

test('whatever the chain does, a reader of the journal ends up believing what the chain says', async () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('mine' as const), count: fc.nat(2) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('drop' as const), count: fc.integer({ min: 1, max: 12 }) }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('read' as const), count: fc.constant(1) }) },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.nat(2),
      fc.boolean(),
      async (steps, confirmations, again) => {
        chainId++
        await begin()
        const chain = chainTwin()
        const indexer = indexerOf(chain, confirmations)
        let next = 1
        let dropped: number[] = []
        for (const one of steps) {
          if (one.do === 'mine') {
            const fresh = Array.from({ length: one.count }, () => next++)
            // Sometimes what fell away is mined again.
            const old = again ? dropped.splice(0, 1).filter((n) => !chain.funded().includes(n)) : []
            chain.mine([...old, ...fresh])
          } else if (one.do === 'drop') {
            const before = chain.funded()
            chain.drop(one.count)
            dropped = [...dropped, ...before.filter((n) => !chain.funded().includes(n))]
          } else await indexer.step()
        }
        for (let n = 0; n < 30; n++) chain.mine([])
        await catchUp(indexer)
        await collect()
        expect((await believed()).alive.sort((a, b) => a - b)).toEqual(chain.funded().sort((a, b) => a - b))
      },
    ),
    { numRuns: 25, endOnFailure: true },
  )
}, 60_000)
