import { type TestStore, testStore } from '@gesim/store/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Receipt, type RelayerChain, RpcError } from '../chain.ts'
import { rows } from '../table.ts'
import { noteOutcomes } from './bundle.ts'
import { simulateBundle } from './entry-point.ts'

let database: TestStore
beforeAll(async () => {
  database = await testStore()
})
afterAll(() => database.close())

const hashOf = (n: number) => `0x${n.toString(16).padStart(64, '0')}` as const

/** Two operations in one bundle, as it was sent. */
async function bundled(bundle: number): Promise<bigint> {
  const { id } = await rows(database.store)
    .insertInto('relayer_transactions')
    .values({ key: `bundle:${bundle}`, kind: 'bundle', role: 'executor', to_address: '0x', data: '0x' })
    .returning('id')
    .executeTakeFirstOrThrow()
  await sql`update gesim.relayer_operations set state = 'bundled', transaction_id = ${id}
    where state = 'accepted'`.execute(database.store.db)
  return id
}

const states = async () =>
  await rows(database.store)
    .selectFrom('relayer_operations')
    .select(['state', 'reverts', 'transaction_id', 'why'])
    .orderBy('position')
    .execute()

const reverted = { success: false } as Receipt

it('an operation whose bundles revert on chain though they pass the simulation is not paid for a third time', async () => {
  for (const n of [1, 2])
    await rows(database.store)
      .insertInto('relayer_operations')
      .values({ hash: hashOf(n), sender: `0x${n}`, nonce: '0', operation: '{}' })
      .execute()
  const first = await bundled(1)
  await database.store.tx((tx) => noteOutcomes(tx, first, reverted))
  const once = { state: 'accepted', reverts: 1, transaction_id: null, why: null }
  expect(await states()).toEqual([once, once])

  // The nonce went elsewhere: nothing was paid, and nothing is held against them.
  const second = await bundled(2)
  await database.store.tx((tx) => noteOutcomes(tx, second, null))
  expect(await states()).toEqual([once, once])

  const third = await bundled(3)
  await database.store.tx((tx) => noteOutcomes(tx, third, reverted))
  const twice = { state: 'dropped', reverts: 2, transaction_id: null, why: 'its bundles reverted on chain' }
  expect(await states()).toEqual([twice, twice])
})

it('a node that is busy says nothing about an operation', async () => {
  const saying = (error: RpcError) =>
    simulateBundle(
      {
        call: async () => {
          throw error
        },
      } as unknown as RelayerChain,
      '0x',
      '0x',
      1n,
    )
  await expect(saying(new RpcError(-32_005, 'over rate limit', undefined))).rejects.toMatchObject({
    code: 'relayer.chain-unreachable',
  })
  expect(await saying(new RpcError(-32_003, 'Out of gas: gas required exceeds', undefined))).toMatchObject({
    index: 0,
  })
  expect(await saying(new RpcError(3, 'execution reverted', undefined))).toMatchObject({ index: 0 })
})
