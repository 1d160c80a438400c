import type { Plan } from '../api/shapes.ts'
import { countryName } from '../words/countries.ts'
import { bytes, days, usdc } from '../words/format.ts'
import { perGbOf } from './find-plans.ts'

/** How much data a plan holds, as its headline. */
export function dataWords(plan: Plan): string {
  if (BigInt(plan.includedBytes) === 0n) return 'Pay per use'
  return plan.kind === 'hybrid' ? `${bytes(plan.includedBytes)} and more` : bytes(plan.includedBytes)
}

/** The area a plan is for: a country, a region, the world. */
export function areaWords(plan: Plan): string {
  if (plan.scope === 'country' && plan.countries.length === 1) return countryName(plan.countries[0]!)
  return plan.scope === 'global' ? 'World' : (plan.region ?? plan.name)
}

/** A plan in one line, for headings and lists. */
export function planTitle(plan: Plan): string {
  const data = dataWords(plan)
  return `${areaWords(plan)}, ${data === 'Pay per use' ? 'pay per use' : data}`
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

/** How long it lasts, from when, and in how many countries where there are several. */
export function validityWords(plan: Plan): string {
  const from = `${days(plan.validityDays)} from ${plan.startsWhen === 'first-use' ? 'first use' : 'activation'}`
  return plan.countries.length > 1 ? `${from}, ${plan.countries.length} countries` : from
}
