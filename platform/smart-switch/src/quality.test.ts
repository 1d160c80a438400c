import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chatUtility, expectationOf, observe, qosOf, type Sample, videoUtility } from './quality.ts'

const sample = fc.record({
  book: fc.constant(1),
  region: fc.constant('ES'),
  atMs: fc.integer({ min: 0, max: 1_000_000 }),
  rsrpDbm: fc.integer({ min: -140, max: -44 }),
  throughputMbps: fc.double({ min: 0, max: 10_000, noNaN: true }),
  latencyMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
  lossRatio: fc.double({ min: 0, max: 1, noNaN: true }),
})

test('utilities and expectations stay between 0 and 1 whatever is measured', () => {
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 30 }), fc.nat(10_000_000), (samples, laterMs) => {
      let estimate: ReturnType<typeof observe> | undefined
      for (const one of samples) {
        for (const utility of [chatUtility(one), videoUtility(one)]) {
          expect(utility).toBeGreaterThanOrEqual(0)
          expect(utility).toBeLessThanOrEqual(1)
        }
        estimate = observe(estimate, one)
      }
      const { utility, error } = expectationOf(estimate, 'balanced', laterMs)
      expect(utility).toBeGreaterThanOrEqual(-1e-9)
      expect(utility).toBeLessThanOrEqual(1 + 1e-9)
      expect(error).toBeGreaterThanOrEqual(0)
    }),
  )
})

test('the same sample twice, or an older one, changes nothing', () => {
  const first: Sample = {
    book: 1,
    region: 'ES',
    atMs: 1000,
    rsrpDbm: -90,
    throughputMbps: 10,
    latencyMs: 50,
    lossRatio: 0,
  }
  const estimate = observe(undefined, first)
  expect(observe(estimate, { ...first, throughputMbps: 99 })).toBe(estimate)
  expect(observe(estimate, { ...first, atMs: 500 })).toBe(estimate)
})

test('an estimate follows the radio within a minute', () => {
  let estimate = observe(undefined, {
    book: 1,
    region: 'ES',
    atMs: 0,
    rsrpDbm: -90,
    throughputMbps: 50,
    latencyMs: 30,
    lossRatio: 0,
  })
  for (let second = 1; second <= 60; second++)
    estimate = observe(estimate, {
      book: 1,
      region: 'ES',
      atMs: second * 1000,
      rsrpDbm: -90,
      throughputMbps: 0,
      latencyMs: 400,
      lossRatio: 0,
    })
  expect(expectationOf(estimate, 'balanced', 60_000).utility).toBeLessThan(0.06)
})

test('an unknown preference counts as balanced', () => {
  expect(qosOf('video')).toBe('video')
  expect(qosOf('telepathy')).toBe('balanced')
})
