/** What a traveller allows themselves to spend, in micro-USDC; null: without limit. */
export interface Limits {
  readonly perPurchase: bigint | null
  readonly perDay: bigint | null
  readonly per30Days: bigint | null
}

/** The limits that hold, and looser ones that will. */
export interface LimitsRow {
  readonly now: Limits
  readonly later: { readonly limits: Limits; readonly fromMs: number } | null
}

/** One promise to pay that counts. */
export interface Spend {
  readonly atMs: number
  readonly amountMicros: bigint
  /** A promise that nobody has kept counts no longer from then on. */
  readonly voidFromMs?: number
}

export type LimitName = keyof Limits

export type Verdict =
  | { readonly ok: true }
  | {
      readonly ok: false
      readonly limit: LimitName
      readonly limitMicros: bigint
      /** What may still be spent at once. */
      readonly leftMicros: bigint
      /** When so much is free that this would pass; null: never, it is above the limit itself. */
      readonly freesAtMs: number | null
    }

export const NO_LIMITS: Limits = { perPurchase: null, perDay: null, per30Days: null }
const NAMES = ['perPurchase', 'perDay', 'per30Days'] as const
const DAY_MS = 86_400_000
const WINDOWS = { perDay: DAY_MS, per30Days: 30 * DAY_MS } as const
/** Nothing older counts against any limit. */
export const LONGEST_WINDOW_MS = WINDOWS.per30Days

/**
 * Whether an amount may be promised now. Windows slide: what was spent counts for exactly a day, or thirty, so that no
 * midnight lets twice the limit through. The first limit that refuses is named, the tightest kind first.
 */
export function mayPay(limits: Limits, spends: readonly Spend[], wantMicros: bigint, nowMs: number): Verdict {
  const { perPurchase } = limits
  if (perPurchase !== null && wantMicros > perPurchase)
    return {
      ok: false,
      limit: 'perPurchase',
      limitMicros: perPurchase,
      leftMicros: perPurchase,
      freesAtMs: null,
    }
  for (const limit of ['perDay', 'per30Days'] as const) {
    const limitMicros = limits[limit]
    if (limitMicros === null) continue
    const counted = spends.filter((one) => one.atMs > nowMs - WINDOWS[limit])
    const leftMicros = limitMicros - sum(counted)
    if (wantMicros > leftMicros)
      return {
        ok: false,
        limit,
        limitMicros,
        leftMicros: leftMicros < 0n ? 0n : leftMicros,
        freesAtMs: freesAt(limitMicros, counted, wantMicros, WINDOWS[limit]),
      }
  }
  return { ok: true }
}

/** The moment at which enough of what was spent has left the window. */
function freesAt(
  limitMicros: bigint,
  counted: readonly Spend[],
  wantMicros: bigint,
  windowMs: number,
): number | null {
  if (wantMicros > limitMicros) return null
  let spent = sum(counted)
  const leaving = counted
    .map(({ amountMicros, atMs, voidFromMs = Infinity }) => ({
      amountMicros,
      leavesMs: Math.min(atMs + windowMs, voidFromMs),
    }))
    .sort((a, b) => a.leavesMs - b.leavesMs)
  for (const one of leaving) {
    spent -= one.amountMicros
    if (spent + wantMicros <= limitMicros) return one.leavesMs
  }
  return null
}

function sum(spends: readonly Spend[]): bigint {
  return spends.reduce((total, one) => total + one.amountMicros, 0n)
}

/** The most that one payment may have now; null without any limit. */
export function mostNow(limits: Limits, spends: readonly Spend[], nowMs: number): bigint | null {
  let most = limits.perPurchase
  for (const limit of ['perDay', 'per30Days'] as const) {
    const limitMicros = limits[limit]
    if (limitMicros === null) continue
    const left = limitMicros - sum(spends.filter((one) => one.atMs > nowMs - WINDOWS[limit]))
    const free = left < 0n ? 0n : left
    if (most === null || free < most) most = free
  }
  return most
}

/** The limits that hold at a moment. */
export function limitsAt(row: LimitsRow, nowMs: number): Limits {
  return row.later && row.later.fromMs <= nowMs ? row.later.limits : row.now
}

/**
 * The row after a wish: each limit that is set lower holds at once, each that is set higher or taken away holds after the
 * delay. A later wish takes the place of one that still waits, so that putting a limit down again also calls a raise off.
 */
export function setLimits(row: LimitsRow, wish: Limits, nowMs: number, delayMs: number): LimitsRow {
  const held = limitsAt(row, nowMs)
  const now = Object.fromEntries(
    NAMES.map((name) => [name, tighter(held[name], wish[name])]),
  ) as unknown as Limits
  const waits = NAMES.some((name) => now[name] !== wish[name])
  return { now, later: waits ? { limits: wish, fromMs: nowMs + delayMs } : null }
}

/** Whether any limit is lower than before. */
export function isLower(before: Limits, after: Limits): boolean {
  return NAMES.some(
    (name) => after[name] !== before[name] && tighter(before[name], after[name]) === after[name],
  )
}

function tighter(a: bigint | null, b: bigint | null): bigint | null {
  if (a === null) return b
  if (b === null) return a
  return a < b ? a : b
}
