import { maxBigint, minBigint, refuse } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import {
  bigintFromJson,
  CARRIER_METERED,
  chargeMicros,
  type Domain,
  dataHashOf,
  decodeDeltas,
  digestOf,
  type EpochCommitment,
  epochInputsHash,
  evidenceOf,
  type IntentTerms,
  intentIdOf,
  isSignedByKey,
  isTravellers,
  LEAF_FLAGS,
  type LeafValue,
  type PlacedLeaf,
  receiptFromJson,
  reconcile,
  SumTree,
  termsFromJson,
  usageReceiptFromJson,
  voucherFromJson,
  ZERO_HASH,
} from '@gesim/proofs'
import type { EpochInput } from '@gesim/wire'
import { size } from 'viem'
import type { IntentFacts } from './escrow-index.ts'
import type { AttestorChain } from './ports.ts'

/** Clocks of signers may run ahead by so much. */
const CLOCK_SKEW_SECONDS = 60

/** The leaf as numbers. */
export function leafFrom(input: EpochInput): PlacedLeaf {
  const { leaf } = input
  return {
    intentId: input.intentId.toLowerCase() as Hex,
    book: input.book,
    index: input.index,
    amount: bigintFromJson(leaf.amount),
    coSigned: bigintFromJson(leaf.coSigned),
    bytesUsed: bigintFromJson(leaf.bytesUsed),
    seq: leaf.seq,
    flags: leaf.flags,
    evidence: leaf.evidence.toLowerCase() as Hex,
  }
}

/** Checks that the leaves give the root, the sums and the deltas. Returns the tree. */
export function checkTree(
  commitment: EpochCommitment,
  deltasHex: Hex,
  leaves: readonly PlacedLeaf[],
  previous: SumTree,
): SumTree {
  const { epoch } = commitment
  const tree = new SumTree(leaves)
  const root = tree.root()
  if (tree.size !== leaves.length) throw refuse('attestor.wrong-root', { epoch, leaves: leaves.length })
  if (
    root.hash !== commitment.root ||
    root.total !== commitment.total ||
    root.coSigned !== commitment.coSigned
  )
    throw refuse('attestor.wrong-root', { epoch, root: root.hash, served: commitment.root })
  const { inputsHash, deltas } = decodeDeltas(deltasHex)
  if (dataHashOf(deltasHex) !== commitment.dataHash || inputsHash !== epochInputsHash(epoch, tree.leaves()))
    throw refuse('attestor.wrong-data', { epoch })
  for (const { book, index, increase } of deltas) {
    const before = previous.get(book, index)?.amount ?? 0n
    if ((tree.get(book, index)?.amount ?? -1n) !== before + increase)
      throw refuse('attestor.wrong-data', { epoch, book, index })
  }
  return tree
}

/** Checks that nothing fell since the epoch posted before: no leaf is gone, no figure is lower (fault F3). */
export function checkMonotone(previous: SumTree, tree: SumTree, facts: ReadonlyMap<Hex, IntentFacts>): void {
  for (const before of previous.leaves()) {
    const { intentId, book, index } = before
    const leaf = tree.get(book, index)
    if (leaf?.intentId !== intentId) throw refuse('attestor.leaf-missing', { intentId })
    const fell =
      leaf.amount < before.amount ||
      leaf.coSigned < before.coSigned ||
      leaf.bytesUsed < before.bytesUsed ||
      leaf.seq < before.seq
    // A FINAL leaf changes only to what the chain charged at the close.
    const wasFinal = (before.flags & LEAF_FLAGS.final) !== 0
    const changedFinal = wasFinal && !sameLeaf(before, leaf) && !facts.get(intentId)?.isClosed
    if (fell || changedFinal)
      throw refuse('attestor.leaf-fell', {
        intentId,
        amountMicros: leaf.amount,
        beforeMicros: before.amount,
      })
  }
}

function sameLeaf(a: LeafValue, b: LeafValue): boolean {
  return (
    a.amount === b.amount &&
    a.coSigned === b.coSigned &&
    a.bytesUsed === b.bytesUsed &&
    a.seq === b.seq &&
    a.flags === b.flags &&
    a.evidence === b.evidence
  )
}

/** What was found signed behind an evidence hash. */
interface Signed {
  readonly terms: IntentTerms
  readonly billableBytes: bigint
  readonly coSignedBytes: bigint
  readonly seq: number
  /** The amount that the carrier signed: its tariff at the deposit of that time. */
  readonly signedMicros: bigint
}

/**
 * Checks one leaf: its place by the chain, every signature behind it, and the figures by the signed terms. Signatures
 * that were found good before (`known`) are not checked again: the evidence hash binds them.
 */
export async function checkLeaf(
  input: EpochInput,
  context: {
    readonly domain: Domain
    readonly chain: Pick<AttestorChain, 'wasUsageKey' | 'verify' | 'voucherSigner'>
    /** The tree of the root on chain before this one. */
    readonly previous: SumTree
    /** Whether that root had a quorum: what its leaves rest on was checked by two thirds then. */
    readonly isPreviousAttested: boolean
    readonly facts: ReadonlyMap<Hex, IntentFacts>
    readonly cutoff: number
    readonly known: Set<string>
  },
): Promise<void> {
  const leaf = leafFrom(input)
  const { intentId, book, index } = leaf
  const facts = context.facts.get(intentId)
  if (
    !facts ||
    facts.activatedAt === 0 ||
    facts.activatedAt >= context.cutoff ||
    facts.book !== book ||
    facts.index !== index
  )
    throw refuse('attestor.not-activated', { intentId, book, index })
  const signed = await readSigned(input, leaf, facts, context)
  checkFigures(leaf, signed, facts, context.previous.get(book, index))
}

async function readSigned(
  input: EpochInput,
  leaf: PlacedLeaf,
  facts: IntentFacts,
  context: Parameters<typeof checkLeaf>[1],
): Promise<Signed> {
  const { domain, chain, known, cutoff } = context
  const { intentId, book } = leaf
  if (!input.terms || !input.receipt) throw refuse('attestor.papers-missing', { intentId })
  const terms = termsFromJson(input.terms)
  if (intentIdOf(terms) !== intentId) throw refuse('attestor.wrong-terms', { intentId })
  const provisioning = digestOf('ProvisioningReceipt', domain, receiptFromJson(input.receipt))
  // The escrow itself checked this receipt's signature and key when it opened.
  if (provisioning !== facts.receiptDigest) throw refuse('attestor.wrong-receipt', { intentId })

  const voucher = input.voucher ? voucherFromJson(input.voucher.voucher) : null
  const usage = input.usageReceipt ? usageReceiptFromJson(input.usageReceipt.receipt) : null
  const voucherDigest = voucher ? digestOf('UsageVoucher', domain, voucher) : ZERO_HASH
  const usageDigest = usage ? digestOf('CarrierUsageReceipt', domain, usage) : ZERO_HASH
  if (evidenceOf(voucherDigest, usageDigest, provisioning) !== leaf.evidence)
    throw refuse('attestor.wrong-evidence', { intentId })

  const name = `${intentId}:${leaf.evidence}`
  // An account may change its signers after it signed: what a quorum found good is not asked again, or one rotated passkey
  // would keep an attestor that was started anew from every root.
  const before = context.previous.get(book, leaf.index)
  const isAttested = context.isPreviousAttested && before?.evidence === leaf.evidence
  if (!isAttested && !known.has(name)) {
    const latest = cutoff + CLOCK_SKEW_SECONDS
    if (voucher && input.voucher) {
      const { signature, binding } = input.voucher
      const isGood =
        voucher.intentId.toLowerCase() === intentId &&
        voucher.asOf <= latest &&
        (await isTravellers(chain.verify, domain, {
          payer: terms.payer,
          binding,
          digest: voucherDigest,
          signature,
          atSeconds: voucher.asOf,
        })) &&
        (await canBeShown(chain, terms.payer, binding, voucherDigest, signature, facts.activatedAt))
      if (!isGood) throw refuse('attestor.bad-voucher', { intentId, seq: voucher.seq })
    }
    if (usage && input.usageReceipt) {
      const { key, signature } = input.usageReceipt
      const isGood =
        usage.intentId.toLowerCase() === intentId &&
        usage.asOf <= latest &&
        // By the key itself, as an answer to a demand needs it: what an account's code approves it may unmake.
        (await isSignedByKey(key, usageDigest, signature)) &&
        (await chain.wasUsageKey(book, key))
      if (!isGood) throw refuse('attestor.bad-usage-receipt', { intentId, seq: usage.seq })
    }
    known.add(name)
  }
  const pair = usage
    ? reconcile(voucher?.cumBytes ?? 0n, usage.cumBytes, (terms.flags & CARRIER_METERED) !== 0)
    : { billableBytes: 0n, coSignedBytes: 0n }
  return {
    terms,
    billableBytes: pair.billableBytes,
    coSignedBytes: pair.coSignedBytes,
    seq: Math.max(voucher?.seq ?? 0, usage?.seq ?? 0),
    signedMicros: usage?.cumAmount ?? 0n,
  }
}

/** Whether the voucher can be shown on chain, if the payer has bound devices there and somebody demands it (C2). */
async function canBeShown(
  chain: Pick<AttestorChain, 'voucherSigner'>,
  payer: Hex,
  binding: { readonly device: Hex },
  digest: Hex,
  signature: Hex,
  activatedAt: number,
): Promise<boolean> {
  const signer = size(binding.device) === 0 ? payer : binding.device
  const who = await chain.voucherSigner(payer, signer, activatedAt)
  return who === 'any' || (who === 'bound' && (await isSignedByKey(signer, digest, signature)))
}

/** The figures that terms, records and chain give, against those of the leaf. */
function checkFigures(
  leaf: PlacedLeaf,
  signed: Signed,
  facts: IntentFacts,
  before: LeafValue | undefined,
): void {
  const isFinal = (leaf.flags & LEAF_FLAGS.final) !== 0
  const carrierOnly = (leaf.flags & LEAF_FLAGS.carrierOnly) !== 0
  const least = leastOf(signed, facts, before)
  const most = mostOf(signed, facts)
  const fits =
    leaf.amount >= least.amount &&
    leaf.amount <= most.amount &&
    leaf.amount <= facts.fundedMicros &&
    leaf.coSigned >= minBigint(least.coSigned, leaf.amount) &&
    leaf.coSigned <= minBigint(most.coSigned, leaf.amount) &&
    leaf.bytesUsed === signed.billableBytes &&
    leaf.seq === signed.seq &&
    (facts.isClosed ? isFinal : carrierOnly === leaf.coSigned < leaf.amount)
  if (!fits)
    throw refuse('attestor.wrong-charge', {
      intentId: leaf.intentId,
      amountMicros: leaf.amount,
      leastMicros: least.amount,
      mostMicros: most.amount,
      coSignedMicros: leaf.coSigned,
      bytes: leaf.bytesUsed,
      expectedBytes: signed.billableBytes,
    })
}

interface Bounds {
  readonly amount: bigint
  readonly coSigned: bigint
}

/** More than the records and the deposit give, or than vouchers released, can be proven to be a fault. */
function mostOf(signed: Signed, facts: IntentFacts): Bounds {
  const charge = (bytes: bigint) => chargeMicros(signed.terms, bytes, true, facts.fundedMicros)
  const amount = facts.isClosed
    ? facts.settledMicros
    : maxBigint(charge(signed.billableBytes), facts.settledMicros)
  return { amount, coSigned: charge(signed.coSignedBytes) }
}

/**
 * Less than that robs the carrier. Two things are no reason to refuse, or anybody could stop all roots by doing them: the
 * deposit of a leaf at its limit grows (the charge is made again with the next record only); and
 * a FINAL leaf, which may not change before the close (F3), is passed by a voucher that is released.
 */
function leastOf(signed: Signed, facts: IntentFacts, before: LeafValue | undefined): Bounds {
  if (facts.isClosed) return { amount: facts.settledMicros, coSigned: 0n }
  if (before && (before.flags & LEAF_FLAGS.final) !== 0) return before
  // The carrier's record names the amount at the deposit that it knew: the charge was clamped at no less than that.
  const deposit = maxBigint(facts.fundedFirstMicros, minBigint(signed.signedMicros, facts.fundedMicros))
  const charge = (bytes: bigint) => chargeMicros(signed.terms, bytes, true, deposit)
  return {
    amount: maxBigint(charge(signed.billableBytes), facts.settledMicros),
    coSigned: charge(signed.coSignedBytes),
  }
}
