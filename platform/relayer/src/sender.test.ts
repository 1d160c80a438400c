import { createLog } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { type TestStore, testStore } from '@gesim/store/testing'
import { sql } from 'kysely'
import { generatePrivateKey } from 'viem/accounts'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Receipt, type RelayerChain, RpcError } from './chain.ts'
import { wish } from './outbox.ts'
import { type SenderContext, sendWanted, stateOf, track } from './sender.ts'
import { localSigner } from './signers.ts'

/** A chain that does what the test says; what it was sent is kept. */
class ChainTwin implements RelayerChain {
  readonly chainId = 31337
  readonly sent: Hex[] = []
  readonly receipts = new Map<number, Receipt>()
  estimating: () => bigint = () => 50_000n
  sending: () => void = () => {}
  finalized = 0n
  asked = 0
  request = async <T>() => null as T
  call = async (): Promise<Hex> => '0x'
  estimateGas = async () => this.estimating()
  sendRaw = async (raw: Hex) => {
    this.sending()
    this.sent.push(raw)
  }
  receipt = async (hash: Hex) => {
    this.asked++
    return [...this.receipts.values()].find((one) => one.hash === hash) ?? null
  }
  count = async () => this.finalized
  finalizedBlock = async () => this.finalized
  fees = async () => ({ baseFee: 1n, maxFeePerGas: 10n, maxPriorityFeePerGas: 1n })
}

const receiptOf = (hash: Hex, success: boolean, block = 5n): Receipt => ({
  hash,
  block,
  blockHash: `0x${'b1'.repeat(32)}`,
  success,
  gasUsed: 1n,
  gasPrice: 1n,
  logs: [],
  raw: {},
})

let database: TestStore
let chain: ChainTwin
let context: SenderContext
let wishes = 0

beforeAll(async () => {
  database = await testStore()
})
afterAll(() => database.close())
beforeEach(() => {
  chain = new ChainTwin()
  const signer = localSigner(generatePrivateKey())
  context = {
    store: database.store,
    chain,
    signers: { operator: [signer], poster: [signer], executor: [] },
    log: createLog('test', 'silent'),
    bumpAfterMs: 60_000,
    onBundle: async () => {},
  }
})

const signer = () => context.signers.operator[0]!

async function wanted(): Promise<string> {
  const key = `test:${++wishes}`
  const to: Hex = `0x${'11'.repeat(20)}`
  await database.store.tx((tx) =>
    wish(tx, { key, kind: 'test', role: 'operator', intentId: null, to, data: '0x' }),
  )
  return key
}

const due = () =>
  sql`update gesim.relayer_transactions set not_before = now() where state = 'wanted'`.execute(
    database.store.db,
  )

it('a no of the node itself refuses nothing: the call waits and is made once the node takes it', async () => {
  for (const said of ['over rate limit', 'insufficient funds for gas * price + value', 'internal error']) {
    const key = await wanted()
    chain.estimating = () => {
      throw new RpcError(-32_000, said, undefined)
    }
    await sendWanted(context, 'operator')
    expect(await stateOf(database.store, key)).toMatchObject({
      state: 'wanted',
      code: 'relayer.node-refused',
      why: said,
    })
    chain.estimating = () => 50_000n
    await due()
    await sendWanted(context, 'operator')
    expect((await stateOf(database.store, key))?.state).toBe('sent')
  }
  const refused = await wanted()
  chain.estimating = () => {
    throw new RpcError(3, 'execution reverted', '0x')
  }
  await sendWanted(context, 'operator')
  expect((await stateOf(database.store, refused))?.state).toBe('refused')
})

it('a transaction that the node does not take is offered again, and holds up no other', async () => {
  const key = await wanted()
  chain.sending = () => {
    throw new RpcError(-32_000, 'insufficient funds', undefined)
  }
  await sendWanted(context, 'operator')
  expect(await stateOf(database.store, key)).toMatchObject({ state: 'sent', why: 'insufficient funds' })
  chain.sending = () => {}
  const patient = { ...context, bumpAfterMs: 0 }
  await track(patient, signer())
  expect(chain.sent).toHaveLength(1)
  expect(await stateOf(database.store, key)).toMatchObject({ state: 'sent', why: null })
})

it('a call that reverted and is made again is made once, though the old receipt is still there', async () => {
  const key = await wanted()
  await sendWanted(context, 'operator')
  const first = (await stateOf(database.store, key))!.hash!
  chain.receipts.set(0, receiptOf(first, false))
  // It would pass now: the block met a state that is over.
  await track(context, signer())
  expect(await stateOf(database.store, key)).toMatchObject({ state: 'wanted', code: 'relayer.reverted' })
  await due()
  await sendWanted(context, 'operator')
  expect(chain.sent).toHaveLength(2)
  // Not mined yet: looked at many times, sent once.
  for (let round = 0; round < 3; round++) {
    await track(context, signer())
    await due()
    await sendWanted(context, 'operator')
  }
  expect(chain.sent).toHaveLength(2)
  chain.receipts.set(1, receiptOf((await stateOf(database.store, key))!.hash!, true))
  await track(context, signer())
  expect((await stateOf(database.store, key))?.state).toBe('mined')
})

it('mined transactions that wait for finality are asked for now and then, and finished when it comes', async () => {
  const keys = [await wanted(), await wanted(), await wanted()]
  await sendWanted(context, 'operator')
  for (const [at, key] of keys.entries())
    chain.receipts.set(at, receiptOf((await stateOf(database.store, key))!.hash!, true))
  await track(context, signer())
  await track(context, signer())
  chain.asked = 0
  for (let round = 0; round < 10; round++) await track(context, signer())
  expect(chain.asked).toBeLessThanOrEqual(keys.length)
  chain.finalized = 5n
  await track(context, signer())
  for (const key of keys) expect((await stateOf(database.store, key))?.state).toBe('final')
})
