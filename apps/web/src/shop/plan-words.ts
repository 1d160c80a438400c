import type { Plan } from '../api/shapes.ts'
import { countryName } from '../words/countries.ts'
import { bytes, days, usdc } from '../words/format.ts'
import { perGbOf } from './find-plans.ts'

/** How much data a plan holds, as its headline. */
export function dataWords(plan: Plan): string {
  return BigInt(plan.includedBytes) > 0n ? bytes(plan.includedBytes) : 'Pay per use'
}

/** What is paid now, in USDC. */
export function priceWords(plan: Plan): string {
  return usdc(plan.priceMicros)
}

/** The second line below the price. */
export function priceNote(plan: Plan): string {
  const perGb = `${usdc(roundUpToCent(perGbOf(plan)))} per GB`
  if (plan.kind === 'per-use') return `${perGb}, the unused rest returns`
  if (plan.kind === 'hybrid') return `then ${usdc(plan.pricePerGbMicros)} per GB, the unused rest returns`
  return perGb
}

function roundUpToCent(micros: bigint): bigint {
  return ((micros + 9999n) / 10_000n) * 10_000n
}

/** Where it works: the country, or how many. */
export function placeWords(plan: Plan): string {
  if (plan.countries.length === 1) return countryName(plan.countries[0]!)
  return `${plan.countries.length} countries`
}

/** How long it lasts and from when. */
export function validityWords(plan: Plan): string {
  return `${days(plan.validityDays)} from ${plan.startsWhen === 'first-use' ? 'first use' : 'activation'}`
}

/** The newest network generation of the plan. */
export function generationOf(plan: Plan): string {
  return plan.networks.some((network) => network.generation === '5G')
    ? '5G'
    : (plan.networks[0]?.generation ?? '4G')
}
