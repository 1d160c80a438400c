import { expect, test } from 'vitest'
import type { Intent } from '../api/shapes.ts'
import { daysFromActivation } from './lasts.ts'

const plan = { validityDays: 30 }
const renewed = { renewalId: 'r_1', orderedAtMs: 1 }
const STATES: Intent['state'][] = ['drafted', 'funded', 'ordered', 'ready', 'installed']

test.each(STATES)('what renewed itself and is %s lasts its days from activation on', (state) => {
  expect(daysFromActivation({ renewed, state, plan })).toBe(30)
})

test.each<Intent['state']>(['active', 'finishing', 'settled'])('once it is %s, its end is a day', (state) => {
  expect(daysFromActivation({ renewed, state, plan })).toBeNull()
})

test.each(STATES)('what was bought by hand and is %s ends when its terms say', (state) => {
  expect(daysFromActivation({ state, plan })).toBeNull()
})
