import { wholeBytes } from '@gesim/proofs'
import type { Intent } from '../api/shapes.ts'
import { percent } from '../words/format.ts'

/** What the usage ring says about a purchase. */
export interface UsageShown {
  readonly usedPercent: number
  /** Bytes used, and the whole of which they are a part; null where only money bounds it. */
  readonly usedBytes: bigint
  readonly wholeBytes: bigint | null
  readonly spentMicros: bigint
  readonly depositMicros: bigint
}

/** Data against what is included; beyond that, or without any included, money against the deposit. */
export function usageShown(intent: Intent): UsageShown {
  const usedBytes = BigInt(intent.usage?.bytes ?? '0')
  // Before anything is paid in, the price: a plan that can be topped up lets in far more than that.
  const depositMicros = BigInt(intent.fundedMicros) || BigInt(intent.plan.priceMicros)
  const spentMicros = BigInt(intent.usage?.amountMicros ?? intent.chargedMicros)
  const whole = wholeBytes(intent.terms, depositMicros)
  const usedPercent = whole !== null ? percent(usedBytes, whole) : percent(spentMicros, depositMicros)
  return { usedPercent, usedBytes, wholeBytes: whole, spentMicros, depositMicros }
}

const STEADY_AFTER_MS = 5 * 60_000

/** When the data runs out at the pace so far, or null while that cannot be said honestly. */
export function runsOutAtMs(shown: UsageShown, sinceMs: number, asOfMs: number): number | null {
  const elapsedMs = asOfMs - sinceMs
  if (shown.wholeBytes === null || shown.usedBytes <= 0n || elapsedMs < STEADY_AFTER_MS) return null
  const left = shown.wholeBytes - shown.usedBytes
  if (left <= 0n) return asOfMs
  return asOfMs + Number((left * BigInt(Math.round(elapsedMs))) / shown.usedBytes)
}
