import { booksHash, intentIdOf, type TermsJson, termsFromJson } from '@gesim/proofs'
import { describe, expect, it } from 'vitest'
import type { Hex, Plan, Quote } from '../api/shapes.ts'
import { checkedIntentId } from './purchase.ts'

const NOW = 1_800_000_000
const account: Hex = `0x${'a1'.repeat(20)}`

/** A quote of 3 USDC whose terms let in `cap` in all, and the plan as it was shown. */
function quoted(cap: string, topUp: boolean): [Plan, Quote] {
  const terms: TermsJson = {
    payer: account,
    booksHash: booksHash([1]),
    planCommit: `0x${'00'.repeat(32)}`,
    pricePerGB: '2000000',
    activationFee: '0',
    includedBytes: '0',
    blockBytes: '1000000',
    maxDeposit: cap,
    provisionBy: NOW + 600,
    deadline: NOW + 86_400,
    flags: 0,
    unsignedCredit: '0',
    salt: '1',
  }
  const plan = {
    planId: 'es-go',
    topUp,
    priceMicros: '3000000',
    activationFeeMicros: '0',
    pricePerGbMicros: '2000000',
    includedBytes: '0',
  }
  const quote = { planId: 'es-go', priceMicros: '3000000', expiresAt: NOW + 300, terms, books: [1] }
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
