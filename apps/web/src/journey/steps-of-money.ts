import { MICROS_PER_USDC, maxBigint, minBigint } from '@gesim/base'
import type { Intent } from '../api/shapes.ts'

/** A payment that is sent this late may be on the chain only after the deadline, where the escrow refuses it. */
const LATEST_BEFORE_DEADLINE_SECONDS = 60

/** Amounts that people choose, in whole USDC. */
const ROUND_USDC = [1n, 2n, 5n, 10n, 20n, 50n, 100n, 200n, 500n] as const
const MOST_ROUND_STEPS = 3

type Purchase = Pick<Intent, 'state' | 'plan' | 'terms' | 'fundedMicros' | 'deadline'>

/** An amount that may be added, and the octets that it pays for. */
export interface Step {
  readonly amountMicros: bigint
  readonly moreBytes: bigint
}

/** What the terms still let in: the escrow takes no more than `maxDeposit` in all. */
export function roomMicros(intent: Pick<Intent, 'terms' | 'fundedMicros'>): bigint {
  return maxBigint(0n, BigInt(intent.terms.maxDeposit) - BigInt(intent.fundedMicros))
}

/**
 * The amounts to choose from while a plan with a price for each gigabyte runs: at most three round ones, the smallest
 * first, and the rest up to the cap. None where the plan, the state, the time or the cap allows none.
 */
export function stepsOf(intent: Purchase, nowMs: number): Step[] {
  const { plan, terms } = intent
  if (intent.state !== 'active' || plan.kind === 'prepaid' || !plan.topUp) return []
  if (BigInt(terms.pricePerGB) === 0n) return []
  if (nowMs / 1000 >= intent.deadline - LATEST_BEFORE_DEADLINE_SECONDS) return []
  const room = roomMicros(intent)
  const round = ROUND_USDC.map((usdc) => usdc * MICROS_PER_USDC).filter((amount) => amount < room)
  return [...round.slice(-MOST_ROUND_STEPS), room]
    .map((amountMicros) => ({ amountMicros, moreBytes: moreBytes(intent, amountMicros) }))
    .filter((step) => step.moreBytes > 0n)
}

/** How many octets more an amount pays for. */
function moreBytes({ terms, fundedMicros }: Pick<Intent, 'terms' | 'fundedMicros'>, amount: bigint): bigint {
  const funded = BigInt(fundedMicros)
  return bytesFor(terms, funded + amount) - bytesFor(terms, funded)
}

/** The octets above the included ones that a deposit pays for, in whole blocks as the tariff charges them. */
function bytesFor(terms: Intent['terms'], depositMicros: bigint): bigint {
  const deposit = minBigint(depositMicros, BigInt(terms.maxDeposit))
  const money = maxBigint(0n, deposit - BigInt(terms.activationFee))
  const block = maxBigint(1n, BigInt(terms.blockBytes))
  const affordable = (money * 1_000_000_000n) / BigInt(terms.pricePerGB)
  return (affordable / block) * block
}
