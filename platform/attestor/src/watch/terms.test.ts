import type { TermsJson } from '@gesim/journey'
import { describe, expect, it } from 'vitest'
import { inspect, type Published } from './inspect.ts'
import { TermsMemory } from './terms.ts'
import { type Below, domain, grow, type Plant, publish, SPOILED, usageKey } from './testing-orchard.ts'

/** Prices that would excuse any leaf, and such as would accuse every one. */
const DEAR = { pricePerGB: '4000000000000', activationFee: '4000000' }
const CHEAP = { pricePerGB: '0', activationFee: '0' }
/** Open intents with an activation fee, of which vouchers have released only a little. */
const always: Below = (limit) => (limit > 100_000 ? 1_000 : limit > 2 ? 3 : 0)

/** The same intents, as a source that lies about their terms serves them. */
function lyingAbout(plants: readonly Plant[], change: Partial<TermsJson>): Plant[] {
  return plants.map((plant) => ({
    ...plant,
    input: { ...plant.input, terms: { ...plant.input.terms!, ...change } },
  }))
}

const inspectWith = (plants: readonly Plant[], published: Published, memory: TermsMemory) =>
  inspect(published, {
    domain,
    chain: { boundDevices: async () => [], wasUsageKey: async (_, key) => key === usageKey.address },
    standingOf: (intentId) => plants.find((one) => one.intentId === intentId)?.standing ?? null,
    termsOf: (intentId) => memory.get(intentId),
  })

describe('a source that serves false terms for an intent', () => {
  it('shields no real fault, whether it is heard before the true terms or after', async () => {
    const plants = await grow(always)
    const which = plants.find((plant) => SPOILED.aboveTariff(plant, 7n) !== null)!
    const spoiled = SPOILED.aboveTariff(which, 7n)!
    const false_ = lyingAbout(plants, DEAR)
    for (const heard of [
      [false_, plants],
      [plants, false_],
    ]) {
      const memory = new TermsMemory()
      for (const each of heard) memory.remember({ inputs: each.map(({ input }) => input) })
      const findings = await inspectWith(plants, publish(false_, [spoiled]), memory)
      expect(findings.map(({ code, intentId }) => ({ code, intentId }))).toEqual([
        { code: 'F4', intentId: spoiled.intentId },
      ])
    }
  })

  it('makes no false one', async () => {
    const plants = await grow(always)
    const false_ = lyingAbout(plants, CHEAP)
    const memory = new TermsMemory()
    memory.remember({ inputs: false_.map(({ input }) => input) })
    expect(plants.map(({ intentId }) => memory.get(intentId))).toEqual(plants.map(() => null))
    expect(await inspectWith(plants, publish(false_), memory)).toEqual([])
  })
})
