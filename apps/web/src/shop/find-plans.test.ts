import { describe, expect, it } from 'vitest'
import type { Plan } from '../api/shapes.ts'
import { findPlans, perGbOf } from './find-plans.ts'

function plan(changes: Partial<Plan>): Plan {
  return {
    planId: 'p',
    name: 'Plan',
    kind: 'prepaid',
    scope: 'country',
    countries: ['ES'],
    includedBytes: '1000000000',
    validityDays: 7,
    priceMicros: '3000000',
    activationFeeMicros: '3000000',
    pricePerGbMicros: '0',
    blockBytes: '1',
    networks: [],
    breakoutCountry: 'ES',
    hotspot: true,
    throttle: null,
    topUp: false,
    startsWhen: 'activation',
    registration: null,
    onSale: true,
    metering: 'co-signed',
    books: [1],
    ...changes,
  }
}

const spain = plan({ planId: 'es-1', name: 'Spain' })
const spainBig = plan({ planId: 'es-5', name: 'Spain', includedBytes: '5000000000', priceMicros: '9000000' })
const europe = plan({
  planId: 'eu-1',
  name: 'Europe',
  scope: 'region',
  region: 'Europe',
  countries: ['ES', 'RO', 'TR'],
  priceMicros: '1000000',
})
const perUse = plan({
  planId: 'fr-use',
  name: 'France',
  kind: 'per-use',
  countries: ['FR'],
  includedBytes: '0',
  pricePerGbMicros: '2500000',
  priceMicros: '10000000',
})
const all = [europe, perUse, spain, spainBig]
const ids = (query: string, more = {}) =>
  findPlans(all, { query, scope: 'all', order: 'per-gb', ...more }).map((found) => found.planId)

describe('searching plans', () => {
  it("finds by country, code, city and without accents, the country's own plans first", () => {
    expect(ids('spain')).toEqual(['es-5', 'es-1', 'eu-1'])
    expect(ids('BARCELONA')).toEqual(['es-5', 'es-1', 'eu-1'])
    expect(ids('türkiye')).toEqual(['eu-1'])
    expect(ids('fr')).toEqual(['fr-use'])
  })

  it('matches whole beginnings of words only', () => {
    expect(ids('oman')).toEqual([])
    expect(ids('roman')).toEqual(['eu-1'])
  })

  it('shows everything without a query, and one kind of area when asked', () => {
    expect(ids('')).toHaveLength(4)
    expect(ids('', { scope: 'region' })).toEqual(['eu-1'])
  })

  it('sorts by price per gigabyte, by price or by data', () => {
    expect(ids('spain', { scope: 'country', order: 'per-gb' })).toEqual(['es-5', 'es-1'])
    expect(ids('spain', { scope: 'country', order: 'price' })).toEqual(['es-1', 'es-5'])
    expect(ids('spain', { scope: 'country', order: 'data' })).toEqual(['es-5', 'es-1'])
  })

  it('takes the tariff as the price of a gigabyte where nothing is included', () => {
    expect(perGbOf(perUse)).toBe(2_500_000n)
    expect(perGbOf(spainBig)).toBe(1_800_000n)
  })
})
