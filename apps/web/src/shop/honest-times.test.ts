import { describe, expect, it } from 'vitest'
import { areTimesHonest } from './honest-times.ts'

const NOW = 1_900_000_000
const DAY = 86_400
const END = NOW + DAY + 30 * DAY
const cases: [string, number, number, boolean][] = [
  ['a day to deliver, and the plan’s days after it', NOW + DAY, END, true],
  ['a second to deliver', NOW + 1, NOW + 1 + 30 * DAY, true],
  ['no second to deliver', NOW, END, false],
  ['all the days to deliver', NOW + 31 * DAY, NOW + 61 * DAY, true],
  ['a second more to deliver', NOW + 31 * DAY + 1, NOW + 61 * DAY + 1, false],
  ['years to deliver', NOW + 1000 * DAY, NOW + 1030 * DAY, false],
  ['a second less than the plan’s days', NOW + DAY, END - 1, false],
  ['a day more than the plan’s', NOW + DAY, END + DAY, true],
  ['a day and a second more than the plan’s', NOW + DAY, END + DAY + 1, false],
]

describe('the times that are signed for', () => {
  it.each(cases)('%s', (_, provisionBy, deadline, honest) => {
    const times = { provisionBy, deadline }
    expect(areTimesHonest(times, { boughtBy: NOW, validityDays: 30 })).toBe(honest)
  })

  it('are not honest where nobody says how many days the plan has', () => {
    const times = { provisionBy: NOW + DAY, deadline: END }
    expect(areTimesHonest(times, { boughtBy: NOW, validityDays: Number.NaN })).toBe(false)
  })
})
