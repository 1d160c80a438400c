import type { Hex } from '@gesim/journey'
import {
  type Domain,
  digestOf,
  evidenceOf,
  type IntentTerms,
  intentIdOf,
  isSignedByKey,
  type LeafValue,
  type PlacedLeaf,
  receiptFromJson,
  reconcile,
  type SumTree,
  termsFromJson,
  usageReceiptFromJson,
  voucherFromJson,
  ZERO_HASH,
} from '@gesim/proofs'
import type { EpochInput } from '@gesim/wire'
import { calls } from './calls.ts'
import { areCovered, type DemandCode, type FaultCode, judgeLeaf, type Standing } from './decide.ts'
import type { Call, WatchChain } from './ports.ts'

const CARRIER_METERED = 1

/** What is wrong in a book of a root, and the call that says so on chain. */
export interface Finding {
  readonly code: FaultCode | DemandCode
  /** 0 above books. */
  readonly book: number
  readonly intentId: Hex | null
  readonly call: Call
}

/** A root's data, as it was found to give the root. */
export interface Published {
  readonly epoch: number
  readonly cutoff: number
  readonly tree: SumTree
  readonly inputs: readonly EpochInput[]
  /** The newest root before, with its tree; null before the first. */
  readonly previous: { readonly epoch: number; readonly tree: SumTree } | null
}

const NOTHING: LeafValue = {
  amount: 0n,
  coSigned: 0n,
  bytesUsed: 0n,
  seq: 0,
  flags: 0,
  evidence: ZERO_HASH,
}

/** Everything against a root whose leaves are known: in each book the first fault, or where there is none a demand. */
export async function inspect(
  published: Published,
  context: {
    readonly domain: Domain
    readonly chain: Pick<WatchChain, 'boundDevices' | 'wasUsageKey'>
    standingOf(intentId: Hex): Standing | null
    /** Terms that were seen before; what is served with the leaf is preferred. */
    termsOf(intentId: Hex): IntentTerms | null
  },
): Promise<Finding[]> {
  const { tree, inputs, previous, cutoff } = published
  const served = new Map(inputs.map((input) => [input.intentId.toLowerCase(), input]))
  const found = new Map<number, Finding>()
  for (const leaf of [...tree.leaves(), ...goneFrom(previous?.tree, tree)]) {
    if (isFault(found.get(leaf.book))) continue
    const input = served.get(leaf.intentId)
    const terms = termsIn(input, leaf.intentId) ?? context.termsOf(leaf.intentId)
    const standing = context.standingOf(leaf.intentId)
    const was = previous?.tree.get(leaf.book, leaf.index)
    const before = was?.intentId === leaf.intentId ? was : null
    const one = { leaf, cutoff, standing, before, terms, records: 'not-needed' as const }
    let verdict = judgeLeaf(one)
    let device: Hex | null = null
    if (verdict === null && standing !== null && terms !== null && !found.has(leaf.book)) {
      const [first] = await context.chain.boundDevices(terms.payer, standing.activatedAt)
      if (first !== undefined) {
        const isShown = await isRecorded(input, leaf, terms, standing, context)
        verdict = judgeLeaf({ ...one, records: isShown ? 'shown' : 'hidden' })
        device = first
      }
    }
    if (verdict === null) continue
    const call = callFor(verdict, published, leaf, terms, device)
    found.set(leaf.book, { code: verdict, book: leaf.book, intentId: leaf.intentId, call })
  }
  return [...found.values()]
}

const isFault = (finding: Finding | undefined) => finding !== undefined && finding.code !== 'C2'

/** Leaves of the root before at whose places nothing stands now: their figures fell to nothing. */
function goneFrom(before: SumTree | undefined, tree: SumTree): PlacedLeaf[] {
  return (before?.leaves() ?? [])
    .filter(({ book, index }) => tree.get(book, index) === undefined)
    .map(({ intentId, book, index }) => ({ intentId, book, index, ...NOTHING }))
}

function termsIn(input: EpochInput | undefined, intentId: Hex): IntentTerms | null {
  if (!input?.terms) return null
  try {
    const terms = termsFromJson(input.terms)
    return intentIdOf(terms) === intentId ? terms : null
  } catch {
    return null
  }
}

function callFor(
  verdict: FaultCode | 'C2',
  { epoch, tree, previous }: Published,
  { intentId, book, index }: PlacedLeaf,
  terms: IntentTerms | null,
  device: Hex | null,
): Call {
  const leaf = tree.leafProof(book, index)
  switch (verdict) {
    case 'F5':
      return calls.misplaced(epoch, book, index, intentId, leaf)
    case 'F3':
      return calls.regression(intentId, previous!.epoch, previous!.tree.leafProof(book, index), epoch, leaf)
    case 'F4':
      return calls.tariff(epoch, terms!, leaf)
    case 'C2':
      return calls.demandEvidence(epoch, terms!, leaf, device!)
    default:
      return calls.overEscrow(epoch, intentId, leaf)
  }
}

/** Whether what is served with a leaf would answer a demand for its records: the chain's own rules, asked beforehand. */
async function isRecorded(
  input: EpochInput | undefined,
  leaf: PlacedLeaf,
  terms: IntentTerms,
  standing: Standing,
  { domain, chain }: Parameters<typeof inspect>[1],
): Promise<boolean> {
  if (!input?.receipt) return false
  try {
    const voucher = input.voucher ? voucherFromJson(input.voucher.voucher) : null
    const usage = input.usageReceipt ? usageReceiptFromJson(input.usageReceipt.receipt) : null
    const voucherDigest = voucher ? digestOf('UsageVoucher', domain, voucher) : ZERO_HASH
    const usageDigest = usage ? digestOf('CarrierUsageReceipt', domain, usage) : ZERO_HASH
    const provisioning = digestOf('ProvisioningReceipt', domain, receiptFromJson(input.receipt))
    if (evidenceOf(voucherDigest, usageDigest, provisioning) !== leaf.evidence) return false
    if (voucher) {
      const { binding, signature } = input.voucher!
      const bound = await chain.boundDevices(terms.payer, standing.activatedAt)
      const isBound = bound.some((device) => device === binding.device.toLowerCase())
      const isGood = isBound && (await isSignedByKey(binding.device, voucherDigest, signature))
      if (!isGood || voucher.intentId.toLowerCase() !== leaf.intentId) return false
    }
    if (usage) {
      const { key, signature } = input.usageReceipt!
      const isGood =
        (await isSignedByKey(key, usageDigest, signature)) && (await chain.wasUsageKey(leaf.book, key))
      if (!isGood || usage.intentId.toLowerCase() !== leaf.intentId) return false
    }
    const bytes = reconcile(
      voucher?.cumBytes ?? 0n,
      usage?.cumBytes ?? 0n,
      (terms.flags & CARRIER_METERED) !== 0,
    )
    return areCovered(leaf, terms, standing, bytes)
  } catch {
    // Records that cannot be read cannot be shown.
    return false
  }
}
