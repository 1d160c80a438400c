// Anyone may demand a leaf with a bond; unanswered, the demand would freeze a carrier's book. The node answers by itself.
import { payOnUsageAbi, testUsdcAbi } from '@gesim/contracts'
import { type TermsJson, termsFromJson } from '@gesim/proofs'
import { type Address, createTestClient, createWalletClient, http, parseEther, parseEventLogs } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { directChain } from '../alone.ts'
import { type Database, openDatabase } from '../database.ts'
import { sharedStack } from '../running-stack.ts'
import type { Stack } from '../start-stack.ts'
import { gesim, newTraveller } from '../terminal.ts'
import { newBuyer } from '../traveller.ts'
import { eventually } from '../waiting.ts'

const BOND = 5_000_000n
const TRIES = 5n

let stack: Stack
let database: Database

beforeAll(async () => {
  stack = await sharedStack()
  database = await openDatabase(stack.read().databaseUrl)
})
afterAll(() => database?.close())

const newestLeaf = async () => {
  const [leaf] = await database.query<{ epoch: number; terms: TermsJson; intent_id: string }>(
    `select e.epoch, i.terms, i.intent_id from gesim.settlement_epochs e
     join gesim.settlement_leaves l using (epoch) join gesim.settlement_intents i using (intent_id)
     where e.state in ('posted', 'final') order by e.epoch desc limit 1`,
    [],
  )
  return leaf
}

test('a stranger’s demand for a leaf is answered before its time is over, and the bond is earned', async () => {
  if (!(await newestLeaf()))
    expect((await gesim(newTraveller(stack), 'buy', '--country', 'ES').ended).code).toBe(0)
  const { epoch, terms } = (await newestLeaf())!
  const buyer = await newBuyer(stack)
  const { addresses } = buyer.connection
  const chain = directChain(stack, buyer)
  const transport = http(stack.read().rpcUrl)
  const stranger = privateKeyToAccount(generatePrivateKey())
  const own = createTestClient({ mode: 'anvil', transport })
  const minter = await chain.readContract({
    abi: testUsdcAbi,
    address: addresses.usdc,
    functionName: 'minter',
  })
  for (const address of [stranger.address, minter]) await own.setBalance({ address, value: parseEther('10') })
  const send = async (
    by: typeof stranger | Address,
    call: { to: Address; abi: unknown; functionName: string; args: readonly unknown[] },
  ) => {
    const wallet = createWalletClient({ account: by as Address, chain: chain.chain, transport })
    const { to: address, ...rest } = call
    const hash = await wallet.writeContract({ address, ...rest, gas: 1_000_000n } as never)
    const receipt = await chain.waitForTransactionReceipt({ hash, timeout: 30_000 })
    expect(receipt.status).toBe('success')
    return receipt
  }
  await own.impersonateAccount({ address: minter })
  await send(minter, {
    to: addresses.usdc,
    abi: testUsdcAbi,
    functionName: 'mint',
    args: [stranger.address, TRIES * BOND],
  })
  await own.stopImpersonatingAccount({ address: minter })
  await send(stranger, {
    to: addresses.usdc,
    abi: testUsdcAbi,
    functionName: 'approve',
    args: [addresses.payOnUsage, TRIES * BOND],
  })
  const demands = { abi: payOnUsageAbi, address: addresses.payOnUsage } as const
  /** Who answered, or nobody in time. */
  const demand = async () => {
    const { logs, blockNumber } = await send(stranger, {
      to: addresses.payOnUsage,
      abi: payOnUsageAbi,
      functionName: 'challengeData',
      args: [epoch, termsFromJson(terms)],
    })
    const [opened] = parseEventLogs({ abi: payOnUsageAbi, eventName: 'Demanded', logs })
    const { id, demand: of } = opened!.args
    return await eventually('the demand to be answered, or late', async () => {
      const [ended] = await chain.getContractEvents({
        ...demands,
        eventName: 'DemandEnded',
        args: { id },
        fromBlock: blockNumber,
      })
      if (ended) return ended.args
      const { timestamp } = await chain.getBlock()
      return timestamp > BigInt(of.openUntil) + 1n ? ('late' as const) : undefined
    })
  }
  // Twelve hours elsewhere are three seconds on a local chain, which a busy machine may miss.
  let answer = await demand()
  for (let left = TRIES - 1n; left > 0n && answer === 'late'; left--) answer = await demand()
  expect(answer).toMatchObject({ answered: true })
  const { by } = answer as { by: Address }
  const owed = await chain.readContract({ ...demands, functionName: 'owedTo', args: [by] })
  expect(owed).toBeGreaterThanOrEqual(BOND)
}, 120_000)
