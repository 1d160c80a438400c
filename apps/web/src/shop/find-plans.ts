import type { Plan } from '../api/shapes.ts'
import { countryWords, fold } from '../words/countries.ts'
import { pricePerGbMicros } from '../words/format.ts'

export type Scope = 'country' | 'region' | 'global'
export type Order = 'per-gb' | 'price' | 'data'

export interface Wish {
  readonly query: string
  readonly scope: Scope | 'all'
  readonly order: Order
}

/** What one gigabyte of a plan costs, in micro-USDC; what a plan without included data costs by its tariff. */
export function perGbOf(plan: Plan): bigint {
  const included = pricePerGbMicros(BigInt(plan.priceMicros), BigInt(plan.includedBytes))
  return plan.kind === 'per-use' || included === null ? BigInt(plan.pricePerGbMicros) : included
}

/** The plans a wish asks for, the closest area first (a country's own plan, then its region's, then global ones). */
export function findPlans(plans: readonly Plan[], wish: Wish, locale = 'en'): Plan[] {
  const words = fold(wish.query).split(/\s+/).filter(Boolean)
  return plans
    .filter((plan) => wish.scope === 'all' || plan.scope === wish.scope)
    .map((plan) => ({ plan, match: matchOf(plan, words, locale) }))
    .filter((found) => found.match > 0)
    .sort(
      (a, b) =>
        b.match - a.match ||
        compare(a.plan, b.plan, wish.order) ||
        a.plan.name.localeCompare(b.plan.name) ||
        a.plan.planId.localeCompare(b.plan.planId),
    )
    .map((found) => found.plan)
}

const AREA = { country: 3, region: 2, global: 1 } as const

function matchOf(plan: Plan, words: readonly string[], locale: string): number {
  if (words.length === 0) return 1
  const area = fold(`${plan.name} ${plan.region ?? ''} ${plan.scope}`)
  const countries = plan.countries.map((code) => countryWords(code, locale))
  const found = words.every((word) => has(area, word) || countries.some((country) => has(country, word)))
  return found ? AREA[plan.scope] : 0
}

/** A word matches at the beginning of a word, so that "oman" does not find Romania. */
function has(text: string, word: string): boolean {
  return ` ${text}`.includes(` ${word}`)
}

function compare(a: Plan, b: Plan, order: Order): number {
  if (order === 'per-gb') return sign(perGbOf(a) - perGbOf(b))
  if (order === 'price') return sign(BigInt(a.priceMicros) - BigInt(b.priceMicros))
  return sign(BigInt(b.includedBytes) - BigInt(a.includedBytes))
}

function sign(value: bigint): number {
  return value < 0n ? -1 : value > 0n ? 1 : 0
}
