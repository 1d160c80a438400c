// What is accepted as signed ahead is what USDC accepts: the deployed account's own word, on a real chain.
import { unreachable } from '@gesim/base'
import { gesimAccountAbi, gesimAccountFactoryAbi, testUsdcAbi } from '@gesim/contracts'
import { toGesimAccount } from '@gesim/contracts/account'
import { openChain } from '@gesim/contracts/reading'
import { type LocalChain, startLocalChain } from '@gesim/contracts/testing'
import { type PaymentAhead, paymentAheadTypedData } from '@gesim/proofs'
import { createPublicClient, createTestClient, createWalletClient, type Hex, http } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { anvil } from 'viem/chains'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { IntentsChain } from '../ports.ts'
import { paymentAheadReader } from './chain.ts'

let chain: LocalChain
let read: IntentsChain['paymentAhead']

beforeAll(async () => {
  chain = await startLocalChain()
  const { rpcUrl, chainId, addresses } = chain
  read = paymentAheadReader(
    openChain(rpcUrl, (cause) => unreachable('intents.no-chain', {}, cause)),
    { rpcUrl, chainId, addresses },
  )
}, 60_000)
afterAll(() => chain?.stop())

const operator = () =>
  createWalletClient({
    account: privateKeyToAccount(chain.keys.operator),
    chain: anvil,
    transport: http(chain.rpcUrl),
  })
const client = () => createPublicClient({ chain: anvil, transport: http(chain.rpcUrl), pollingInterval: 50 })

async function traveller(deployed: boolean) {
  const owner = privateKeyToAccount(generatePrivateKey())
  const account = await toGesimAccount({ client: client(), addresses: chain.addresses, owner })
  if (deployed) {
    const hash = await operator().writeContract({
      address: chain.addresses.accountFactory,
      abi: gesimAccountFactoryAbi,
      functionName: 'createAccount',
      args: [[owner.address.toLowerCase() as Hex], 0n],
    })
    await client().waitForTransactionReceipt({ hash })
  }
  const payment: Omit<PaymentAhead, 'escrow'> = {
    payer: account.address,
    amountMicros: 3_000_000n,
    validBefore: Math.floor(Date.now() / 1000) + 86_400,
    intentId: `0x${'17'.repeat(32)}`,
  }
  const sign = (over: Partial<PaymentAhead> = {}) =>
    account.signTypedData(
      paymentAheadTypedData(
        { name: 'USD Coin', version: '2', chainId: 31_337, verifyingContract: chain.addresses.usdc },
        { ...payment, escrow: chain.addresses.escrow, ...over },
      ) as never,
    )
  return { owner, account, payment, sign }
}

test('a signature holds for its account and its payment, and for no other', async () => {
  const one = await traveller(true)
  const other = await traveller(true)
  const signature = await one.sign()
  const holds = async (...of: Parameters<typeof read>) => (await read(...of)).isSigned
  expect(await read(one.payment, signature)).toEqual({
    isDeployed: true,
    isSigned: true,
    isUsed: false,
    isPaid: false,
    balanceMicros: 0n,
  })
  expect(await holds(one.payment, await other.sign({ payer: one.account.address }))).toBe(false)
  expect(await holds({ ...one.payment, payer: other.account.address }, signature)).toBe(false)
  expect(await holds({ ...one.payment, amountMicros: 3_000_001n }, signature)).toBe(false)
  expect(await holds({ ...one.payment, validBefore: one.payment.validBefore + 1 }, signature)).toBe(false)
  expect(await holds({ ...one.payment, intentId: `0x${'18'.repeat(32)}` }, signature)).toBe(false)
  expect(await holds(one.payment, await one.sign({ escrow: other.account.address }))).toBe(false)
  // The owner's key over the same words, without the account's own wrapping, which USDC would refuse too.
  const bare = await one.owner.signTypedData(
    paymentAheadTypedData(
      { name: 'USD Coin', version: '2', chainId: 31_337, verifyingContract: chain.addresses.usdc },
      { ...one.payment, escrow: chain.addresses.escrow },
    ) as never,
  )
  for (const forged of [bare, '0x', '0x01', `${signature}00`] as const)
    expect(await holds(one.payment, forged)).toBe(false)
})

test('a key that no longer opens the account voids what it signed', async () => {
  const one = await traveller(true)
  const signature = await one.sign()
  expect((await read(one.payment, signature)).isSigned).toBe(true)
  const test = createTestClient({ mode: 'anvil', chain: anvil, transport: http(chain.rpcUrl) })
  const { address } = one.account
  await test.impersonateAccount({ address })
  await test.setBalance({ address, value: 10n ** 18n })
  const self = createWalletClient({ account: address, chain: anvil, transport: http(chain.rpcUrl) })
  const hash = await self.writeContract({
    address,
    abi: gesimAccountAbi,
    functionName: 'replaceSigner',
    args: [one.owner.address.toLowerCase() as Hex, privateKeyToAccount(generatePrivateKey()).address],
  })
  expect((await client().waitForTransactionReceipt({ hash })).status).toBe('success')
  expect((await read(one.payment, signature)).isSigned).toBe(false)
})

test('an account that is not on the chain yet is said to be none; what it has is read all the same', async () => {
  const one = await traveller(false)
  const hash = await operator().writeContract({
    address: chain.addresses.usdc,
    abi: testUsdcAbi,
    functionName: 'mint',
    args: [one.account.address, 5_000_000n],
  })
  await client().waitForTransactionReceipt({ hash })
  expect(await read(one.payment, await one.sign())).toMatchObject({
    isDeployed: false,
    isSigned: false,
    balanceMicros: 5_000_000n,
  })
})

test('a silent node is no answer', async () => {
  const dead = paymentAheadReader(
    openChain('http://127.0.0.1:9', (cause) => unreachable('intents.no-chain', {}, cause)),
    { rpcUrl: '', chainId: 31_337, addresses: chain.addresses },
  )
  const one = await traveller(false)
  await expect(dead(one.payment, '0x')).rejects.toThrow(expect.objectContaining({ code: 'intents.no-chain' }))
})
