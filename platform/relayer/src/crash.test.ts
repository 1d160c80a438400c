import { createLog } from '@gesim/base'
import { testUsdcAbi } from '@gesim/contracts'
import { type LocalChain, startLocalChain } from '@gesim/contracts/testing'
import type { Hex } from '@gesim/journey'
import type { Store } from '@gesim/store'
import { type TestStore, testStore } from '@gesim/store/testing'
import { decodeFunctionResult, encodeFunctionData } from 'viem'
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faucetWish } from './calldata.ts'
import { connectChain, type RelayerChain } from './chain.ts'
import { reopenForgotten, wish } from './outbox.ts'
import { type SenderContext, sendWanted, track } from './sender.ts'
import { localSigner, type Signers } from './signers.ts'
import { rows } from './table.ts'

let chain: LocalChain
let database: TestStore
let signers: Signers
let real: RelayerChain

beforeAll(async () => {
  ;[chain, database] = await Promise.all([startLocalChain(), testStore()])
  const operator = localSigner(chain.keys.operator)
  signers = { operator: [operator], poster: [localSigner(chain.keys.poster)], executor: [] }
  real = connectChain(chain.rpcUrl, 31337)
  // A chain that was loaded from a file knows no state before its last block, and finality is two blocks behind.
  await real.request('anvil_mine', ['0x3'])
}, 60_000)
afterAll(async () => {
  await database?.close()
  await chain?.stop()
})

class Killed extends Error {}

/** Dies at one call of all: just before it, or just after, when what it did has happened and nobody was told. */
function mortal(deadline: { calls: number }) {
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    if (deadline.calls-- === 0) throw new Killed()
    const result = await work()
    if (deadline.calls-- === 0) throw new Killed()
    return result
  }
  const store: Store = { ...database.store, tx: (work) => step(() => database.store.tx(work)) }
  const dying: RelayerChain = {
    ...real,
    estimateGas: (call) => step(() => real.estimateGas(call)),
    sendRaw: (raw) => step(() => real.sendRaw(raw)),
    receipt: (hash) => step(() => real.receipt(hash)),
    count: (address, at) => step(() => real.count(address, at)),
  }
  return { store, chain: dying }
}

const contextOf = (parts: { store: Store; chain: RelayerChain }): SenderContext => ({
  ...parts,
  signers,
  log: createLog('crash-test', 'silent'),
  bumpAfterMs: 60_000,
  onBundle: async () => {},
})

async function balanceOf(account: Hex): Promise<bigint> {
  const data = encodeFunctionData({ abi: testUsdcAbi, functionName: 'balanceOf', args: [account] })
  const answer = await real.call({ from: account, to: chain.addresses.usdc, data })
  return decodeFunctionResult({ abi: testUsdcAbi, functionName: 'balanceOf', data: answer })
}

async function runUntilMined(context: SenderContext, key: string): Promise<void> {
  const signer = signers.operator[0]!
  for (let round = 0; round < 400; round++) {
    await sendWanted(context, 'operator')
    await track(context, signer)
    const row = await rows(database.store)
      .selectFrom('relayer_transactions')
      .select('state')
      .where('key', '=', key)
      .executeTakeFirstOrThrow()
    if (row.state === 'mined' || row.state === 'final') return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('never mined')
}

describe('a relayer that is killed', () => {
  it('neither loses a transaction nor sends it twice, at whichever call it dies', async () => {
    let survived = false
    let deaths = 0
    for (let calls = 0; !survived; calls++) {
      const account = privateKeyToAddress(generatePrivateKey()).toLowerCase() as Hex
      const wanted = faucetWish(chain.addresses, account, 7n, `death-${calls}`)
      await database.store.tx((tx) => wish(tx, wanted))
      try {
        await runUntilMined(contextOf(mortal({ calls })), wanted.key)
        survived = true
      } catch (error) {
        if (!(error instanceof Killed)) throw error
        deaths++
        // Another process takes over from the rows.
        await reopenForgotten(database.store, real, signers.operator, createLog('crash-test', 'silent'))
        await runUntilMined(contextOf({ store: database.store, chain: real }), wanted.key)
      }
      expect(await balanceOf(account)).toBe(7n)
    }
    expect(deaths).toBeGreaterThan(8)
  }, 120_000)

  it('is not confused when the chain forgets blocks', async () => {
    const account = privateKeyToAddress(generatePrivateKey()).toLowerCase() as Hex
    const wanted = faucetWish(chain.addresses, account, 9n, 'forgotten')
    const context = contextOf({ store: database.store, chain: real })
    const snapshot = await real.request<Hex>('evm_snapshot', [])
    await database.store.tx((tx) => wish(tx, wanted))
    await runUntilMined(context, wanted.key)
    expect(await balanceOf(account)).toBe(9n)

    await real.request('evm_revert', [snapshot])
    expect(await balanceOf(account)).toBe(0n)
    await reopenForgotten(database.store, real, signers.operator, createLog('crash-test', 'silent'))
    await runUntilMined(context, wanted.key)
    expect(await balanceOf(account)).toBe(9n)
  }, 60_000)

  it('raises the fee of a transaction that nobody mines, and has it mined once', async () => {
    const account = privateKeyToAddress(generatePrivateKey()).toLowerCase() as Hex
    const wanted = faucetWish(chain.addresses, account, 5n, 'slow')
    const context = { ...contextOf({ store: database.store, chain: real }), bumpAfterMs: 50 }
    await real.request('evm_setAutomine', [false])
    await real.request('evm_setIntervalMining', [0])
    await database.store.tx((tx) => wish(tx, wanted))
    await sendWanted(context, 'operator')
    await new Promise((resolve) => setTimeout(resolve, 100))
    await track(context, signers.operator[0]!)
    const forms = await rows(database.store)
      .selectFrom('relayer_attempts as a')
      .innerJoin('relayer_transactions as t', 't.id', 'a.transaction_id')
      .select(['a.hash', 't.max_fee'])
      .where('t.key', '=', wanted.key)
      .execute()
    expect(forms).toHaveLength(2)
    await real.request('evm_setAutomine', [true])
    await real.request('evm_setIntervalMining', [1])
    await runUntilMined(context, wanted.key)
    expect(await balanceOf(account)).toBe(5n)
  }, 60_000)
})
