import {
  agreementHash,
  booksHash,
  intentIdOf,
  planCommit,
  planHashOf,
  type TermsJson,
  termsFromJson,
} from '@gesim/proofs'
import { expect, test } from 'vitest'
import type { Hex, Plan, Renewal } from '../../api/shapes.ts'
import { checkDraft } from './check-draft.ts'

const NOW = 1_900_000_000
const DAY = 86_400
const UNTIL = NOW + 60 * DAY
const payer: Hex = `0x${'a1'.repeat(20)}`
const plan = {
  planId: 'es-5gb',
  priceMicros: '9500000',
  activationFeeMicros: '9500000',
  pricePerGbMicros: '0',
  includedBytes: '5000000000',
  validityDays: 30,
  books: [1, 2],
} as unknown as Plan

type Part = Renewal['parts'][number]

function part(salt: string, over: Partial<TermsJson> = {}, agreed: Partial<Part['agreement']> = {}): Part {
  const provisionBy = UNTIL + DAY
  const deadline = provisionBy + 30 * DAY
  const agreement: Part['agreement'] = {
    payer,
    planId: plan.planId,
    planHash: planHashOf(plan),
    qos: 'balanced',
    priceMicros: '9500000',
    pricePerGB: '0',
    activationFee: '9500000',
    includedBytes: '5000000000',
    maxDeposit: '9500000',
    books: [1, 2],
    payBy: UNTIL,
    provisionBy,
    deadline,
    nonce: `0x${'77'.repeat(32)}`,
    ...agreed,
  }
  const planSalt = agreementHash(agreement)
  const terms: TermsJson = {
    payer,
    booksHash: booksHash([1, 2]),
    planCommit: planCommit(plan.planId, planSalt),
    pricePerGB: '0',
    activationFee: '9500000',
    includedBytes: '5000000000',
    blockBytes: '1000000',
    maxDeposit: '9500000',
    provisionBy,
    deadline,
    flags: 0,
    unsignedCredit: '0',
    salt,
    ...over,
  }
  return { intentId: intentIdOf(termsFromJson(terms)), terms, agreement, planSalt, state: 'waiting' }
}

const draft = (parts: Part[], over: Partial<Renewal> = {}) =>
  ({ parts, priceMicros: '9500000', until: UNTIL, ...over }) as Renewal
const shown = { plan, account: payer, times: 2, days: 60 }

test('what was shown is signed', () => {
  expect(() => checkDraft(draft([part('1'), part('2')]), shown, NOW)).not.toThrow()
})

test.each([
  ['one payment more', 'times', draft([part('1'), part('2'), part('3')])],
  ['the same payment twice', 'intentId', draft([part('1'), part('1')])],
  ['another price', 'price', draft([part('1'), part('2')], { priceMicros: '9500001' })],
  ['a longer time', 'until', draft([part('1'), part('2')], { until: UNTIL + DAY })],
  ['a time that is over', 'until', draft([part('1'), part('2')], { until: NOW })],
  ['an id of other terms', 'intentId', draft([{ ...part('1'), intentId: part('9').intentId }, part('2')])],
  ['another payer', 'payer', draft([part('1'), part('2', { payer: `0x${'b2'.repeat(20)}` })])],
  ['a higher cap', 'maxDeposit', draft([part('1'), part('2', { maxDeposit: '19000000' })])],
  ['a higher fee', 'activationFee', draft([part('1'), part('2', { activationFee: '1' })])],
  ['less data', 'includedBytes', draft([part('1'), part('2', { includedBytes: '1' })])],
  ['other carriers', 'books', draft([part('1'), part('2', { booksHash: booksHash([3]) })])],
  ['no time to deliver it', 'times', draft([part('1'), part('2', { provisionBy: UNTIL })])],
  [
    'years to deliver it',
    'times',
    draft([part('1'), part('2', { provisionBy: UNTIL + 1000 * DAY, deadline: UNTIL + 1030 * DAY })]),
  ],
  ['a plan that lasts for years', 'times', draft([part('1'), part('2', { deadline: UNTIL + 1000 * DAY })])],
  ['fewer days', 'times', draft([part('1'), part('2', { deadline: UNTIL + 2 * DAY })])],
  ['another plan', 'planId', draft([part('1'), part('2', {}, { planId: 'es-1gb' })])],
  [
    'a plan that was not shown',
    'plan',
    draft([part('1'), part('2', {}, { planHash: `0x${'00'.repeat(32)}` })]),
  ],
  [
    'an agreement that the terms do not bind',
    'hash',
    draft([part('1'), part('2', { planCommit: `0x${'00'.repeat(32)}` })]),
  ],
  ['another last moment', 'agreement', draft([part('1'), part('2', {}, { payBy: UNTIL + 1 })])],
])('nothing is signed for %s', (_, field, renewal) => {
  expect(() => checkDraft(renewal, shown, NOW)).toThrow(
    expect.objectContaining({ code: 'web.terms-differ', facts: { field } }),
  )
})
