import { type Address, type Hex, recoverAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { checkReceipt } from './check-receipt.ts'
import { dataHashOf, encodeDeltas, epochInputsHash } from './epoch.ts'
import {
  commitmentToJson,
  leafProofToJson,
  nodeProofToJson,
  receiptToJson,
  termsToJson,
  usageReceiptToJson,
  voucherToJson,
} from './json.ts'
import { inclusionProof, logLeafHash, logRoot } from './log.ts'
import type { ReceiptBundle, ReceiptChain, ReceiptCheck } from './receipt.ts'
import { SumTree } from './sum-tree.ts'
import { chargeMicros } from './tariff.ts'
import { booksHash, digestOf, domainOf, evidenceOf, intentIdOf, planCommit, ZERO_HASH } from './typed-data.ts'
import type { IntentTerms } from './words.ts'

const keyOf = (n: number) => privateKeyToAccount(`0x${n.toString(16).padStart(64, '0')}`)
const [payer, device, provisioning, usage] = [keyOf(11), keyOf(12), keyOf(13), keyOf(14)] as const
const attestors = [keyOf(21), keyOf(22), keyOf(23)]
const ESCROW: Address = '0x00000000000000000000000000000000000000e5'
const domain = domainOf(31337, ESCROW)
const hexOf = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString('hex')}`

/** A whole purchase from before agreements, signed by everyone. */
async function purchase(): Promise<{ bundle: ReceiptBundle; chain: ReceiptChain }> {
  const terms: IntentTerms = {
    payer: payer.address,
    booksHash: booksHash([1, 2]),
    planCommit: planCommit('es-metered', ZERO_HASH),
    pricePerGB: 5_000_000n,
    activationFee: 1_000_000n,
    includedBytes: 0n,
    blockBytes: 0n,
    maxDeposit: 20_000_000n,
    provisionBy: 1_790_000_000,
    deadline: 1_790_100_000,
    flags: 0,
    unsignedCredit: 50_000_000n,
    salt: 7n,
  }
  const intentId = intentIdOf(terms)
  const receipt = {
    intentId,
    book: 1,
    eidCommit: ZERO_HASH,
    iccidCommit: ZERO_HASH,
    profileHash: ZERO_HASH,
    evidence: ZERO_HASH,
    installedAt: 1_789_000_000,
  }
  const receiptDigest = digestOf('ProvisioningReceipt', domain, receipt)
  const validUntil = 1_790_000_000
  const binding = {
    device: device.address.toLowerCase() as Hex,
    validUntil,
    payerSignature: await payer.sign({
      hash: digestOf('PairingConsent', domain, { payer: payer.address, device: device.address, validUntil }),
    }),
  }
  const consent = { intentId, book: 1, receiptDigest, validUntil }
  const cumBytes = 1_000_000_000n
  const cumAmount = chargeMicros(terms, cumBytes, true)
  const voucher = { intentId, cumBytes, cumAmount, seq: 3, asOf: 1_789_500_000, sessionRoot: ZERO_HASH }
  const usageReceipt = { intentId, cumBytes, cumAmount, seq: 2, asOf: 1_789_500_000, cdrRoot: ZERO_HASH }
  const evidence = evidenceOf(
    digestOf('UsageVoucher', domain, voucher),
    digestOf('CarrierUsageReceipt', domain, usageReceipt),
    receiptDigest,
  )
  const tree = new SumTree()
  tree.set({
    intentId,
    book: 1,
    index: 4,
    amount: cumAmount,
    coSigned: cumAmount,
    bytesUsed: cumBytes,
    seq: 3,
    flags: 1,
    evidence,
  })
  const root = tree.root()
  const deltas = encodeDeltas(epochInputsHash(9, tree.leaves()), [])
  const commitment = {
    epoch: 9,
    cutoff: 300,
    root: root.hash,
    total: root.total,
    coSigned: root.coSigned,
    prevRoot: ZERO_HASH,
    dataHash: dataHashOf(deltas),
    fromBlock: 1n,
    toBlock: 9n,
    eventsRoot: ZERO_HASH,
    policyVersion: 1,
    committeeVersion: 1,
  }
  const commitmentDigest = digestOf('EpochCommitment', domain, commitment)
  const entries = ['a', 'b', 'c'].map((text) => logLeafHash(new TextEncoder().encode(text)))
  const bundle: ReceiptBundle = {
    chainId: 31337,
    escrow: ESCROW,
    intentId,
    terms: termsToJson(terms),
    provisioning: {
      receipt: receiptToJson(receipt),
      carrierKey: provisioning.address,
      signature: await provisioning.sign({ hash: receiptDigest }),
    },
    consent: {
      receiptDigest,
      validUntil,
      signature: await device.sign({ hash: digestOf('ActivationConsent', domain, consent) }),
      binding,
    },
    voucher: {
      voucher: voucherToJson(voucher),
      signature: await device.sign({ hash: digestOf('UsageVoucher', domain, voucher) }),
      binding,
    },
    usageReceipt: {
      receipt: usageReceiptToJson(usageReceipt),
      key: usage.address,
      signature: await usage.sign({ hash: digestOf('CarrierUsageReceipt', domain, usageReceipt) }),
    },
    epoch: {
      commitment: commitmentToJson(commitment),
      signatures: await Promise.all(
        attestors.map(async (one) => ({
          attestor: one.address,
          signature: await one.sign({ hash: commitmentDigest }),
        })),
      ),
      leaf: leafProofToJson(tree.leafProof(1, 4)),
      node: nodeProofToJson(tree.nodeProof(1)),
    },
    log: {
      leafHash: hexOf(entries[1]!),
      index: 1,
      size: 3,
      root: hexOf(logRoot(entries)),
      path: inclusionProof(entries, 1).map(hexOf),
    },
  }
  const chain: ReceiptChain = {
    intent: {
      funded: 20_000_000n,
      settled: cumAmount,
      state: 'Closed',
      book: 1,
      index: 4,
      activatedAt: 1_789_100_000,
    },
    epoch: { root: root.hash, total: root.total, coSigned: root.coSigned },
    committee: { attestors: attestors.map((one) => one.address), weights: [10n, 10n, 10n] },
    isCarrierKey: async (book, role, key) =>
      book === 1 && key === (role === 1 ? provisioning.address : usage.address),
    verify: async (signer, hash, signature) =>
      (await recoverAddress({ hash, signature })).toLowerCase() === signer.toLowerCase(),
  }
  return { bundle, chain }
}

const failed = (checks: ReceiptCheck[]) =>
  checks.filter((each) => each.outcome === 'failed').map((each) => each.check)

describe('the receipt of a purchase', () => {
  it('holds in every part', async () => {
    const { bundle, chain } = await purchase()
    const checks = await checkReceipt(bundle, chain)
    expect(checks.map((each) => each.outcome)).toEqual(
      checks.map((each) => (each.check === 'agreement' ? 'absent' : 'ok')),
    )
  })

  it('skips what does not exist yet', async () => {
    const { bundle, chain } = await purchase()
    const { chainId, escrow, intentId, terms } = bundle
    const held = { ...chain.intent, state: 'Held', activatedAt: 0, settled: 0n } as const
    const checks = await checkReceipt({ chainId, escrow, intentId, terms }, { ...chain, intent: held })
    expect(checks.filter((each) => each.outcome === 'ok').map((each) => each.check)).toEqual(['terms'])
    expect(failed(checks)).toEqual([])
  })

  type Change = (of: { bundle: ReceiptBundle; chain: ReceiptChain }) => {
    bundle?: Partial<ReceiptBundle>
    chain?: Partial<ReceiptChain>
  }
  const cases: [string, Change, string[]][] = [
    [
      'other terms',
      ({ bundle }) => ({ bundle: { terms: { ...bundle.terms, pricePerGB: '1' } } }),
      ['terms', 'tariff'],
    ],
    [
      'malformed terms',
      ({ bundle }) => ({ bundle: { terms: { ...bundle.terms, pricePerGB: '-1' } } }),
      ['terms', 'tariff'],
    ],
    [
      'a key that the carrier does not have',
      () => ({ chain: { isCarrierKey: async () => false } }),
      ['provisioning', 'usage'],
    ],
    [
      'a consent of somebody else',
      ({ bundle }) => ({ bundle: { consent: { ...bundle.consent!, signature: bundle.voucher!.signature } } }),
      ['consent'],
    ],
    [
      'a device that was never paired',
      ({ bundle }) => ({
        bundle: {
          voucher: {
            ...bundle.voucher!,
            binding: { ...bundle.voucher!.binding, payerSignature: bundle.voucher!.signature },
          },
        },
      }),
      ['voucher'],
    ],
    [
      'another voucher than the leaf’s',
      ({ bundle }) => ({
        bundle: { voucher: { ...bundle.voucher!, voucher: { ...bundle.voucher!.voucher, cumBytes: '5' } } },
      }),
      ['voucher', 'evidence'],
    ],
    [
      'a leaf with another amount',
      ({ bundle }) => ({
        bundle: { epoch: { ...bundle.epoch!, leaf: { ...bundle.epoch!.leaf, amount: '6000001' } } },
      }),
      ['tariff', 'leaf', 'closed'],
    ],
    [
      'a root that is not on chain',
      ({ chain }) => ({ chain: { epoch: { ...chain.epoch!, root: `0x${'11'.repeat(32)}` } } }),
      ['leaf', 'book'],
    ],
    [
      'one attestor of three',
      ({ bundle }) => ({
        bundle: { epoch: { ...bundle.epoch!, signatures: bundle.epoch!.signatures.slice(0, 1) } },
      }),
      ['attestors'],
    ],
    [
      'one attestor three times',
      ({ bundle }) => ({
        bundle: { epoch: { ...bundle.epoch!, signatures: Array(3).fill(bundle.epoch!.signatures[0]) } },
      }),
      ['attestors'],
    ],
    [
      'a close below the FINAL leaf',
      ({ chain }) => ({ chain: { intent: { ...chain.intent, settled: 1n } } }),
      ['closed'],
    ],
    [
      'a close that only the leaf explains, above the tariff',
      ({ bundle }) => ({
        bundle: { epoch: { ...bundle.epoch!, leaf: { ...bundle.epoch!.leaf, bytesUsed: '7' } } },
      }),
      ['tariff', 'leaf'],
    ],
    [
      'an entry that is not in the log',
      ({ bundle }) => ({ bundle: { log: { ...bundle.log!, index: 0 } } }),
      ['log'],
    ],
  ]
  it.each(cases)('fails for %s', async (_, change, expected) => {
    const whole = await purchase()
    const changed = change(whole)
    const checks = await checkReceipt(
      { ...whole.bundle, ...changed.bundle },
      { ...whole.chain, ...changed.chain },
    )
    expect(failed(checks)).toEqual(expected)
  })

  it('lets through that the chain did not answer', async () => {
    const { bundle, chain } = await purchase()
    const silent = { ...chain, verify: () => Promise.reject(new RangeError('no answer')) }
    await expect(checkReceipt(bundle, silent)).rejects.toThrow('no answer')
  })
})
