import { expect, it } from 'vitest'
import { stepReached, whatToSay } from './usage-notice.ts'

it.each([
  [0, null],
  [49.9, null],
  [50, 50],
  [79, 50],
  [80, 80],
  [90, 90],
  [100, 90],
] as const)('at %s %% the step is %s', (percent, step) => {
  expect(stepReached(percent)).toBe(step)
})

it.each([
  { step: null, told: 0, closed: 0, shown: false, news: false },
  { step: 50, told: 0, closed: 0, shown: true, news: true },
  { step: 50, told: 50, closed: 0, shown: true, news: false },
  { step: 50, told: 50, closed: 50, shown: false, news: false },
  { step: 80, told: 50, closed: 50, shown: true, news: true },
  { step: 50, told: 80, closed: 80, shown: false, news: false },
] as const)('step $step, told $told, put away $closed: shown $shown, news $news', (row) => {
  expect(whatToSay(row.step, row)).toEqual({ shown: row.shown, news: row.news })
})
