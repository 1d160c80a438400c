import { expect, test } from 'vitest'
import type { Intent } from '../../api/shapes.ts'
import { isNearItsEnd } from './near-its-end.ts'

const NOW = 1_900_000_000
const DAY = 86_400

/** A prepaid plan of 5 GB for 9.50 USDC. */
function purchase(over: {
  state?: Intent['state']
  deadline?: number
  validityDays?: number
  used?: string
}): Intent {
  return {
    state: over.state ?? 'active',
    deadline: over.deadline ?? NOW + 20 * DAY,
    plan: { validityDays: over.validityDays ?? 30, priceMicros: '9500000' },
    fundedMicros: '9500000',
    chargedMicros: '0',
    usage: over.used ? { bytes: over.used, amountMicros: '9500000' } : null,
    terms: { pricePerGB: '0', activationFee: '9500000', includedBytes: '5000000000', maxDeposit: '9500000' },
  } as unknown as Intent
}

// The cases of platform/intents/src/renewals/decide.test.ts.
test.each([
  ['not while much is left', purchase({ used: '4000000000' }), false],
  ['not a byte before nine tenths', purchase({ used: '4499999999' }), false],
  ['at nine tenths, to the byte', purchase({ used: '4500000000' }), true],
  ['beyond the whole', purchase({ used: '6000000000' }), true],
  ['not a second before the last day', purchase({ deadline: NOW + DAY + 1 }), false],
  ['in the last day', purchase({ deadline: NOW + DAY }), true],
  [
    'of a day’s plan not before its last quarter',
    purchase({ validityDays: 1, deadline: NOW + 21_601 }),
    false,
  ],
  ['of a day’s plan in its last quarter', purchase({ validityDays: 1, deadline: NOW + 21_600 }), true],
  ['once it ends', purchase({ state: 'finishing' }), true],
  ['once it is settled', purchase({ state: 'settled' }), true],
  ['not before it is in use', purchase({ state: 'ready', used: '5000000000' }), false],
  ['not while its eSIM is being installed', purchase({ state: 'installed', deadline: NOW }), false],
])('the next one is bought at once: %s', (_, intent, atOnce) => {
  expect(isNearItsEnd(intent, NOW)).toBe(atOnce)
})
