import { testUsdcAbi } from '@gesim/contracts'
import { localSafeContracts } from '@gesim/contracts/deploy'
import { type LocalChain, startLocalChain } from '@gesim/contracts/testing'
import type { Hex } from '@gesim/journey'
import {
  createPublicClient,
  createTestClient,
  createWalletClient,
  defineChain,
  erc20Abi,
  http,
  recoverAddress,
} from 'viem'
import { privateKeyToAccount, privateKeyToAddress } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Safes } from './ports.ts'
import { type SafesOptions, safesOf, signDraft } from './safe.ts'

const BENEFICIARIES: Hex[] = [`0x${'a1'.repeat(20)}`, `0x${'b2'.repeat(20)}`]
let chain: LocalChain
let safes: Safes
let options: SafesOptions
let safe: Hex

beforeAll(async () => {
  chain = await startLocalChain()
  safe = chain.addresses.treasury
  const { usdc } = chain.addresses
  options = { rpcUrl: chain.rpcUrl, chainId: chain.chainId, usdc, contracts: localSafeContracts() }
  safes = safesOf(options)
  await send(chain.keys.operator, async (wallet) =>
    wallet.writeContract({
      address: usdc,
      abi: testUsdcAbi,
      functionName: 'mint',
      args: [safe, 100_000_000n],
    }),
  )
}, 120_000)
afterAll(() => chain?.stop())

function clientOf() {
  return createPublicClient({ transport: http(chain.rpcUrl), pollingInterval: 50 })
}

async function send(key: Hex, work: (wallet: Wallet) => Promise<Hex>): Promise<void> {
  const wallet = walletOf(key)
  const receipt = await clientOf().waitForTransactionReceipt({ hash: await work(wallet) })
  expect(receipt.status).toBe('success')
  // Final: a local chain is two blocks behind its tip.
  await createTestClient({ mode: 'anvil', chain: foundry, transport: http(chain.rpcUrl) }).mine({ blocks: 3 })
}

type Wallet = ReturnType<typeof walletOf>
function walletOf(key: Hex) {
  const local = defineChain({
    id: 31337,
    name: 'anvil',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [chain.rpcUrl] } },
  })
  return createWalletClient({ account: privateKeyToAccount(key), chain: local, transport: http() })
}

const balanceOf = (account: Hex) =>
  clientOf().readContract({
    address: chain.addresses.usdc,
    abi: erc20Abi,
    functionName: 'balanceOf',
    args: [account],
  })

describe('a Safe 2 of 3, without any server of Safe', () => {
  it('pays a batch that two owners signed, sent by a stranger', async () => {
    const facts = await safes.facts(safe)
    expect(facts).toMatchObject({ threshold: 2, nonce: 0, balanceMicros: 100_000_000n })
    const transfers = BENEFICIARIES.map((to, at) => ({ to, amountMicros: BigInt(at + 1) * 10_000_000n }))
    const draft = await safes.draft(safe, transfers, facts.nonce)
    expect(draft.operation).toBe(1)
    expect(await safes.simulate(draft)).toBeNull()

    const [first, , third] = chain.keys.treasuryOwners
    const signatures = []
    for (const key of [third, first]) {
      const signature = await signDraft(options, draft, key)
      const owner = privateKeyToAddress(key).toLowerCase() as Hex
      expect((await recoverAddress({ hash: draft.safeTxHash, signature })).toLowerCase()).toBe(owner)
      signatures.push({ owner, signature })
    }
    const fromBlock = (await safes.finalNonce(safe)).block + 1n
    expect(await safes.outcome(draft, fromBlock)).toEqual({ kind: 'waiting' })
    const data = await safes.execution(draft, signatures)
    await send(chain.keys.executors[0], (wallet) => wallet.sendTransaction({ to: safe, data }))
    expect(await safes.outcome(draft, fromBlock)).toMatchObject({ kind: 'executed' })
    expect(await Promise.all(BENEFICIARIES.map(balanceOf))).toEqual([10_000_000n, 20_000_000n])

    // The nonce is gone: whatever else was drafted with it was replaced.
    const other = await safes.draft(safe, [{ to: BENEFICIARIES[0]!, amountMicros: 1n }], facts.nonce)
    expect(other.operation).toBe(0)
    expect(await safes.outcome(other, fromBlock)).toEqual({ kind: 'replaced' })
  })

  it('is not moved by one signature', async () => {
    const { nonce } = await safes.facts(safe)
    const draft = await safes.draft(safe, [{ to: BENEFICIARIES[0]!, amountMicros: 1n }], nonce)
    const [key] = chain.keys.treasuryOwners
    const signature = await signDraft(options, draft, key)
    const data = await safes.execution(draft, [{ owner: privateKeyToAddress(key), signature }])
    const call = clientOf().call({ to: safe, data, account: privateKeyToAddress(chain.keys.executors[0]) })
    await expect(call).rejects.toThrow('GS020')
  })

  it('is told beforehand that a batch would fail', async () => {
    const { nonce } = await safes.facts(safe)
    const draft = await safes.draft(safe, [{ to: BENEFICIARIES[0]!, amountMicros: 10n ** 12n }], nonce)
    expect(await safes.simulate(draft)).toMatch(/would fail/)
  })

  it('refuses a stored draft that was altered after it was signed', async () => {
    const { nonce } = await safes.facts(safe)
    const draft = await safes.draft(safe, [{ to: BENEFICIARIES[0]!, amountMicros: 1n }], nonce)
    const altered = { ...draft, data: draft.data.replace('a1a1', 'b1b1') as Hex }
    await expect(safes.execution(altered, [])).rejects.toMatchObject({ code: 'treasury.draft-changed' })
  })

  it("is made for a carrier's own owners where it was predicted", async () => {
    const owners = chain.keys.carriers.map(({ payout }) => privateKeyToAddress(payout))
    const predicted = await safes.predict(owners, 2, 7n)
    await send(chain.keys.executors[1], (wallet) => wallet.sendTransaction(predicted.deployment))
    expect(await safes.facts(predicted.safe)).toEqual({
      owners: owners.map((owner) => owner.toLowerCase()),
      threshold: 2,
      nonce: 0,
      balanceMicros: 0n,
    })
  })
})
