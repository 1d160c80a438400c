import {
  type Addresses,
  attestorRegistryAbi,
  gesimIdentityAbi,
  payOnUsageAbi,
  settlementAbi,
  testUsdcAbi,
} from '@gesim/contracts'
import type { EventBody, Hex } from '@gesim/journey'
import type { JourneyEventOf } from '@gesim/store'
import { decodeFunctionData, encodeFunctionData } from 'viem'
import { expect, it } from 'vitest'
import { type WishingKind, wishesOf } from './calldata.ts'

const SETTLEMENT: Hex = `0x${'5e'.repeat(20)}`
const PAY_ON_USAGE: Hex = `0x${'9a'.repeat(20)}`
const USDC: Hex = `0x${'dc'.repeat(20)}`
const HASH: Hex = `0x${'ab'.repeat(32)}`
const grant = { budgetMicros: 1n, budgetValidUntil: 1 }

it('late signatures go to the settlement with ascending signers, and a second wish is another transaction', () => {
  const signer = (byte: string): Hex => `0x${byte.repeat(20)}`
  const event = (seq: bigint) =>
    ({
      seq,
      kind: 'attest.wanted',
      version: 1,
      intentId: null,
      atMs: 0,
      body: {
        epoch: 7,
        commitment: {
          epoch: 7,
          cutoff: 240,
          root: HASH,
          total: '9',
          coSigned: '8',
          prevRoot: HASH,
          dataHash: HASH,
          fromBlock: '1',
          toBlock: '2',
          eventsRoot: HASH,
          policyVersion: 1,
          committeeVersion: 1,
        },
        signatures: [
          { attestor: signer('bb'), signature: `0x${'03'.repeat(32)}${'04'.repeat(32)}1b` },
          { attestor: signer('0a'), signature: `0x${'01'.repeat(32)}${'02'.repeat(32)}1c` },
        ],
      },
    }) as JourneyEventOf<WishingKind>
  const [wish] = wishesOf(event(3n), { settlement: SETTLEMENT } as Addresses, grant)
  expect(wish).toMatchObject({ key: 'attest.wanted:7:3', role: 'poster', to: SETTLEMENT, intentId: null })
  const { functionName, args } = decodeFunctionData({ abi: settlementAbi, data: wish!.data })
  expect(functionName).toBe('attest')
  const ascending = `0x${'01'.repeat(32)}82${'02'.repeat(31)}${'03'.repeat(32)}${'04'.repeat(32)}`
  expect((args as readonly unknown[])[1]).toBe(ascending)
  expect(wishesOf(event(4n), { settlement: SETTLEMENT } as Addresses, grant)[0]!.key).not.toBe(wish!.key)
})

it('a Safe transaction goes to its Safe as its owners signed it', () => {
  const safe: Hex = `0x${'5A'.repeat(20)}`
  const event = (seq: bigint) =>
    ({
      seq,
      kind: 'batch.wanted',
      version: 1,
      intentId: null,
      atMs: 0,
      body: { batchId: '4', safe, data: '0x6a761202' },
    }) as JourneyEventOf<WishingKind>
  const [wish] = wishesOf(event(3n), {} as Addresses, grant)
  expect(wish).toMatchObject({
    key: 'batch.wanted:4:3',
    role: 'operator',
    to: safe.toLowerCase(),
    data: '0x6a761202',
  })
  expect(wishesOf(event(9n), {} as Addresses, grant)[0]!.key).not.toBe(wish!.key)
})

const watchWanted = (body: { contract: string; data: Hex }, seq = 3n) =>
  ({
    seq,
    kind: 'watch.wanted',
    version: 1,
    intentId: null,
    atMs: 0,
    body: { act: 'slash:7:0x01', ...body },
  }) as JourneyEventOf<WishingKind>
const withdraw = encodeFunctionData({ abi: payOnUsageAbi, functionName: 'withdrawOwed' })
const approve = (spender: Hex, micros: bigint) =>
  encodeFunctionData({ abi: testUsdcAbi, functionName: 'approve', args: [spender, micros] })

it('a call of the watcher goes to the contract that it names, from the poster', () => {
  const event = (seq: bigint) => watchWanted({ contract: 'payOnUsage', data: withdraw }, seq)
  const at = { payOnUsage: PAY_ON_USAGE } as Addresses
  expect(wishesOf(event(3n), at, grant)).toMatchObject([
    { key: 'watch.wanted:slash:7:0x01:3', role: 'poster', to: PAY_ON_USAGE, data: withdraw },
  ])
  // Only after a refusal is it wished for again: that is another transaction.
  expect(wishesOf(event(9n), at, grant)[0]!.key).not.toBe('watch.wanted:slash:7:0x01:3')
})

it('the watcher lets PayOnUsage take a bond, and collects its rewards', () => {
  const at = { payOnUsage: PAY_ON_USAGE, usdc: USDC, attestorRegistry: SETTLEMENT } as Addresses
  const reward = encodeFunctionData({ abi: attestorRegistryAbi, functionName: 'claimReward' })
  const bond = watchWanted({ contract: 'usdc', data: approve(PAY_ON_USAGE, 5_000_000n) })
  expect(wishesOf(bond, at, grant)).toMatchObject([{ to: USDC }])
  const claim = watchWanted({ contract: 'attestorRegistry', data: reward })
  expect(wishesOf(claim, at, grant)).toMatchObject([{ to: SETTLEMENT, data: reward }])
})

const stake = encodeFunctionData({ abi: attestorRegistryAbi, functionName: 'stake', args: [1n] })
const transfer = encodeFunctionData({ abi: testUsdcAbi, functionName: 'transfer', args: [SETTLEMENT, 1n] })
it.each([
  ['money sent away', 'usdc', transfer],
  ['an allowance for somebody else', 'usdc', approve(SETTLEMENT, 1n)],
  ['an allowance above a bond', 'usdc', approve(PAY_ON_USAGE, 5_000_001n)],
  ['another call of the registry', 'attestorRegistry', stake],
  ['a call of another contract', 'payOnUsage', transfer],
  ['a contract that the watcher has no business with', 'escrow', withdraw],
  ['a name that every object has', 'constructor', withdraw],
  ['no call at all', 'payOnUsage', '0x12345678'],
  ['nothing', 'payOnUsage', '0x'],
] as const)('the poster signs nothing for the watcher but its own calls: not %s', (_, contract, data) => {
  const at = { payOnUsage: PAY_ON_USAGE, usdc: USDC, attestorRegistry: SETTLEMENT, escrow: SETTLEMENT }
  // Refused: the journal's reader parks the event and goes on.
  expect(() => wishesOf(watchWanted({ contract, data }), at as unknown as Addresses, grant)).toThrow(
    expect.objectContaining({ kind: 'refused', code: 'relayer.not-sponsored' }),
  )
})

const proof = {
  amount: '7',
  coSigned: '6',
  bytesUsed: '5',
  seq: 4,
  flags: 2,
  evidence: HASH,
  bitmap: '3',
  siblings: '0x' as Hex,
}
const demand = {
  root: HASH,
  total: '18446744073709551615',
  coSigned: '8',
  epoch: 7,
  book: 1,
  index: 2,
  leaf: HASH,
  device: SETTLEMENT,
  challenger: SETTLEMENT,
  openUntil: 99,
}

function answer(body: Omit<EventBody<'answer.wanted'>, 'demandId' | 'demand' | 'leafIntentId' | 'proof'>) {
  const event = { seq: 5n, kind: 'answer.wanted', version: 1, intentId: HASH, atMs: 0 } as const
  const whole = { ...event, body: { demandId: HASH, demand, leafIntentId: HASH, proof, ...body } }
  const [wish] = wishesOf(
    whole as JourneyEventOf<WishingKind>,
    { payOnUsage: PAY_ON_USAGE } as Addresses,
    grant,
  )
  expect(wish).toMatchObject({ key: `answer.wanted:${HASH}:5`, role: 'poster', to: PAY_ON_USAGE })
  return decodeFunctionData({ abi: payOnUsageAbi, data: wish!.data })
}

it('a demand for a leaf is answered with the leaf', () => {
  const { functionName, args } = answer({})
  expect(functionName).toBe('answerData')
  expect(args).toMatchObject([{ epoch: 7, total: 2n ** 64n - 1n }, HASH, { amount: 7n, flags: 2 }])
})

it('a demand for records is answered with what there is: of an absent record the intent id is zero', () => {
  const said = { intentId: HASH, cumBytes: '11', cumAmount: '12', seq: 1, asOf: 2 }
  const terms = {
    payer: SETTLEMENT,
    booksHash: HASH,
    planCommit: HASH,
    pricePerGB: '1',
    activationFee: '2',
    includedBytes: '0',
    blockBytes: '0',
    maxDeposit: '3',
    provisionBy: 1,
    deadline: 2,
    flags: 1,
    unsignedCredit: '0',
    salt: '9',
  }
  const receipt = { receipt: { ...said, cdrRoot: HASH }, key: SETTLEMENT, signature: '0x01' as Hex }
  const { functionName, args } = answer({
    records: { terms, voucher: null, receipt, provisioningDigest: HASH },
  })
  expect(functionName).toBe('answerEvidence')
  expect((args as readonly unknown[])[3]).toMatchObject({
    voucher: { intentId: `0x${'00'.repeat(32)}`, cumBytes: 0n },
    deviceSignature: '0x',
    receipt: { intentId: HASH, cumBytes: 11n },
    carrierSignature: '0x01',
  })
})

it('whoever leaves loses the token and bears no mark: burned, then pardoned, in this order', () => {
  const account: Hex = `0x${'a1'.repeat(20)}`
  const identity: Hex = `0x${'1d'.repeat(20)}`
  const wish = (held: boolean, seq: bigint) =>
    wishesOf(
      {
        seq,
        kind: 'burn.wanted',
        version: 1,
        intentId: null,
        atMs: 0,
        body: { account, tokenId: BigInt(account).toString(), held },
      } as JourneyEventOf<WishingKind>,
      { identity } as Addresses,
      grant,
    )
  const calls = (wishes: ReturnType<typeof wish>) =>
    wishes.map(({ data }) => {
      const { functionName, args } = decodeFunctionData({ abi: gesimIdentityAbi, data })
      return [functionName, ...(args ?? [])].map((one) => String(one).toLowerCase())
    })
  expect(calls(wish(true, 1n))).toEqual([
    ['burn', BigInt(account).toString()],
    ['pardon', account],
  ])
  // The token is gone already: only the mark is left.
  expect(calls(wish(false, 2n))).toEqual([['pardon', account]])
  expect(wish(true, 3n).map(({ key }) => key)).toEqual([
    `burn.wanted:${account}:3:burn`,
    `burn.wanted:${account}:3:pardon`,
  ])
})

it('who comes back with the same account is somebody new: the token is minted once more', () => {
  const registered = (commitment: Hex) =>
    wishesOf(
      {
        seq: 1n,
        kind: 'account.registered',
        version: 1,
        intentId: null,
        atMs: 0,
        body: { account: `0x${'a1'.repeat(20)}`, commitment },
      } as JourneyEventOf<WishingKind>,
      { identity: SETTLEMENT, paymaster: SETTLEMENT } as Addresses,
      grant,
    ).map(({ key }) => key)
  const first = registered(HASH)
  expect(registered(HASH)).toEqual(first)
  expect(registered(`0x${'cd'.repeat(32)}`)).not.toContain(first[0])
  expect(registered(`0x${'cd'.repeat(32)}`)).not.toContain(first[1])
})
