import { expect, test } from 'vitest'
import type { Changes } from './decide.ts'
import { noticeOf } from './notices.ts'
import type { IntentRow } from './table.ts'

const terms = (over: object) =>
  ({
    payer: `0x${'a1'.repeat(20)}`,
    booksHash: '0x00',
    planCommit: '0x00',
    pricePerGB: '0',
    activationFee: '5000000',
    includedBytes: '1000000000',
    blockBytes: '1',
    maxDeposit: '5000000',
    provisionBy: 1,
    deadline: 2,
    flags: 0,
    ...over,
  }) as never

const row = (used: string | null, over: Partial<IntentRow> = {}): IntentRow =>
  ({
    state: 'active',
    terms: terms({}),
    usage: used === null ? null : { billableBytes: used },
    funded_micros: '5000000',
    no_carrier: false,
    renewed_days: null,
    ...over,
  }) as IntentRow
const recorded = (used: string, over: Changes = {}): Changes => ({
  usage: { billableBytes: used } as never,
  ...over,
})

test.each([
  ['nothing below half', null, '499999999', undefined],
  ['half, at the very byte', '499999999', '500000000', 'usage-50'],
  ['each step once', '500000000', '799999999', undefined],
  ['four fifths', '799999999', '800000000', 'usage-80'],
  ['nine tenths', '800000000', '900000000', 'usage-90'],
  ['of several passed at once the highest', null, '950000000', 'usage-90'],
  ['nothing more at the end', '950000000', '1000000000', undefined],
])('of usage a traveller hears %s', (_, before, after, about) => {
  expect(noticeOf(row(before), recorded(after))).toBe(about)
})

test('the last record, which ends the service, may still bring news', () => {
  expect(noticeOf(row('100'), recorded('1000000000', { state: 'finishing' }))).toBe('usage-90')
})

test('usage of a service that is over, or never began, is no news', () => {
  for (const state of ['settled', 'refunded', 'installed'] as const)
    expect(noticeOf(row(null, { state }), recorded('900000000'))).toBeUndefined()
})

test('pay per use is measured by what the deposit buys, and a top-up makes the whole larger', () => {
  const perUse = { terms: terms({ includedBytes: '0', activationFee: '0', pricePerGB: '2000000' }) }
  expect(noticeOf(row(null, { ...perUse, funded_micros: '4000000' }), recorded('1000000000'))).toBe(
    'usage-50',
  )
  expect(noticeOf(row(null, { ...perUse, funded_micros: '8000000' }), recorded('1000000000'))).toBeUndefined()
})

test('where money alone bounds the use nothing is said of bytes', () => {
  const free = { terms: terms({ includedBytes: '0', pricePerGB: '0' }) }
  expect(noticeOf(row(null, free), recorded('900000000'))).toBeUndefined()
})

test('money that came back by itself is told, what the traveller took back is not', () => {
  expect(noticeOf(row(null, { state: 'refunding' }), { state: 'refunded' })).toBe('refunded')
  expect(noticeOf(row(null, { state: 'ready' }), { state: 'refunded' })).toBeUndefined()
})

test('a plan that renewed itself and that nobody delivers, once; whoever bought by hand sees it on the page', () => {
  const renewed = row(null, { state: 'funded', renewed_days: 30 })
  expect(noticeOf(renewed, { noCarrier: true })).toBe('renewal-undelivered')
  expect(noticeOf({ ...renewed, no_carrier: true }, { noCarrier: true })).toBeUndefined()
  expect(noticeOf(renewed, { noCarrier: false })).toBeUndefined()
  expect(noticeOf(row(null, { state: 'funded' }), { noCarrier: true })).toBeUndefined()
})
