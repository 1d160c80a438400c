import { broken, maxBigint, minBigint, mulDivUp } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { LEAF_FLAGS, type LeafValue, type PlacedLeaf } from '@gesim/proofs'

/** What is known of an intent when an epoch closes: the chain as of the last block before the cutoff, and the charge. */
export interface Standing {
  readonly intentId: Hex
  readonly book: number
  readonly index: number
  readonly state: 'open' | 'exiting' | 'closed'
  /** Watermark of released vouchers, or the final charge once closed. */
  readonly settledMicros: bigint
  readonly charge: {
    readonly amountMicros: bigint
    readonly coSignedMicros: bigint
    readonly usedBytes: bigint
    readonly seq: number
    readonly evidence: Hex
    readonly final: boolean
  } | null
}

/**
 * The leaf that an intent must have, or null while there is nothing to say. A closed intent's leaf is what the chain
 * charged, for ever (conservation rule 5, fault F2); an open one's is at least the watermark of released vouchers.
 */
export function leafOf(standing: Standing): PlacedLeaf | null {
  const { intentId, book, index, charge, settledMicros } = standing
  if (charge === null) return null
  const isClosed = standing.state === 'closed'
  const amount = isClosed ? settledMicros : maxBigint(charge.amountMicros, settledMicros)
  const coSigned = minBigint(charge.coSignedMicros, amount)
  const isFinal = charge.final || isClosed
  if (amount === 0n && !isFinal) return null
  const flags = (isFinal ? LEAF_FLAGS.final : 0) | (coSigned < amount ? LEAF_FLAGS.carrierOnly : 0)
  return {
    intentId,
    book,
    index,
    amount,
    coSigned,
    bytesUsed: charge.usedBytes,
    seq: charge.seq,
    flags,
    evidence: charge.evidence,
  }
}

export interface Change {
  readonly leaf: PlacedLeaf
  readonly before: LeafValue | null
}

/**
 * The change that a wanted leaf makes to the last posted tree, or null for none. A FINAL leaf changes only to what the
 * chain charged at the close (rule 3.6.2). Throws `settlement.leaf-fell` when a figure would fall: that is a fault
 * anyone could prove (F3).
 */
export function changeOf(before: LeafValue | null, leaf: PlacedLeaf, isClosed: boolean): Change | null {
  if (before === null) return { leaf, before }
  if ((before.flags & LEAF_FLAGS.final) !== 0) {
    if (!isClosed || leaf.amount === before.amount) return null
    return { leaf: { ...before, ...placeOf(leaf), amount: leaf.amount }, before }
  }
  if (
    leaf.amount < before.amount ||
    leaf.coSigned < before.coSigned ||
    leaf.bytesUsed < before.bytesUsed ||
    leaf.seq < before.seq
  )
    throw broken('settlement.leaf-fell', {
      intentId: leaf.intentId,
      amountMicros: leaf.amount,
      beforeMicros: before.amount,
    })
  const isSame =
    leaf.amount === before.amount &&
    leaf.coSigned === before.coSigned &&
    leaf.bytesUsed === before.bytesUsed &&
    leaf.seq === before.seq &&
    leaf.flags === before.flags &&
    leaf.evidence === before.evidence
  return isSame ? null : { leaf, before }
}

function placeOf({ intentId, book, index }: PlacedLeaf) {
  return { intentId, book, index }
}

/** Whether changes are worth a root: money or finality moved. Bytes of a prepaid plan alone wait for company. */
export function isWorthARoot(changes: readonly Change[]): boolean {
  return changes.some(
    ({ leaf, before }) =>
      before === null ||
      leaf.amount !== before.amount ||
      leaf.coSigned !== before.coSigned ||
      leaf.flags !== before.flags,
  )
}

/** The newest epoch whose end lies at or before a block's time, or null in the first one. */
export function lastEndedEpoch(seconds: number, epochSeconds: number): number | null {
  const epoch = Math.floor(seconds / epochSeconds) - 1
  return epoch < 0 ? null : epoch
}

/** Share of the committee's weight in basis points, rounded up as the chain does: two of three equal ones are 6,667. */
export function weightBps(
  members: readonly { attestor: string; weight: bigint }[],
  signers: ReadonlySet<string>,
): number {
  let total = 0n
  let signed = 0n
  for (const member of members) {
    total += member.weight
    if (signers.has(member.attestor.toLowerCase())) signed += member.weight
  }
  return total === 0n ? 0 : Number(mulDivUp(signed, 10_000n, total))
}

/** What to do with an epoch whose signatures are being collected. */
export function decideCollecting(input: {
  readonly nowMs: number
  readonly cutoffMs: number
  readonly postingMs: number
  readonly leadMs: number
  readonly quorumWaitMs: number
  /** When a quorum was there first. */
  readonly quorumAtMs: number | null
  readonly signers: number
  readonly members: number
}): 'wait' | 'want' | 'miss' {
  const endMs = input.cutoffMs + input.postingMs
  if (input.nowMs >= endMs) return 'miss'
  if (input.signers === 0) return 'wait'
  if (input.signers === input.members) return 'want'
  if (input.quorumAtMs !== null && input.nowMs >= input.quorumAtMs + input.quorumWaitMs) return 'want'
  // Better a root that waits for the slow window than none: charges are cumulative, but carriers wait.
  return input.nowMs >= endMs - input.leadMs ? 'want' : 'wait'
}

/** Whether signatures that came after the root are sent after it: only those that give it the quorum change anything. */
export function isWorthAttesting(input: {
  /** Weight that the chain took the root with; null while we have not heard of it. */
  readonly postedWeightBps: number | null
  readonly signedWeightBps: number
  readonly quorumBps: number
  readonly wishedAtMs: number | null
  readonly nowMs: number
  readonly retryMs: number
}): boolean {
  const { postedWeightBps, quorumBps } = input
  if (postedWeightBps === null || postedWeightBps >= quorumBps || input.signedWeightBps < quorumBps)
    return false
  return input.wishedAtMs === null || input.nowMs >= input.wishedAtMs + input.retryMs
}

/** Whether a root that was sent is given up: its window is long over and the chain does not hold it. */
export function isGivenUp(input: {
  readonly nowMs: number
  readonly cutoffMs: number
  readonly postingMs: number
  readonly isOnChain: boolean
}): boolean {
  return !input.isOnChain && input.nowMs > input.cutoffMs + 2 * input.postingMs + 2_000
}

/** Whether a book has something to claim from a final epoch, and from which lane. */
export function claimable(
  node: { total: bigint; coSigned: bigint },
  basis: { coSignedFinal: boolean; totalFinal: boolean; claimedMicros: bigint },
): boolean {
  const lane = basis.totalFinal ? node.total : basis.coSignedFinal ? node.coSigned : 0n
  return lane > basis.claimedMicros
}
