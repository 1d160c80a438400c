import { chargeMicros, type IntentTerms, termsToJson } from '@gesim/proofs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Subscription } from './state.ts'
import { commit, drawSubscription, packageOf, requireTemplate } from './subscriber.ts'
import { radioAt } from './telemetry.ts'
import { afterRefusal, allowanceOf, volumeOf } from './usage.ts'

const TERMS: IntentTerms = {
  payer: `0x${'aa'.repeat(20)}`,
  booksHash: `0x${'00'.repeat(32)}`,
  planCommit: `0x${'00'.repeat(32)}`,
  pricePerGB: 1_000_000n,
  activationFee: 100_000n,
  includedBytes: 0n,
  blockBytes: 1000n,
  maxDeposit: 2_000_000n,
  provisionBy: 1000,
  deadline: 2000,
  flags: 0,
  unsignedCredit: 50_000_000n,
  salt: 1n,
}

const state = { calls: {}, subscriptions: {}, block: 0, template: '', commitmentKey: '33'.repeat(32) }

function subscription(terms: Partial<IntentTerms>, over: Partial<Subscription> = {}): Subscription {
  return {
    ...drawSubscription(state, { plmn: '00101', book: 1, profileType: 'gesim-data' }),
    terms: termsToJson({ ...TERMS, ...terms }),
    funded: '2000000',
    service: 'on',
    ...over,
  }
}

test('service stops where the deposit ends: one block more would cost more than there is', () => {
  fc.assert(
    fc.property(
      fc.bigInt(1n, 50_000_000n),
      fc.bigInt(0n, 3_000_000n),
      fc.bigInt(0n, 10_000_000n),
      fc.bigInt(1n, 1_000_000n),
      fc.bigInt(0n, 5_000_000n),
      (pricePerGB, activationFee, includedBytes, blockBytes, funded) => {
        const terms = {
          ...TERMS,
          pricePerGB,
          activationFee,
          includedBytes,
          blockBytes,
          maxDeposit: 4_000_000n,
        }
        const deposit = funded < terms.maxDeposit ? funded : terms.maxDeposit
        const volume = volumeOf({ terms: termsToJson(terms), funded: funded.toString() })
        // Without the clamp of the deposit: what the tariff really says.
        const whole = { ...terms, maxDeposit: 1n << 60n }
        if (volume === 0n) return
        expect(chargeMicros(whole, volume, true)).toBeLessThanOrEqual(deposit)
        expect(chargeMicros(whole, volume + blockBytes + 1n, true)).toBeGreaterThanOrEqual(deposit)
      },
    ),
  )
})

test('a prepaid plan ends at its included volume', () => {
  const prepaid = subscription({ pricePerGB: 0n, includedBytes: 1_000_000n, unsignedCredit: 10_000_000n })
  expect(allowanceOf({ ...prepaid, cumBytes: 999_000 }, 1500)).toEqual({ bytes: 1000n })
  expect(allowanceOf({ ...prepaid, cumBytes: 1_000_000 }, 1500)).toEqual({ bytes: 0n, why: 'exhausted' })
})

test.each([
  ['not activated', { service: 'off' as const }, 1500, 'service-off'],
  ['ended', { service: 'ended' as const }, 1500, 'service-off'],
  ['past its deadline', {}, 2001, 'service-off'],
  ['ahead of the signatures by the whole credit', { cumBytes: 50_000_000 }, 1500, 'unsigned-credit'],
])('no octet flows for a subscription that is %s', (_name, over, now, why) => {
  expect(allowanceOf(subscription({}, over), now)).toEqual({ bytes: 0n, why })
})

test('where the carrier meters alone no signatures are waited for', () => {
  const metered = subscription({ flags: 1 }, { cumBytes: 60_000_000 })
  expect(allowanceOf(metered, 1500).bytes).toBeGreaterThan(0n)
})

test('each subscriber is fresh, and its package the same each time it is written', () => {
  const [one, two] = [subscription({}), subscription({})]
  expect(one.iccid).toMatch(/^89999001\d{11}$/)
  for (const name of ['iccid', 'imsi', 'ki', 'opc'] as const) expect(one[name]).not.toBe(two[name])
  expect(packageOf(one, '', 'aurora')).toEqual(packageOf(one, '', 'aurora'))
  requireTemplate(packageOf(one, '', 'aurora'))
})

test('commitments differ by purchase and by what they are about', () => {
  const [a, b] = [`0x${'aa'.repeat(32)}`, `0x${'bb'.repeat(32)}`] as const
  const key = '33'.repeat(32)
  const all = [commit(key, a, 'iccid', '1'), commit(key, b, 'iccid', '1'), commit(key, a, 'eid', '1')]
  expect(new Set(all).size).toBe(3)
  expect(commit(key, a, 'iccid', '1')).toBe(all[0])
})

test('the radio is the same for the same seed and moment, moves with time, and knows good and bad', () => {
  const at = 1_764_000_000_000
  expect(radioAt(1, 'ES', 100, at)).toEqual(radioAt(1, 'ES', 100, at))
  const mean = (quality: number) => {
    let sum = 0
    for (let i = 0; i < 400; i++) sum += radioAt(1, 'ES', quality, at + i * 10_000).throughputMbps
    return sum / 400
  }
  expect(mean(100)).toBeGreaterThan(2 * mean(50))
  const values = new Set(Array.from({ length: 50 }, (_, i) => radioAt(1, 'ES', 100, at + i * 5000).latencyMs))
  expect(values.size).toBeGreaterThan(20)
})

test.each([
  ['metering.not-active', 100, 'again'],
  ['metering.chain-unreachable', 3000, 'again'],
  // The node reads the journal a moment later than the carrier reads the chain.
  ['metering.unknown-intent', 100, 'again'],
  ['metering.unknown-intent', 2000, 'again'],
  ['metering.unknown-intent', 2001, 'over'],
  ['metering.service-ended', 100, 'over'],
  ['metering.out-of-order', 100, 'drop'],
] as const)('a receipt that is refused by %s at second %i of 2000: %s', (code, at, wanted) => {
  expect(afterRefusal(code, 2000, at)).toBe(wanted)
})
