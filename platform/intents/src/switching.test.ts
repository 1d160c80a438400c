import type { Plan, Qos } from '@gesim/wire'
import { describe, expect, it } from 'vitest'
import { SAMPLE_PLANS } from './sample-plans.ts'
import { compareCarriers, type Measured, type Present } from './switching.ts'

const NOW = 1_900_000_000_000
const GB = 1_000_000_000n

const planOf = (planId: string, books: number[], changes: Partial<Plan> = {}): Plan => ({
  ...SAMPLE_PLANS.find((one) => one.planId === planId)!,
  books,
  ...changes,
})
/** Pay per use at 2.9 USDC a gigabyte, 2.9 paid in: one gigabyte, none of it used. */
const present: Present = {
  book: 1,
  qos: 'balanced',
  tariff: {
    pricePerGB: 2_900_000n,
    activationFee: 0n,
    includedBytes: 0n,
    blockBytes: 1_000_000n,
    maxDeposit: 12_000_000n,
  },
  installed: true,
  activated: true,
  usedBytes: 0n,
  fundedMicros: 2_900_000n,
  chargedMicros: 0n,
  secondsLeft: 86_400,
}
const measured = (utility: number, agoMs = 1_000): Measured => ({
  atMs: NOW - agoMs,
  throughputMbps: 20.04,
  latencyMs: 40.4,
  chat: utility,
  video: utility,
})
const at = (price: string) => planOf('es-go', [2], { pricePerGbMicros: price })
const both = (here: number, there: number) =>
  new Map([
    [1, measured(here)],
    [2, measured(there)],
  ])

describe('whether another carrier is worth a change', () => {
  it.each([
    ['better', 'dearer', '3000000', both(0.5, 0.8), 'trade-off'],
    ['better', 'as dear', '2900000', both(0.5, 0.8), 'better'],
    ['better', 'cheaper', '2000000', both(0.5, 0.8), 'better'],
    ['alike', 'dearer', '3000000', both(0.5, 0.54), 'nothing-better'],
    ['alike', 'as dear', '2900000', both(0.5, 0.46), 'nothing-better'],
    ['alike', 'cheaper', '2000000', both(0.5, 0.5), 'better'],
    ['worse', 'dearer', '3000000', both(0.8, 0.5), 'nothing-better'],
    ['worse', 'as dear', '2900000', both(0.8, 0.5), 'nothing-better'],
    ['worse', 'cheaper', '2000000', both(0.8, 0.5), 'trade-off'],
    ['unmeasured', 'cheaper', '2000000', new Map([[1, measured(0.5)]]), 'unknown'],
    ['unmeasured here and', 'cheaper', '2000000', new Map([[2, measured(0.9)]]), 'unknown'],
    ['measured long ago and', 'cheaper', '2000000', both(0.5, 0.9).set(2, measured(0.9, 600_001)), 'unknown'],
  ] as const)('is said of one that is %s and %s', (_quality, _price, price, quality, verdict) => {
    const answer = compareCarriers(present, [at(price)], quality, NOW)
    expect(answer.verdict).toBe(verdict)
    expect(answer.book).toBe(verdict === 'better' || verdict === 'trade-off' ? 2 : undefined)
  })

  it('goes by what the traveller asked for', () => {
    const quality = new Map<number, Measured>([
      [1, { ...measured(0.5), chat: 0.9, video: 0.2 }],
      [2, { ...measured(0.5), chat: 0.2, video: 0.9 }],
    ])
    const verdict = (qos: Qos) => compareCarriers({ ...present, qos }, [at('2900000')], quality, NOW).verdict
    expect([verdict('chat'), verdict('video'), verdict('balanced')]).toEqual([
      'nothing-better',
      'better',
      'nothing-better',
    ])
  })

  it('is not denied while one of several is unknown, and is nobody’s where no other sells here', () => {
    const third = planOf('es-go', [3], { pricePerGbMicros: '2900000' })
    expect(compareCarriers(present, [at('3000000'), third], both(0.5, 0.5), NOW).verdict).toBe('unknown')
    expect(compareCarriers(present, [planOf('es-go', [1])], both(0.5, 0.9), NOW).verdict).toBe('no-other')
    expect(compareCarriers(present, [], new Map(), NOW).verdict).toBe('no-other')
  })
})

describe('what switching would cost', () => {
  it('is the price of what is left, less what going on would cost; the rest of the deposit comes back', () => {
    const half = { ...present, usedBytes: GB / 2n, chargedMicros: 1_450_000n }
    const answer = compareCarriers(half, [at('3900000')], both(0.5, 0.5), NOW)
    expect(answer).toMatchObject({
      refundMicros: '1450000',
      stayMicros: '1450000',
      leftBytes: '500000000',
      install: 'again',
    })
    expect(answer.others[0]).toMatchObject({
      costMicros: '1950000',
      differenceMicros: '500000',
      certain: true,
    })
  })

  it('counts what was paid for all of it as gone: data that is paid for costs nothing here', () => {
    const tariff = { ...present.tariff, pricePerGB: 0n, activationFee: 9_500_000n, includedBytes: 5n * GB }
    const prepaid = {
      ...present,
      tariff,
      fundedMicros: 9_500_000n,
      chargedMicros: 9_500_000n,
      usedBytes: 4n * GB,
    }
    const answer = compareCarriers(prepaid, [at('2900000')], both(0.5, 0.5), NOW)
    expect(answer).toMatchObject({ refundMicros: '0', stayMicros: '0', leftBytes: '1000000000' })
    expect(answer.others[0]!.differenceMicros).toBe('2900000')
  })

  it('gives everything back before the activation, and then the eSIM there would be the first', () => {
    const held = { ...present, installed: false, activated: false }
    expect(compareCarriers(held, [at('2900000')], new Map(), NOW)).toMatchObject({
      refundMicros: '2900000',
      install: 'first',
    })
  })

  it('takes of each carrier the cheapest plan that covers the data and the days, and only what is on sale', () => {
    const plans = [
      planOf('es-5gb', [2]),
      at('3500000'),
      planOf('es-go', [2], { planId: 'es-short', pricePerGbMicros: '1', validityDays: 1 }),
      planOf('es-go', [2], { planId: 'es-none', pricePerGbMicros: '1', onSale: false }),
      planOf('es-5gb', [2], { planId: 'es-small', activationFeeMicros: '1', includedBytes: '999999999' }),
    ]
    const long = { ...present, secondsLeft: 5 * 86_400 }
    expect(
      compareCarriers(long, plans, new Map(), NOW).others.map(({ plan }) => plan.pricePerGbMicros),
    ).toEqual(['3500000'])
  })

  it('says where the present carrier may deliver that plan too', () => {
    const answer = compareCarriers(present, [planOf('es-go', [1, 2])], both(0.5, 0.9), NOW)
    expect(answer.others).toMatchObject([{ book: 2, certain: false }])
  })

  it('shows figures with their age, and compares nothing once the data is used up', () => {
    const answer = compareCarriers(present, [at('1')], both(0.5, 0.9).set(1, measured(0.5, 700_000)), NOW)
    expect(answer.here.quality).toEqual({
      throughputMbps: 20,
      latencyMs: 40,
      atMs: NOW - 700_000,
      stale: true,
    })
    expect(compareCarriers({ ...present, usedBytes: GB }, [at('1')], both(0.5, 0.9), NOW).verdict).toBe(
      'used-up',
    )
  })
})
