import { createLog } from '@gesim/base'
import { testUsdcAbi } from '@gesim/contracts'
import { localSafeContracts } from '@gesim/contracts/deploy'
import { type LocalChain, startLocalChain } from '@gesim/contracts/testing'
import type { EventBody, Hex } from '@gesim/journey'
import { settled, type TestStore, testStore } from '@gesim/store/testing'
import { sql } from 'kysely'
import { createTestClient, createWalletClient, erc20Abi, http, parseAbi, publicActions } from 'viem'
import { privateKeyToAccount, privateKeyToAddress } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { Clerk, draftOf } from './clerk.ts'
import type { Draft, Safes } from './ports.ts'
import { type SafesOptions, safesOf, signDraft } from './safe.ts'
import { addSignature, readBatches, readOffRamps } from './table.ts'

const AMOUNT = 5_000_000n
const RETRY_SECONDS = 60
let chain: LocalChain
let test: TestStore
let options: SafesOptions
let safes: Safes
let clerk: Clerk
let safe: Hex
let deposit: Hex
let deposits = 0
let aheadMs = 0

const anvilOf = () =>
  createTestClient({ mode: 'anvil', chain: foundry, transport: http(chain.rpcUrl) }).extend(publicActions)

beforeAll(async () => {
  ;[chain, test] = await Promise.all([startLocalChain(), testStore()])
  const { usdc } = chain.addresses
  safe = chain.addresses.treasury.toLowerCase() as Hex
  options = { rpcUrl: chain.rpcUrl, chainId: chain.chainId, usdc, contracts: localSafeContracts() }
  safes = safesOf(options)
  clerk = new Clerk({
    store: test.store,
    safes,
    ramp: {
      name: 'twin',
      order: async ({ key }) => ({ orderId: key, depositAddress: deposit, feeMicros: 0n }),
      status: async () => ({ kind: 'pending' }),
    },
    requests: { since: async (fromBlock) => ({ requests: [], upTo: fromBlock }) },
    log: createLog('test', 'silent'),
    nowMs: () => Date.now() + aheadMs,
    settings: { retrySeconds: RETRY_SECONDS },
  })
  // Blocks only for transactions, so that the depth of a reorganisation is known; it reaches into this run only.
  await anvilOf().setAutomine(true)
  const wallet = walletOf(chain.keys.operator)
  const mint = { address: usdc, abi: testUsdcAbi, functionName: 'mint', args: [safe, 100_000_000n] } as const
  await anvilOf().waitForTransactionReceipt({ hash: await wallet.writeContract(mint), pollingInterval: 50 })
}, 120_000)
afterAll(async () => {
  await Promise.allSettled([chain?.stop(), test?.close()])
})

const walletOf = (key: Hex) =>
  createWalletClient({ account: privateKeyToAccount(key), chain: foundry, transport: http(chain.rpcUrl) })

async function send(data: Hex): Promise<void> {
  const hash = await walletOf(chain.keys.executors[0]).sendTransaction({ to: safe, data })
  const receipt = await anvilOf().waitForTransactionReceipt({ hash, pollingInterval: 50 })
  expect(receipt.status).toBe('success')
}

const arrived = () =>
  anvilOf().readContract({
    address: chain.addresses.usdc,
    abi: erc20Abi,
    functionName: 'balanceOf',
    args: [deposit],
  })

/** The newest block, and what it holds, gives way to an empty one. */
const takeBack = () => anvilOf().request({ method: 'anvil_reorg' as never, params: [1, []] as never })
const settle = () => anvilOf().mine({ blocks: 3 })

async function signaturesOf(draft: Draft) {
  return await Promise.all(
    chain.keys.treasuryOwners.slice(0, 2).map(async (key) => ({
      owner: privateKeyToAddress(key).toLowerCase() as Hex,
      signature: await signDraft(options, draft, key),
    })),
  )
}

const request = async () => (await readOffRamps(test.store.db, {}))[0]!
const batch = async () => (await readBatches(test.store.db))[0]!
async function wishes() {
  await settled(test.store)
  return (await test.store.read({ kinds: ['batch.wanted'] })).map(
    (event) => event.body as EventBody<'batch.wanted'>,
  )
}

/** A request, approved, in a batch that its owners signed and the relayer was asked to send. */
beforeEach(async () => {
  await settle()
  deposit = `0x${(++deposits).toString(16).padStart(2, '0').repeat(20)}`
  await sql`insert into gesim.treasury_off_ramps (carrier_id, safe, amount_micros, currency, beneficiary_ref, state)
    values (1, ${safe}, ${AMOUNT}, 'EUR', ${`0x${'be'.repeat(32)}`}, 'approved')`.execute(test.store.db)
  await clerk.look()
  const made = await batch()
  for (const { owner, signature } of await signaturesOf(draftOf(made)))
    await addSignature(test.store.db, made.id, owner, signature)
  await clerk.look()
  expect((await batch()).state).toBe('wanted')
})

it('a batch that a reorganisation takes away was never executed, and is wished for again', async () => {
  const before = await wishes()
  await send(before.at(-1)!.data)
  expect(await arrived()).toBe(AMOUNT)
  await clerk.look()
  expect(await batch()).toMatchObject({ state: 'wanted', tx_hash: null })
  expect(await request()).toMatchObject({ state: 'approved' })
  // While it is there, nobody pays gas to send it twice, however late it becomes final.
  aheadMs += (RETRY_SECONDS + 1) * 1_000
  await clerk.look()
  expect(await wishes()).toHaveLength(before.length)

  await takeBack()
  expect(await arrived()).toBe(0n)
  await clerk.look()
  const again = await wishes()
  expect(again).toHaveLength(before.length + 1)
  expect(await request()).toMatchObject({ state: 'approved', tx_hash: null })

  await send(again.at(-1)!.data)
  await settle()
  await clerk.look()
  expect(await batch()).toMatchObject({ state: 'executed', tx_hash: expect.stringMatching(/^0x/) })
  expect((await request()).state).toBe('sent')
  expect(await arrived()).toBe(AMOUNT)
}, 60_000)

it('a batch is not made anew, and paid twice, for a transaction that a reorganisation takes back', async () => {
  const first = await batch()
  const other = await safes.draft(
    safe,
    [{ to: chain.addresses.feeTreasury, amountMicros: 1n }],
    Number(first.nonce),
  )
  await send(await safes.execution(other, await signaturesOf(other)))
  await clerk.look()
  expect(await batch()).toMatchObject({ id: first.id, state: 'wanted' })

  await takeBack()
  await send((await wishes()).at(-1)!.data)
  await settle()
  await clerk.look()
  expect(await batch()).toMatchObject({ id: first.id, state: 'executed' })
  expect((await request()).state).toBe('sent')
  expect(await arrived()).toBe(AMOUNT)
}, 60_000)

it('a batch is looked for behind a final block in which its nonce was free: no reorganisation can move it below', async () => {
  const first = await batch()
  const final = (await anvilOf().getBlock({ blockTag: 'finalized' })).number
  const before = first.from_block - 1n
  expect(before).toBeLessThanOrEqual(final)
  const abi = parseAbi(['function nonce() view returns (uint256)'])
  const nonce = { address: first.safe, abi, functionName: 'nonce', blockNumber: before } as const
  expect(await anvilOf().readContract(nonce)).toBe(first.nonce)
  await send((await wishes()).at(-1)!.data)
  await settle()
  await clerk.look()
  expect(await batch()).toMatchObject({ id: first.id, state: 'executed' })
}, 60_000)
