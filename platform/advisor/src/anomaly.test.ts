import { expect, test } from 'vitest'
import { cohortOf, controlFalseDiscoveries, judgeRate, logRate } from './anomaly.ts'
import { centreOf, medianOf, robustDistance, upperQuantile } from './robust.ts'

/** A fixed generator (mulberry32), so that a failure can be repeated. */
function generator(seed: number): () => number {
  let a = seed
  return () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Rates around 100 kB/s, log-normal. */
function ordinaryRates(count: number, seed: number): number[] {
  const draw = generator(seed)
  return Array.from({ length: count }, () => {
    const normal = Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw())
    return Math.log(100_000) + 0.8 * normal
  })
}

test('a rate a thousand times the cohort is flagged, with the reason in words', () => {
  const verdict = judgeRate(
    logRate({ bytes: 100_000_000_000n, seconds: 100 }),
    cohortOf(ordinaryRates(300, 1)),
  )
  expect(verdict.flagged).toBe(true)
  expect(verdict.why).toMatch(/unlike the rest: .* threshold/)
})

test('silence in a busy cohort is flagged too', () => {
  expect(judgeRate(logRate({ bytes: 0n, seconds: 100 }), cohortOf(ordinaryRates(300, 1))).flagged).toBe(true)
})

test('of ordinary members at most a few percent are flagged', () => {
  const rates = ordinaryRates(4000, 7)
  const cohort = cohortOf(rates.slice(0, 400))
  const flagged = rates.slice(400).filter((rate) => judgeRate(rate, cohort).flagged)
  expect(flagged.length / 3600).toBeLessThan(0.02)
})

test('one giant in the cohort does not hide another', () => {
  const cohort = cohortOf([...ordinaryRates(200, 3), Math.log(1e12)])
  expect(judgeRate(Math.log(1e11), cohort).flagged).toBe(true)
})

test('nobody is flagged against fewer than twenty others', () => {
  expect(judgeRate(Math.log(1e12), cohortOf(ordinaryRates(19, 3)))).toMatchObject({ flagged: false })
})

test('a cohort of equal rates flags nobody for a small difference', () => {
  const cohort = cohortOf(new Array<number>(50).fill(Math.log(1000)))
  expect(judgeRate(Math.log(1100), cohort).flagged).toBe(false)
  expect(judgeRate(Math.log(100_000), cohort).flagged).toBe(true)
})

test('the median, the distance and the quantile agree with hand-made figures', () => {
  expect(medianOf([3, 1, 2])).toBe(2)
  expect(medianOf([4, 1, 2, 3])).toBe(2.5)
  expect(robustDistance(10, centreOf([1, 2, 3, 4, 5], 0.1))).toBeCloseTo(7 / 1.4826)
  expect(upperQuantile([1, 2, 3, 4, 5, 6, 7, 8, 9], 0.9)).toBe(9)
  expect(upperQuantile([1, 2], 0.9)).toBe(Number.POSITIVE_INFINITY)
})

test('false discoveries are controlled over many tests at once', () => {
  // The worked example of Benjamini and Hochberg 1995, section 3.2: four of fifteen stand at 5 %.
  const p = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
    0.759, 1,
  ]
  expect(controlFalseDiscoveries(p, 0.05).filter(Boolean)).toHaveLength(4)
})
