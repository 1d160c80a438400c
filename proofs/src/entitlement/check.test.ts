// What a carrier does with nothing but a chain node: real contracts, the traveller's real account.
import { gesimIdentityAbi, intentEscrowAbi, testUsdcAbi } from '@gesim/contracts'
import { type GesimSmartAccount, toGesimAccount } from '@gesim/contracts/account'
import { type LocalChain, startLocalChain } from '@gesim/contracts/testing'
import {
  type Abi,
  type Address,
  createPublicClient,
  createTestClient,
  createWalletClient,
  type Hex,
  http,
  type PublicClient,
  parseEther,
} from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  booksHash,
  digestOf,
  domainOf,
  type IntentTerms,
  intentIdOf,
  NO_DEVICE,
  typedDataOf,
  ZERO_HASH,
} from '../index.ts'
import { checkEntitlement } from './check.ts'
import { type EntitlementQuestion, entitlementDomain, entitlementTypedData } from './statement.ts'

const DEPOSIT = 5_000_000n
const nowSeconds = Math.floor(Date.now() / 1000)

let chain: LocalChain
let client: PublicClient
let account: GesimSmartAccount
let terms: IntentTerms
let question: EntitlementQuestion

beforeAll(async () => {
  chain = await startLocalChain()
  client = createPublicClient({ chain: foundry, transport: http(chain.rpcUrl), pollingInterval: 50 })
  account = await toGesimAccount({
    client,
    addresses: chain.addresses,
    owner: privateKeyToAccount(generatePrivateKey()),
  })
  terms = termsOf(account.address)
  question = {
    carrierId: chain.parties.carriers[0]!.carrierId,
    carrier: privateKeyToAccount(chain.keys.carriers[0].admin).address,
    account: account.address,
    nonce: `0x${'5a'.repeat(32)}`,
    issuedAt: nowSeconds,
    expiresAt: nowSeconds + 300,
    purpose: 'Free minutes for customers',
  }
}, 60_000)
afterAll(() => chain?.stop())

function termsOf(payer: Address): IntentTerms {
  return {
    payer,
    booksHash: booksHash([chain.parties.carriers[0]!.book]),
    planCommit: ZERO_HASH,
    pricePerGB: 3_000_000n,
    activationFee: 100_000n,
    includedBytes: 0n,
    blockBytes: 0n,
    maxDeposit: DEPOSIT,
    provisionBy: nowSeconds + 600,
    deadline: nowSeconds + 3600,
    flags: 0,
    unsignedCredit: 0n,
    salt: BigInt(nowSeconds),
  }
}

async function mined(hash: Hex): Promise<void> {
  expect((await client.waitForTransactionReceipt({ hash })).status).toBe('success')
}

async function send(key: Hex, address: Hex, abi: Abi, functionName: string, args: readonly unknown[]) {
  const wallet = createWalletClient({
    account: privateKeyToAccount(key),
    chain: foundry,
    transport: http(chain.rpcUrl),
  })
  await mined(await wallet.writeContract({ address, abi, functionName, args, gas: 2_000_000n }))
}

/** Sends as the traveller's account, which the local chain plays. */
async function sendAs(from: Address, address: Hex, abi: Abi, functionName: string, args: readonly unknown[]) {
  const test = createTestClient({ mode: 'anvil', chain: foundry, transport: http(chain.rpcUrl) })
  await test.impersonateAccount({ address: from })
  await test.setBalance({ address: from, value: parseEther('1') })
  const wallet = createWalletClient({ account: from, chain: foundry, transport: http(chain.rpcUrl) })
  await mined(await wallet.writeContract({ address, abi, functionName, args, gas: 2_000_000n }))
}

/** Pays, and lets the carrier open the purchase with its receipt and the account's consent. */
async function openPurchase(): Promise<void> {
  const { addresses, keys, parties } = chain
  const { book } = parties.carriers[0]!
  const domain = domainOf(chain.chainId, addresses.escrow)
  const carrier = privateKeyToAccount(keys.carriers[0].provisioning)
  const intentId = intentIdOf(terms)
  const receipt = {
    intentId,
    book,
    eidCommit: ZERO_HASH,
    iccidCommit: ZERO_HASH,
    profileHash: ZERO_HASH,
    evidence: ZERO_HASH,
    installedAt: nowSeconds,
  }
  const receiptDigest = digestOf('ProvisioningReceipt', domain, receipt)
  const consent = { intentId, book, receiptDigest, validUntil: nowSeconds + 600 }
  const { factory, factoryData } = await account.getFactoryArgs()
  const wallet = createWalletClient({
    account: privateKeyToAccount(keys.poster),
    chain: foundry,
    transport: http(chain.rpcUrl),
  })
  await mined(await wallet.sendTransaction({ to: factory!, data: factoryData! }))
  await send(keys.operator, addresses.usdc, testUsdcAbi, 'mint', [account.address, DEPOSIT])
  await sendAs(account.address, addresses.usdc, testUsdcAbi, 'approve', [addresses.escrow, DEPOSIT])
  await sendAs(account.address, addresses.escrow, intentEscrowAbi, 'createIntent', [terms])
  await sendAs(account.address, addresses.escrow, intentEscrowAbi, 'fundIntent', [terms, DEPOSIT])
  await send(keys.poster, addresses.escrow, intentEscrowAbi, 'activate', [
    ...[terms, [book], book, receipt, carrier.address, await carrier.sign({ hash: receiptDigest }), consent],
    await account.signTypedData(typedDataOf('ActivationConsent', domain, consent)),
    NO_DEVICE,
  ])
}

async function check(
  change: {
    signer?: Pick<GesimSmartAccount, 'signTypedData'>
    answered?: boolean
    asked?: Partial<EntitlementQuestion>
  } = {},
) {
  const domain = entitlementDomain(chain.chainId, chain.addresses.identity)
  const own = { ...question, ...change.asked }
  // viem ties the signer's generic to literal types; the shape is the same.
  const typed = entitlementTypedData(domain, own) as unknown as Parameters<
    GesimSmartAccount['signTypedData']
  >[0]
  const signature = await (change.signer ?? account).signTypedData(typed)
  const expected = { chainId: chain.chainId, question: own, nowSeconds, answered: change.answered ?? false }
  return checkEntitlement(client, chain.addresses, expected, { domain, question: own, signature, terms })
}

describe('a carrier with a chain node only', () => {
  it('refuses an account that has signed but bought nothing, deployed or not', async () => {
    expect(await check()).toBe('entitlement-lost')
  })

  it('takes the account’s signature once it holds its token and the purchase is open here', async () => {
    await openPurchase()
    expect(await check()).toBe('entitlement-lost')
    await send(chain.keys.operator, chain.addresses.identity, gesimIdentityAbi, 'mint', [
      account.address,
      `0x${'c0'.repeat(32)}`,
    ])
    expect(await check()).toBeNull()
  })

  it('refuses another’s signature, a repeated one, and a question in another carrier’s name', async () => {
    const stranger = await toGesimAccount({
      client,
      addresses: chain.addresses,
      owner: privateKeyToAccount(generatePrivateKey()),
    })
    expect(await check({ signer: stranger })).toBe('signature-wrong')
    expect(await check({ answered: true })).toBe('replayed')
    const second = chain.parties.carriers[1]!.carrierId
    expect(await check({ asked: { carrierId: second } })).toBe('wrong-carrier')
    const admin = privateKeyToAccount(chain.keys.carriers[1].admin).address
    expect(await check({ asked: { carrierId: second, carrier: admin } })).toBe('entitlement-lost')
    expect(await check({ asked: { carrierId: 4_000 } })).toBe('wrong-carrier')
  })

  it('refuses the account after its token is burned', async () => {
    await sendAs(account.address, chain.addresses.identity, gesimIdentityAbi, 'burn', [
      BigInt(account.address),
    ])
    expect(await check()).toBe('entitlement-lost')
  })

  it('hears nothing from a node that is away, and so decides nothing', async () => {
    const away = createPublicClient({
      chain: foundry,
      transport: http('http://127.0.0.1:9', { retryCount: 0 }),
    })
    const domain = entitlementDomain(chain.chainId, chain.addresses.identity)
    const expected = { chainId: chain.chainId, question, nowSeconds, answered: false }
    const proof = { domain, question, signature: '0x01' as const, terms }
    await expect(checkEntitlement(away, chain.addresses, expected, proof)).rejects.toThrow()
  })
})
