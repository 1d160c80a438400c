import { expect, test } from 'vitest'
import { advisePrewarm, HOUR_SECONDS, HOURS_PER_WEEK, type HourCount, withQuietHours } from './prewarm.ts'

const MONDAY_NINE = 1_763_974_800
const WEEK = HOURS_PER_WEEK * HOUR_SECONDS

test('the advice is the 0.9 quantile of the same hour of earlier weeks, not of other hours', () => {
  const history: HourCount[] = []
  for (let week = 1; week <= 8; week++) {
    history.push({ hour: MONDAY_NINE - week * WEEK, count: week })
    history.push({ hour: MONDAY_NINE - week * WEEK + HOUR_SECONDS, count: 500 })
  }
  expect(advisePrewarm(history, MONDAY_NINE)).toMatchObject({ count: 8, quantile: 0.9 })
  expect(advisePrewarm(history, MONDAY_NINE, { tooFew: 1, tooMany: 1 })).toMatchObject({
    count: 5,
    quantile: 0.5,
  })
})

test('with too few weeks the same hour of earlier days counts, then any hour', () => {
  const days = Array.from({ length: 5 }, (_, day) => ({
    hour: MONDAY_NINE - (day + 1) * 24 * HOUR_SECONDS,
    count: 3,
  }))
  expect(advisePrewarm(days, MONDAY_NINE).why).toContain('earlier days')
  expect(advisePrewarm([{ hour: MONDAY_NINE - HOUR_SECONDS, count: 2 }], MONDAY_NINE)).toMatchObject({
    count: 2,
  })
})

test('hours to come and hours older than eight weeks are not history', () => {
  const history = [
    { hour: MONDAY_NINE, count: 9 },
    { hour: MONDAY_NINE - 9 * WEEK, count: 9 },
  ]
  expect(advisePrewarm(history, MONDAY_NINE)).toMatchObject({ count: 0, why: 'Nothing was ordered yet.' })
})

test('quiet hours between orders count as zero', () => {
  const filled = withQuietHours(
    [
      { hour: 0, count: 2 },
      { hour: 3 * HOUR_SECONDS, count: 1 },
    ],
    5 * HOUR_SECONDS,
  )
  expect(filled.map((row) => row.count)).toEqual([2, 0, 0, 1, 0])
})

test('over a year of drawn demand the advice covers about nine hours of ten', () => {
  let seed = 42
  const draw = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed / 4294967296
  }
  // Poisson by inversion, with a day of its own shape.
  const poisson = (mean: number): number => {
    let product = draw()
    let count = 0
    for (const limit = Math.exp(-mean); product > limit; product *= draw()) count++
    return count
  }
  const history: HourCount[] = []
  let covered = 0
  let asked = 0
  for (let hour = 0; hour < 30 * HOURS_PER_WEEK; hour++) {
    const mean = 3 + 2 * Math.sin((2 * Math.PI * hour) / 24)
    const count = poisson(mean)
    if (hour > 20 * HOURS_PER_WEEK) {
      asked++
      if (count <= advisePrewarm(history.slice(-8 * HOURS_PER_WEEK), hour * HOUR_SECONDS).count) covered++
    }
    history.push({ hour: hour * HOUR_SECONDS, count })
  }
  expect(covered / asked).toBeGreaterThan(0.87)
  expect(covered / asked).toBeLessThan(0.95)
})
