import {
  agreementHash,
  booksHash,
  intentIdOf,
  planCommit,
  planHashOf,
  type TermsJson,
  termsFromJson,
} from '@gesim/proofs'
import { describe, expect, it } from 'vitest'
import type { Hex, Plan, Quote } from '../api/shapes.ts'
import { checkedIntentId } from './purchase.ts'

const NOW = 1_800_000_000
const account: Hex = `0x${'a1'.repeat(20)}`

/** A quote of 3 USDC whose terms let in `cap` in all, and the plan of one day as it was shown. */
function quoted(cap: string, topUp: boolean, provisionBy = NOW + 600, days = 1): [Plan, Quote] {
  const deadline = provisionBy + days * 86_400
  const plan = {
    planId: 'es-go',
    topUp,
    priceMicros: '3000000',
    activationFeeMicros: '0',
    pricePerGbMicros: '2000000',
    includedBytes: '0',
    validityDays: 1,
  }
  const agreement: Quote['agreement'] = {
    payer: account,
    planId: 'es-go',
    planHash: planHashOf(plan),
    qos: 'balanced',
    priceMicros: '3000000',
    pricePerGB: '2000000',
    activationFee: '0',
    includedBytes: '0',
    maxDeposit: cap,
    books: [1],
    payBy: NOW + 300,
    provisionBy,
    deadline,
    nonce: `0x${'09'.repeat(32)}`,
  }
  const terms: TermsJson = {
    payer: account,
    booksHash: booksHash([1]),
    planCommit: planCommit('es-go', agreementHash(agreement)),
    pricePerGB: '2000000',
    activationFee: '0',
    includedBytes: '0',
    blockBytes: '1000000',
    maxDeposit: cap,
    provisionBy,
    deadline,
    flags: 0,
    unsignedCredit: '0',
    salt: '1',
  }
  const quote = {
    planId: 'es-go',
    qos: 'balanced',
    priceMicros: '3000000',
    expiresAt: NOW + 300,
    terms,
    agreement,
    books: [1],
  }
  return [plan as Plan, quote as unknown as Quote]
}

const check = (cap: string, topUp: boolean) => checkedIntentId(...quoted(cap, topUp), account, NOW)

describe('the cap in the terms that a traveller signs', () => {
  it('is the price, and may be above it only where the plan can be topped up', () => {
    const id = intentIdOf(termsFromJson(quoted('3000000', false)[1].terms as TermsJson))
    expect(check('3000000', false)).toBe(id)
    expect(check('12000000', true)).toMatch(/^0x[0-9a-f]{64}$/)
    expect(() => check('12000000', false)).toThrow(expect.objectContaining({ code: 'web.terms-differ' }))
  })

  it('is never below the price, which could not be paid in', () => {
    for (const topUp of [true, false])
      expect(() => check('2999999', topUp)).toThrow(expect.objectContaining({ code: 'web.terms-differ' }))
  })
})

describe('what a quote says is agreed to', () => {
  it('is the plan as the page showed it, to the letter', () => {
    const [plan, quote] = quoted('12000000', true)
    const shown = { ...plan, throttle: 'unlimited' }
    expect(() => checkedIntentId(shown, quote, account, NOW)).toThrow(
      expect.objectContaining({ code: 'web.terms-differ', facts: { field: 'plan' } }),
    )
  })

  it('is not signed where the quote was changed after it, or its own words differ', () => {
    const [plan, quote] = quoted('12000000', true)
    const forged = { ...quote, agreement: { ...quote.agreement, nonce: `0x${'08'.repeat(32)}` as const } }
    for (const one of [forged, { ...quote, qos: 'video' as const }, { ...quote, expiresAt: NOW + 301 }])
      expect(() => checkedIntentId(plan, one, account, NOW)).toThrow(
        expect.objectContaining({ code: 'web.terms-differ' }),
      )
  })
})

describe('the times of a quote', () => {
  const check = (provisionBy: number, days: number) => () =>
    checkedIntentId(...quoted('3000000', false, provisionBy, days), account, NOW)

  it('may be those of the slowest honest delivery', () => {
    expect(check(NOW + 10, 1)).not.toThrow()
    expect(check(NOW + 30 * 86_400, 1)).not.toThrow()
  })

  it('are refused where money would wait for years, or the plan last longer or less than was shown', () => {
    for (const wrong of [
      check(NOW + 365 * 86_400, 1),
      check(NOW + 600, 365),
      check(NOW + 600, 0),
      check(NOW, 1),
    ])
      expect(wrong).toThrow(expect.objectContaining({ code: 'web.terms-differ', facts: { field: 'times' } }))
  })
})
