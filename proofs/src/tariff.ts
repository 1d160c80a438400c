import { GB_BYTES, minBigint, mulDivUp, refuse } from '@gesim/base'
import type { TermsJson } from './json.ts'
import type { IntentTerms } from './words.ts'

const MAX_U64 = (1n << 64n) - 1n

/** The fields of the terms that make the price. */
export type Tariff = Pick<
  IntentTerms,
  'pricePerGB' | 'activationFee' | 'includedBytes' | 'blockBytes' | 'maxDeposit'
>

/**
 * The charge for the bytes used since activation, in micro-USDC: the activation fee, and the bytes above the included
 * ones, rounded up to blocks, at the price of 1e9 bytes, rounded up to whole micros in the carrier's favour; never more
 * than the deposit. Computed from cumulative bytes, so rounding costs at most one micro in an intent's life.
 */
export function chargeMicros(
  terms: Tariff,
  cumBytes: bigint,
  activated: boolean,
  depositMicros: bigint = terms.maxDeposit,
): bigint {
  if (cumBytes < 0n || cumBytes > MAX_U64) throw refuse('proofs.out-of-range', { field: 'cumBytes' })
  if (!activated) return 0n
  return minBigint(depositMicros, terms.maxDeposit, fullChargeMicros(terms, cumBytes))
}

/** All bytes that a deposit lets in: the included ones and what the rest of it buys; nothing where only money bounds them. */
export function wholeBytes(
  terms: Pick<TermsJson, 'activationFee' | 'includedBytes' | 'pricePerGB'>,
  depositMicros: bigint,
): bigint | null {
  const [activationFee, includedBytes, pricePerGB] = [
    BigInt(terms.activationFee),
    BigInt(terms.includedBytes),
    BigInt(terms.pricePerGB),
  ]
  const payable = depositMicros > activationFee ? depositMicros - activationFee : 0n
  const bought = pricePerGB > 0n ? (payable * GB_BYTES) / pricePerGB : 0n
  return includedBytes + bought > 0n ? includedBytes + bought : null
}

/** The same without a deposit to end it: what the tariff says for the bytes. */
export function fullChargeMicros(terms: Tariff, cumBytes: bigint): bigint {
  const above = cumBytes > terms.includedBytes ? cumBytes - terms.includedBytes : 0n
  const block = terms.blockBytes === 0n ? 1n : terms.blockBytes
  const blocks = mulDivUp(above, 1n, block)
  return terms.activationFee + mulDivUp(blocks * block, terms.pricePerGB, GB_BYTES)
}

const DAY_SECONDS = 86_400
/** Used up to here, the next plan is bought: while it is installed, the rest of this one still serves. */
const DUE_PERCENT = 90n

/** What says how far a purchase is from its end. */
export interface ServiceLeft {
  readonly state: string
  /** Seconds since 1970. */
  readonly deadline: number
  readonly validityDays: number
  readonly usedBytes: bigint
  /** Null where its bytes have no end. */
  readonly wholeBytes: bigint | null
}

/**
 * Whether a purchase is used up, over, or about to be: then a renewal buys the next one. What is not in use yet is neither.
 * One rule for the server that buys and the page that says so before.
 */
export function isNearItsEnd(service: ServiceLeft, nowSeconds: number): boolean {
  const { state, deadline, validityDays, usedBytes, wholeBytes } = service
  if (state === 'finishing' || state === 'settled') return true
  if (state !== 'active') return false
  if (wholeBytes !== null && usedBytes * 100n >= wholeBytes * DUE_PERCENT) return true
  // Of a plan of few days a day is much: then its last quarter.
  return deadline - nowSeconds <= Math.min(DAY_SECONDS, (validityDays * DAY_SECONDS) / 4)
}
