import type { ChoiceFacts } from '@gesim/journey'
import { type Estimate, expectationOf, type QosPreference } from './quality.ts'

/** Version of the rules; every stored decision names it, so that an old one can be explained by its own rules. */
export const RULES_VERSION = 1

/** A carrier that may serve the intent. */
export interface Candidate {
  readonly book: number
  readonly estimate: Estimate | undefined
  readonly pricePerGbMicros: bigint
}

export interface Score {
  readonly book: number
  readonly score: number
  readonly why: string
}

export interface Choice {
  readonly book: number | null
  readonly reason: string
  readonly scores: readonly Score[]
  /** The same in figures; null where nobody was chosen. */
  readonly facts: ChoiceFacts | null
}

/** What the rules weigh with; one record, so that a dashboard can show it and a test can vary it. */
export interface Weights {
  /** Zero service while a profile is enabled and the phone registers again: 8 to 10 s measured end to end. */
  readonly switchSeconds: number
  /** How long an advantage is expected to last. Beyond it the radio has changed. */
  readonly horizonSeconds: number
  /** Rest after a switch, so that two carriers taking turns do not make a phone oscillate. */
  readonly dwellSeconds: number
  /** Advantage in utility below which nothing moves, on top of the cost. */
  readonly margin: number
  /** Errors of the mean that a candidate is marked down by, and the serving carrier up. */
  readonly caution: number
  /** What a fully useful hour is worth to the traveller, in micro-USDC: turns prices into utility. */
  readonly hourWorthMicros: bigint
}

export const DEFAULT_WEIGHTS: Weights = {
  switchSeconds: 10,
  horizonSeconds: 120,
  dwellSeconds: 30,
  margin: 0.05,
  caution: 0.5,
  hourWorthMicros: 500_000n,
}

/** How much of the price counts for a preference. */
const PRICE_SHARE: Readonly<Record<QosPreference, number>> = {
  chat: 0.5,
  video: 0.5,
  balanced: 1,
  cheapest: 4,
}

/** An hour of ordinary use takes about this part of a gigabyte; it puts a price per gigabyte beside an hour's worth. */
const GB_PER_HOUR = 0.25

/**
 * Chooses the first carrier, or the next one after refusals. Nothing runs yet, so changing costs nothing and the best
 * expectation wins; a carrier that was never measured counts as middling and uncertain. `book` is null when
 * every carrier was refused.
 */
export function chooseCarrier(
  candidates: readonly Candidate[],
  refused: readonly number[],
  qos: QosPreference,
  nowMs: number,
  weights: Weights = DEFAULT_WEIGHTS,
): Choice {
  const scores = candidates
    .filter((candidate) => !refused.includes(candidate.book))
    .map((candidate) => scoreOf(candidate, qos, nowMs, weights))
    // The lower book wins a tie: the same inputs give the same choice on every node.
    .sort((a, b) => b.score - a.score || a.book - b.book)
  const [best, next] = scores
  if (!best) {
    const why = refused.length > 0 ? `${listed(refused)} could not deliver` : 'no carrier sells this plan'
    return { book: null, reason: `No carrier is left: ${why}.`, scores: [], facts: null }
  }
  const instead = refused.length > 0 ? ` ${listed(refused)} could not deliver.` : ''
  const beside = next
    ? ` The next best is carrier ${next.book} with ${shown(next.score)}.`
    : ' It is the only one that can deliver.'
  return {
    book: best.book,
    reason: `Carrier ${best.book} is expected to serve best for ${qos}: ${best.why}.${beside}${instead}`,
    scores,
    facts: {
      qos,
      measured: measuredOf(candidates.find((candidate) => candidate.book === best.book)?.estimate),
      others: scores.length - 1,
      refused: refused.length,
    },
  }
}

function measuredOf(estimate: Estimate | undefined): ChoiceFacts['measured'] {
  if (!estimate) return null
  const { latencyMs, throughputMbps, atMs } = estimate
  return { latencyMs: Math.round(latencyMs), throughputMbps: Math.round(throughputMbps * 10) / 10, atMs }
}

function scoreOf(candidate: Candidate, qos: QosPreference, nowMs: number, weights: Weights): Score {
  const { utility, error } = expectationOf(candidate.estimate, qos, nowMs)
  const price = priceInUtility(candidate.pricePerGbMicros, qos, weights)
  const score = utility - weights.caution * error - price
  return { book: candidate.book, score: rounded(score), why: wordsOf(candidate, utility, nowMs) }
}

/** A price per gigabyte as utility per second of ordinary use. */
function priceInUtility(pricePerGbMicros: bigint, qos: QosPreference, weights: Weights): number {
  return (PRICE_SHARE[qos] * GB_PER_HOUR * Number(pricePerGbMicros)) / Number(weights.hourWorthMicros)
}

/** A carrier in service, and what is left to use. */
export interface Serving {
  readonly book: number
  readonly sinceMs: number
  /** Bytes that the traveller can still use. */
  readonly remainingBytes: bigint
  /** Milliseconds since 1970 when service ends whatever happens. */
  readonly endsMs: number
  /** Price of changing, in micro-USDC: a second profile or a second activation fee. */
  readonly switchFeeMicros: bigint
}

export interface Move {
  /** The carrier to change to, or null: stay. */
  readonly to: number | null
  /** Expected gain less all costs, in seconds of full service; negative when staying is right. */
  readonly netSeconds: number
  readonly reason: string
}

/**
 * Whether a phone in service should change carriers: only when the expected gain over what is left to use pays for the
 * outage, the fee and the doubt. Staying is the answer whenever the figures do not say otherwise.
 */
export function decideMove(
  serving: Serving,
  candidates: readonly Candidate[],
  qos: QosPreference,
  nowMs: number,
  weights: Weights = DEFAULT_WEIGHTS,
): Move {
  const current = candidates.find((candidate) => candidate.book === serving.book)
  const restedSeconds = (nowMs - serving.sinceMs) / 1000
  if (restedSeconds < weights.dwellSeconds)
    return stay(
      0,
      `it was changed ${Math.round(restedSeconds)} s ago; a change needs ${weights.dwellSeconds} s`,
    )
  const horizon = horizonOf(serving, current?.estimate, nowMs, weights)
  if (horizon <= weights.switchSeconds)
    return stay(
      0,
      `only ${Math.round(horizon)} s of use are left, a change alone takes ${weights.switchSeconds} s`,
    )
  const here = expectationOf(current?.estimate, qos, nowMs)
  // Doubt speaks for staying: the serving carrier is taken at its better edge, the candidate at its worse.
  const hereUtility = Math.min(1, here.utility + weights.caution * here.error)
  const feeSeconds = (Number(serving.switchFeeMicros) / Number(weights.hourWorthMicros)) * 3600
  const moves = candidates
    .filter((candidate) => candidate.book !== serving.book && candidate.estimate !== undefined)
    .map((candidate) => {
      const there = expectationOf(candidate.estimate, qos, nowMs)
      const extraPrice =
        priceInUtility(candidate.pricePerGbMicros, qos, weights) -
        priceInUtility(current?.pricePerGbMicros ?? 0n, qos, weights)
      const gain = there.utility - weights.caution * there.error - extraPrice - hereUtility
      const outage = weights.switchSeconds * hereUtility
      const threshold = weights.margin * horizon
      const served = horizon - weights.switchSeconds
      return { candidate, gain, net: gain * served - outage - feeSeconds - threshold, outage, feeSeconds }
    })
    .sort((a, b) => b.net - a.net || a.candidate.book - b.candidate.book)
  const [best] = moves
  if (!best) return stay(0, 'no other carrier was measured here')
  const net = rounded(best.net)
  const to = best.candidate.book
  const gained = `${shown(best.gain * (horizon - weights.switchSeconds))} s of full service over ${Math.round(horizon)} s`
  const cost = `${shown(best.outage)} s of outage, ${shown(best.feeSeconds)} s for the fee, ${shown(weights.margin * horizon)} s of margin`
  if (best.net <= 0) return stay(net, `carrier ${to} would gain ${gained}, less than it costs: ${cost}`)
  return { to, netSeconds: net, reason: `Change to carrier ${to}: it gains ${gained} and costs ${cost}.` }

  function stay(netSeconds: number, why: string): Move {
    return { to: null, netSeconds, reason: `Stay with carrier ${serving.book}: ${why}.` }
  }
}

/** Seconds for which a change can pay: until the data or the time is used up, at most the horizon of the radio. */
function horizonOf(
  serving: Serving,
  estimate: Estimate | undefined,
  nowMs: number,
  weights: Weights,
): number {
  const leftSeconds = Math.max(0, (serving.endsMs - nowMs) / 1000)
  const bytesPerSecond = Math.max(1, (estimate?.throughputMbps ?? 10) * 125_000)
  const usableSeconds = Number(serving.remainingBytes) / bytesPerSecond
  return Math.min(weights.horizonSeconds, leftSeconds, usableSeconds)
}

function wordsOf(candidate: Candidate, utility: number, nowMs: number): string {
  const { estimate } = candidate
  if (!estimate) return 'nothing was measured yet, so it counts as middling'
  const ageSeconds = Math.max(0, Math.round((nowMs - estimate.atMs) / 1000))
  return (
    `quality ${shown(utility)} of 1 in ${estimate.region} ` +
    `(${Math.round(estimate.latencyMs)} ms, ${shown(estimate.throughputMbps)} Mbit/s, measured ${ageSeconds} s ago)`
  )
}

function listed(books: readonly number[]): string {
  return books.length === 1 ? `Carrier ${books[0]}` : `Carriers ${books.join(', ')}`
}

function shown(value: number): string {
  return (Math.round(value * 100) / 100).toString()
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
