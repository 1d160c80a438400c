import { maxBigint } from '@gesim/base'
import { fullChargeMicros, type Tariff } from '@gesim/proofs'
import type { Plan, Qos, Switching } from '@gesim/wire'
import { mostDepositOf } from './quote.ts'

/** What is believed of a carrier's radio in a country; the utilities lie in 0 to 1. */
export interface Measured {
  readonly atMs: number
  readonly throughputMbps: number
  readonly latencyMs: number
  readonly chat: number
  readonly video: number
}

/** The purchase as it stands. */
export interface Present {
  readonly book: number
  readonly qos: Qos
  readonly tariff: Tariff
  readonly installed: boolean
  readonly activated: boolean
  readonly usedBytes: bigint
  readonly fundedMicros: bigint
  readonly chargedMicros: bigint
  readonly secondsLeft: number
}

type Other = Switching['others'][number]
type Compared = Other['compared']

/** Older figures say nothing of now: the radio forgets within minutes (the switch engine weighs them down alike). */
const STALE_MS = 600_000
/** Differences in utility below this are noise; the margin that the switch engine asks of a move. */
const MARGIN = 0.05
const DAY_SECONDS = 86_400

/**
 * Compares staying with every other carrier for what is left of a purchase. Pure. What is left is what the deposit still
 * buys; each carrier stands with its cheapest plan that covers that data for the time that is left.
 */
export function compareCarriers(
  present: Present,
  plans: readonly Plan[],
  quality: ReadonlyMap<number, Measured>,
  nowMs: number,
): Switching {
  const leftBytes = bytesLeft(present)
  const stayMicros = costHere(present, leftBytes)
  const refundMicros = maxBigint(0n, present.fundedMicros - (present.activated ? present.chargedMicros : 0n))
  const others = carriersBeside(present, plans)
    .map((book) => otherAt(book, present, plans, quality, leftBytes, stayMicros, nowMs))
    .filter((one) => one !== null)
    // Cheaper first; the lower number where they are alike, so that the same facts give the same list.
    .sort((a, b) =>
      BigInt(a.costMicros) < BigInt(b.costMicros) ? -1 : a.costMicros === b.costMicros ? a.book - b.book : 1,
    )
  return {
    ...verdictOf(leftBytes, others),
    atMs: nowMs,
    refundMicros: refundMicros.toString(),
    install: present.installed ? 'again' : 'first',
    leftBytes: leftBytes.toString(),
    stayMicros: stayMicros.toString(),
    here: { book: present.book, quality: shown(quality.get(present.book), nowMs) },
    others,
  }
}

/** The data that the deposit still buys here. */
function bytesLeft({ tariff, fundedMicros, usedBytes }: Present): bigint {
  const money = maxBigint(0n, fundedMicros - tariff.activationFee)
  const bought = tariff.pricePerGB > 0n ? (money * 1_000_000_000n) / tariff.pricePerGB : 0n
  return maxBigint(0n, tariff.includedBytes + bought - usedBytes)
}

/** What using that data still costs here. What was charged stays charged, whatever the traveller does. */
function costHere({ tariff, activated, usedBytes }: Present, leftBytes: bigint): bigint {
  const whole = fullChargeMicros(tariff, usedBytes + leftBytes)
  return activated ? whole - fullChargeMicros(tariff, usedBytes) : whole
}

function carriersBeside(present: Present, plans: readonly Plan[]): number[] {
  const books = new Set(plans.flatMap((plan) => plan.books))
  books.delete(present.book)
  return [...books]
}

function otherAt(
  book: number,
  present: Present,
  plans: readonly Plan[],
  quality: ReadonlyMap<number, Measured>,
  leftBytes: bigint,
  stayMicros: bigint,
  nowMs: number,
): Other | null {
  const covering = plans
    .filter((plan) => plan.books.includes(book) && covers(plan, leftBytes, present.secondsLeft))
    .map((plan) => ({ plan, costMicros: fullChargeMicros(tariffOf(plan), leftBytes) }))
    .sort((a, b) => (a.costMicros < b.costMicros ? -1 : a.costMicros > b.costMicros ? 1 : 0))
  const cheapest = covering[0]
  if (!cheapest) return null
  const { plan, costMicros } = cheapest
  return {
    book,
    plan,
    costMicros: costMicros.toString(),
    differenceMicros: (costMicros - stayMicros).toString(),
    quality: shown(quality.get(book), nowMs),
    compared: compared(quality.get(present.book), quality.get(book), present.qos, nowMs),
    certain: !plan.books.includes(present.book),
  }
}

function covers(plan: Plan, bytes: bigint, seconds: number): boolean {
  if (!plan.onSale || plan.validityDays * DAY_SECONDS < seconds) return false
  const tariff = tariffOf(plan)
  if (tariff.pricePerGB === 0n) return bytes <= tariff.includedBytes
  return fullChargeMicros(tariff, bytes) <= tariff.maxDeposit
}

function tariffOf(plan: Plan): Tariff {
  return {
    pricePerGB: BigInt(plan.pricePerGbMicros),
    activationFee: BigInt(plan.activationFeeMicros),
    includedBytes: BigInt(plan.includedBytes),
    blockBytes: BigInt(plan.blockBytes),
    maxDeposit: mostDepositOf(plan),
  }
}

function compared(
  here: Measured | undefined,
  there: Measured | undefined,
  qos: Qos,
  nowMs: number,
): Compared {
  if (!here || !there || isStale(here, nowMs) || isStale(there, nowMs)) return 'unknown'
  const gain = utilityOf(there, qos) - utilityOf(here, qos)
  if (gain > MARGIN) return 'better'
  return gain < -MARGIN ? 'worse' : 'similar'
}

function utilityOf({ chat, video }: Measured, qos: Qos): number {
  const share = qos === 'chat' ? 1 : qos === 'video' ? 0 : 0.5
  return share * chat + (1 - share) * video
}

function isStale({ atMs }: Measured, nowMs: number): boolean {
  return nowMs - atMs > STALE_MS
}

function shown(measured: Measured | undefined, nowMs: number): Other['quality'] {
  if (!measured) return null
  const { throughputMbps, latencyMs, atMs } = measured
  return {
    throughputMbps: Math.round(throughputMbps * 10) / 10,
    latencyMs: Math.round(latencyMs),
    atMs,
    stale: isStale(measured, nowMs),
  }
}

type Worth = 'better' | 'trade-off' | 'nothing-better' | 'unknown'

/** What to make of one carrier: by its quality beside the present one, and by its price. */
const WORTH: Readonly<Record<Compared, Readonly<Record<'dearer' | 'same' | 'cheaper', Worth>>>> = {
  better: { dearer: 'trade-off', same: 'better', cheaper: 'better' },
  similar: { dearer: 'nothing-better', same: 'nothing-better', cheaper: 'better' },
  worse: { dearer: 'nothing-better', same: 'nothing-better', cheaper: 'trade-off' },
  unknown: { dearer: 'unknown', same: 'unknown', cheaper: 'unknown' },
}

/** The best that any carrier offers is the verdict; where one is unknown, nothing better cannot be claimed. */
const BEST_FIRST: readonly Worth[] = ['better', 'trade-off', 'unknown', 'nothing-better']

function verdictOf(leftBytes: bigint, others: readonly Other[]): Pick<Switching, 'verdict' | 'book'> {
  if (leftBytes === 0n) return { verdict: 'used-up' }
  if (others.length === 0) return { verdict: 'no-other' }
  for (const verdict of BEST_FIRST) {
    const found = others.find((one) => worthOf(one) === verdict)
    if (found)
      return verdict === 'better' || verdict === 'trade-off' ? { verdict, book: found.book } : { verdict }
  }
  return { verdict: 'unknown' }
}

function worthOf({ compared, differenceMicros }: Other): Worth {
  const difference = BigInt(differenceMicros)
  const price = difference > 0n ? 'dearer' : difference < 0n ? 'cheaper' : 'same'
  return WORTH[compared][price]
}
