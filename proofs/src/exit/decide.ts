import { maxBigint, minBigint } from '@gesim/base'
import {
  BOND_MICROS,
  BOND_OF_PAYER_MICROS,
  type Demand,
  type ExitTimes,
  type IntentStanding,
  LEAF_FINAL,
  type RootStanding,
} from './standing.ts'

/** One step that the payer can make alone. */
export type Step =
  /** Held: everything comes back at once. */
  | { readonly kind: 'refund' }
  /** A final root holds the last charge: the rest comes back at once. */
  | { readonly kind: 'take-final'; readonly root: RootStanding }
  /** Nobody shows the leaf: it is demanded. The bond comes back unless somebody shows it; then it is theirs. */
  | { readonly kind: 'demand'; readonly epochs: readonly number[]; readonly bondMicros: bigint }
  /** The demand was not answered in time. */
  | { readonly kind: 'end-demand'; readonly demands: readonly Demand[] }
  /** Says that the payer leaves, at a charge. */
  | { readonly kind: 'request-exit'; readonly chargeMicros: bigint }
  /** The time is over: the rest comes back at once. */
  | { readonly kind: 'finalize-exit' }

/** Why nothing can be done now, or why what can be done is not yet the money. */
export type Reason =
  | 'ready'
  /** The first step of two: the money comes after the exit's time. */
  | 'two-steps'
  /** The figures of the last settlement are shown by nobody. */
  | 'leaf-hidden'
  | 'answer-due'
  | 'exit-time'
  /** A root is due, and nothing ends until it is posted or late. */
  | 'posting-window'
  /** The book has less than the rest until restitution, or until the payer takes what there is. */
  | 'book-short'
  /** Other exits have used what may leave in this window. */
  | 'window-full'
  | 'bond-missing'
  | 'terms-missing'
  | 'nothing-left'
  | 'unpaid'
  | 'over'
  | 'unknown'

/** What a payer can do about an intent now, what comes of it, and when. */
export interface WayOut {
  readonly step: Step | null
  readonly reason: Reason
  /** What comes back at most; a voucher shown in time lowers it. */
  readonly amountMicros: bigint
  /** When the next step can be made, in chain seconds; null: now, or never. */
  readonly nextAt: number | null
  /** The earliest time at which the money is there; null when it is not known or nothing comes. */
  readonly moneyAt: number | null
}

/** A proof with all bits set says that the leaf is left out. */
export const NO_LEAF_BITMAP = 2n ** 256n - 1n

/** Seconds after a time at which the next block is surely past it. */
const ONE_BLOCK = 1

/**
 * The table of all ways out: from where an intent stands and what time the chain has, to the step that is next.
 * Rules of the contracts that it follows are named at each line; what it cannot know (a voucher shown meanwhile) makes
 * the chain refuse, never pay less than is due.
 */
export function wayOut(intent: IntentStanding, times: ExitTimes, now: number, walletMicros: bigint): WayOut {
  const nothing = (reason: Reason, amountMicros = 0n): WayOut => ({
    step: null,
    reason,
    amountMicros,
    nextAt: null,
    moneyAt: null,
  })
  switch (intent.state) {
    case 'none':
      return nothing('unknown')
    case 'created':
      return nothing('unpaid')
    case 'closed':
      return nothing('over')
    case 'held':
      if (!intent.terms) return nothing('terms-missing', intent.fundedMicros)
      return {
        step: { kind: 'refund' },
        reason: 'ready',
        amountMicros: intent.fundedMicros,
        nextAt: null,
        moneyAt: now,
      }
  }
  if (!intent.terms) return nothing('terms-missing', intent.fundedMicros - intent.settledMicros)
  const rest = restOf(intent)
  // An exit under way is finished even for nothing: else it holds what belongs to the book.
  if (rest === 0n && intent.state === 'open') return nothing('nothing-left')
  const final = finalRoot(intent)
  if (final && intent.bookMicros >= rest) {
    if (intent.lockedUntil > 0) return waiting('posting-window', rest, intent.lockedUntil + ONE_BLOCK)
    return {
      step: { kind: 'take-final', root: final },
      reason: 'ready',
      amountMicros: rest,
      nextAt: null,
      moneyAt: now,
    }
  }
  return demands(intent, times, now, walletMicros, rest) ?? leaving(intent, times, now, rest)
}

/** What is left above everything that an end charges at least (conservation: leaf, watermark, fee, evidence). */
export function restOf(intent: IntentStanding): bigint {
  return intent.fundedMicros - minBigint(leastChargeOf(intent, true), intent.fundedMicros)
}

/** The lowest charge that the payer can state. The leaves limit what is held back, and are charged in the end. */
export function leastChargeOf(intent: IntentStanding, withLeaves: boolean): bigint {
  const leaves = withLeaves
    ? intent.roots.map(({ leaf, isExcused }) => (isExcused ? 0n : (leaf?.amount ?? 0n)))
    : []
  return maxBigint(
    intent.settledMicros,
    intent.terms?.activationFee ?? 0n,
    intent.exit?.chargeMicros ?? 0n,
    ...leaves,
  )
}

/** A final root, not older than the carrier's last claim, that holds the last charge (`refundFinal`). */
function finalRoot(intent: IntentStanding): RootStanding | null {
  if (intent.state !== 'open') return null
  return (
    intent.roots.find(
      ({ epoch, leaf, isFinal }) =>
        isFinal && epoch >= intent.claimedEpoch && leaf !== null && (leaf.flags & LEAF_FINAL) !== 0,
    ) ?? null
  )
}

function waiting(
  reason: Reason,
  amountMicros: bigint,
  nextAt: number,
  moneyAt: number | null = nextAt,
): WayOut {
  return { step: null, reason, amountMicros, nextAt, moneyAt }
}

/** What is to be done about leaves that nobody has shown; null when none is missing. */
function demands(
  intent: IntentStanding,
  times: ExitTimes,
  now: number,
  walletMicros: bigint,
  rest: bigint,
): WayOut | null {
  const missing = intent.roots.filter(({ leaf, isExcused }) => leaf === null && !isExcused)
  if (missing.length === 0) return null
  const unasked = missing.filter(({ demand }) => demand === null)
  const asked = missing.flatMap(({ demand }) => demand ?? [])
  const late = asked.filter(({ openUntil }) => now > openUntil)
  const exitEnd = intent.exit ? intent.exit.finalizeAt : null
  const moneyAfter = (time: number) => (exitEnd === null ? time + times.exitSeconds : Math.max(time, exitEnd))
  if (unasked.length > 0) {
    const bondMicros = unasked.reduce(
      (sum, root) => sum + (root.isDemandedBefore ? BOND_MICROS : BOND_OF_PAYER_MICROS),
      0n,
    )
    const moneyAt = moneyAfter(now + times.demandSeconds + ONE_BLOCK)
    if (walletMicros < bondMicros)
      return { step: null, reason: 'bond-missing', amountMicros: rest, nextAt: null, moneyAt: null }
    return {
      step: { kind: 'demand', epochs: unasked.map(({ epoch }) => epoch), bondMicros },
      reason: 'leaf-hidden',
      amountMicros: rest,
      nextAt: null,
      moneyAt,
    }
  }
  if (late.length > 0)
    return {
      step: { kind: 'end-demand', demands: late },
      reason: 'leaf-hidden',
      amountMicros: rest,
      nextAt: null,
      moneyAt: moneyAfter(now),
    }
  const answerBy = Math.max(...asked.map(({ openUntil }) => openUntil)) + ONE_BLOCK
  return waiting('answer-due', rest, answerBy, moneyAfter(answerBy))
}

/** The exit itself, once every leaf is shown or excused. */
function leaving(intent: IntentStanding, times: ExitTimes, now: number, rest: bigint): WayOut {
  const { exit } = intent
  if (!exit) {
    // `requestExit` reverts in the posting window.
    if (intent.lockedUntil > 0)
      return waiting(
        'posting-window',
        rest,
        intent.lockedUntil + ONE_BLOCK,
        intent.lockedUntil + ONE_BLOCK + times.exitSeconds,
      )
    return {
      step: { kind: 'request-exit', chargeMicros: leastChargeOf(intent, false) },
      reason: 'two-steps',
      amountMicros: rest,
      nextAt: null,
      moneyAt: now + times.exitSeconds,
    }
  }
  if (now < exit.finalizeAt) return waiting('exit-time', rest, exit.finalizeAt)
  if (intent.lockedUntil > 0) return waiting('posting-window', rest, intent.lockedUntil + ONE_BLOCK)
  const available = intent.bookMicros + exit.holdMicros
  // A drained book gives what it has, to its payer alone, after a second exit time.
  const shortFrom = exit.finalizeAt + times.exitSeconds
  if (rest > available && now < shortFrom) return waiting('book-short', available, shortFrom)
  const amountMicros = minBigint(rest, available)
  const isCapped = !intent.isLatestFinal || intent.roots.some(({ isExcused }) => isExcused)
  if (isCapped && intent.exitsLeft && intent.exitsLeft.micros < amountMicros)
    return waiting('window-full', amountMicros, intent.exitsLeft.renewsAt)
  return { step: { kind: 'finalize-exit' }, reason: 'ready', amountMicros, nextAt: null, moneyAt: now }
}
