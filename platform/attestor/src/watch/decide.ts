import { maxBigint } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import {
  chargeMicros,
  fullChargeMicros,
  type IntentTerms,
  LEAF_FLAGS,
  type LeafValue,
  type PlacedLeaf,
} from '@gesim/proofs'

/** Faults that a leaf, a node or a signature can have, as PayOnUsage numbers them. */
export type FaultCode = 'F1' | 'F2' | 'F3' | 'F4' | 'F5' | 'F6'
/** What is demanded with a bond: a hidden leaf, or the records behind one. */
export type DemandCode = 'C1' | 'C2'

/** What the chain says about an intent now, and whether it was closed by the root's cutoff. */
export interface Standing {
  readonly fundedMicros: bigint
  /** Watermark while open, final charge once closed. */
  readonly settledMicros: bigint
  readonly book: number
  readonly index: number
  readonly activatedAt: number
  readonly isClosedByCutoff: boolean
}

/** A leaf of a root with all that is known about it. */
export interface LeafCase {
  readonly leaf: PlacedLeaf
  readonly cutoff: number
  /** Null where the chain knows no such intent. */
  readonly standing: Standing | null
  /** The leaf of the same intent in the root before. */
  readonly before: LeafValue | null
  /** Null where nobody has shown them. */
  readonly terms: IntentTerms | null
  /** `hidden` only where the payer bound a device on chain before service began, and the served records do not cover the leaf. */
  readonly records: 'shown' | 'hidden' | 'not-needed'
}

/**
 * What to do about a leaf: the first row that applies. The conditions are those of the contracts' proofs, word for word: an
 * honest leaf meets none of them, since what the chain says only grows after a cutoff, and each uses it in the direction
 * that excuses (contracts, FaultProofs).
 */
const RULES: readonly (readonly [FaultCode | 'C2', (one: LeafCase) => boolean])[] = [
  ['F5', ({ standing, leaf, cutoff }) => !isItsPlace(standing, leaf, cutoff)],
  ['F2', ({ standing, leaf }) => isOverEscrow(standing!, leaf)],
  ['F3', ({ standing, leaf, before }) => before !== null && fell(before, leaf, standing!)],
  ['F4', ({ standing, leaf, terms }) => terms !== null && isAboveTariff(standing!, leaf, terms)],
  [
    'C2',
    ({ standing, leaf, terms, records }) =>
      records === 'hidden' && terms !== null && canBeDemanded(standing!, leaf, terms),
  ],
]

/** The fault of a leaf, the demand that it deserves, or null for one that nothing is known against. */
export function judgeLeaf(one: LeafCase): FaultCode | 'C2' | null {
  return RULES.find(([, applies]) => applies(one))?.[0] ?? null
}

function isItsPlace(standing: Standing | null, leaf: PlacedLeaf, cutoff: number): boolean {
  return (
    standing !== null &&
    standing.activatedAt !== 0 &&
    standing.activatedAt < cutoff &&
    standing.book === leaf.book &&
    standing.index === leaf.index
  )
}

function isOverEscrow(standing: Standing, leaf: LeafValue): boolean {
  const isUnlikeClose = standing.isClosedByCutoff && leaf.amount !== standing.settledMicros
  return leaf.amount > standing.fundedMicros || leaf.coSigned > leaf.amount || isUnlikeClose
}

function fell(before: LeafValue, leaf: LeafValue, standing: Standing): boolean {
  const isLess =
    leaf.amount < before.amount ||
    leaf.coSigned < before.coSigned ||
    leaf.bytesUsed < before.bytesUsed ||
    leaf.seq < before.seq
  const isFinal = (flags: number) => (flags & LEAF_FLAGS.final) !== 0
  const isByClose = standing.isClosedByCutoff && leaf.amount === standing.settledMicros
  const isReopened =
    isFinal(before.flags) && (!isFinal(leaf.flags) || (leaf.amount !== before.amount && !isByClose))
  return isLess || isReopened
}

function isAboveTariff(standing: Standing, leaf: LeafValue, terms: IntentTerms): boolean {
  return (
    !standing.isClosedByCutoff &&
    leaf.amount > fullChargeMicros(terms, leaf.bytesUsed) &&
    leaf.amount > standing.settledMicros
  )
}

/** What the chain itself vouches for needs no records. */
function canBeDemanded(standing: Standing, leaf: LeafValue, terms: IntentTerms): boolean {
  return !standing.isClosedByCutoff && leaf.amount > maxBigint(terms.activationFee, standing.settledMicros)
}

/** Whether two signed figures give the leaf, as an answer to a demand must (contracts, Challenges). */
export function areCovered(
  leaf: LeafValue,
  terms: IntentTerms,
  standing: Pick<Standing, 'fundedMicros' | 'settledMicros'>,
  bytes: { readonly billableBytes: bigint; readonly coSignedBytes: bigint },
): boolean {
  const known = maxBigint(terms.activationFee, standing.settledMicros)
  const most = (used: bigint) => maxBigint(known, chargeMicros(terms, used, true, standing.fundedMicros))
  return leaf.amount <= most(bytes.billableBytes) && leaf.coSigned <= most(bytes.coSignedBytes)
}

export type RootStep = 'look' | 'demand' | 'wait' | 'end'

/**
 * What to do about a root that is not judged yet. Its data is looked for until the window closes; where nobody serves it in
 * the time that is due, a leaf is demanded: never of a root that this database made (its own node answers by itself, so
 * silence there is a fault of ours), and never beyond the budget.
 */
export function decideRoot(one: {
  readonly nowSeconds: number
  readonly postedAt: number
  readonly slowSeconds: number
  readonly dueSeconds: number
  /** It is the epoch's root on chain, neither replaced nor taken back. */
  readonly isOnChain: boolean
  readonly wasLooked: boolean
  /** No source served leaves that give it. */
  readonly isHidden: boolean
  readonly isOwn: boolean
  readonly openDemands: number
  readonly demandsMade: number
  readonly mostDemands: number
  readonly bondMicros: bigint
  readonly leftTodayMicros: bigint
}): RootStep {
  const { nowSeconds, postedAt } = one
  if (!one.isOnChain || nowSeconds >= postedAt + one.slowSeconds) return 'end'
  if (!one.wasLooked) return 'look'
  // An answer may come until a quarter of the window later: what ends after it takes nothing back.
  const isInTime = nowSeconds + one.slowSeconds / 4 < postedAt + one.slowSeconds
  const mayDemand =
    one.isHidden &&
    !one.isOwn &&
    isInTime &&
    nowSeconds >= postedAt + one.dueSeconds &&
    one.openDemands === 0 &&
    one.demandsMade < one.mostDemands &&
    one.leftTodayMicros >= one.bondMicros
  return mayDemand ? 'demand' : 'wait'
}

export type ActStep = 'done' | 'wish' | 'wait' | 'give-up'

/** What to do about one act: asked of the chain first, so that it is done at most once, whoever does it. */
export function decideAct(one: {
  readonly isDone: boolean
  /** The chain would take the call now. */
  readonly isPossible: boolean
  /** It was wished for, and the relayer has not refused it: what it holds is sent, and sent again, by the relayer alone. */
  readonly isUnderWay: boolean
  readonly refusedAtMs: number | null
  readonly nowMs: number
  readonly retryMs: number
  /** When it is too late for it; null for never. */
  readonly untilMs: number | null
}): ActStep {
  if (one.isDone) return 'done'
  if (one.untilMs !== null && one.nowMs >= one.untilMs) return 'give-up'
  if (one.isUnderWay) return 'wait'
  if (one.refusedAtMs !== null && one.nowMs < one.refusedAtMs + one.retryMs) return 'wait'
  return one.isPossible ? 'wish' : 'wait'
}

/** Acts that come again and again under one key: money that is there to be collected, and what lets a bond be taken. */
const RECURRING: ReadonlySet<string> = new Set(['collect', 'reward', 'restore', 'allow'])
const LAPSE_MS = 600_000

/**
 * Whether an act was wished for and is the relayer's to send. A recurring one lapses: money that comes in just after it was
 * sent keeps it from ever being done, and nobody refuses it. A second transaction then takes what is there, or is refused.
 */
export function isWithRelayer(act: { kind: string; wishedAtMs: number | null }, nowMs: number): boolean {
  if (act.wishedAtMs === null) return false
  return !RECURRING.has(act.kind) || nowMs < act.wishedAtMs + LAPSE_MS
}

/** A commitment that an attestor signed. */
export interface Signed<Commitment = unknown> {
  readonly epoch: number
  readonly root: Hex
  readonly attestor: Hex
  readonly signature: Hex
  readonly commitment: Commitment
}

/** Attestors that signed two roots for one epoch (F6), each once. */
export function equivocations<Commitment>(
  signed: readonly Signed<Commitment>[],
): [Signed<Commitment>, Signed<Commitment>][] {
  const first = new Map<string, Signed<Commitment>>()
  const found = new Map<string, [Signed<Commitment>, Signed<Commitment>]>()
  for (const one of signed) {
    const who = `${one.epoch}:${one.attestor.toLowerCase()}`
    const other = first.get(who)
    if (other === undefined) first.set(who, one)
    else if (other.root.toLowerCase() !== one.root.toLowerCase() && !found.has(who))
      found.set(who, [other, one])
  }
  return [...found.values()]
}
