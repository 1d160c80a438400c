// The rules alone: which fault is named, and before which other.
import { describe, expect, it } from 'vitest'
import { type IntentTerms, ZERO_HASH } from '../index.ts'
import { chainFault, type EntitlementExpected, type EntitlementFacts, questionFault } from './check.ts'
import {
  type EntitlementProof,
  type EntitlementQuestion,
  entitlementDigest,
  entitlementDomain,
  entitlementProofFromJson,
  entitlementProofToJson,
  isPlainPurpose,
  MOST_OPEN_SECONDS,
  MOST_PURPOSE,
} from './statement.ts'

const IDENTITY = `0x${'1d'.repeat(20)}` as const
const ADMIN = `0x${'ca'.repeat(20)}` as const
const ACCOUNT = `0x${'ac'.repeat(20)}` as const
const OTHER = `0x${'0e'.repeat(20)}` as const
const NOW = 1_800_000_000

const question: EntitlementQuestion = {
  carrierId: 1,
  carrier: ADMIN,
  account: ACCOUNT,
  nonce: `0x${'07'.repeat(32)}`,
  issuedAt: NOW - 10,
  expiresAt: NOW + 290,
  purpose: 'Lounge access',
}
const terms: IntentTerms = {
  payer: ACCOUNT,
  booksHash: ZERO_HASH,
  planCommit: ZERO_HASH,
  pricePerGB: 3_000_000n,
  activationFee: 0n,
  includedBytes: 0n,
  blockBytes: 0n,
  maxDeposit: 5_000_000n,
  provisionBy: NOW,
  deadline: NOW + 86_400,
  flags: 0,
  unsignedCredit: 0n,
  salt: 1n,
}
const proof: EntitlementProof = {
  domain: entitlementDomain(31_337, IDENTITY),
  question,
  signature: '0x01',
  terms,
}
const expected: EntitlementExpected = {
  chainId: 31_337,
  identity: IDENTITY,
  question,
  nowSeconds: NOW,
  answered: false,
}
const facts: EntitlementFacts = {
  signed: true,
  holdsToken: true,
  carrierAdmin: ADMIN,
  openAt: { carrierId: 1 },
}
const asked = (change: Partial<EntitlementQuestion>): EntitlementProof => ({
  ...proof,
  question: { ...question, ...change },
})

describe('a proof, before the chain is asked', () => {
  it.each([
    ['is taken where everything fits', null, {}, proof],
    ['is for one chain', 'wrong-chain', {}, { ...proof, domain: entitlementDomain(8_453, IDENTITY) }],
    [
      'is for one identity contract',
      'wrong-chain',
      {},
      { ...proof, domain: entitlementDomain(31_337, OTHER) },
    ],
    ['is for the carrier that asked', 'wrong-carrier', {}, asked({ carrierId: 2 })],
    ['is for that carrier’s admin', 'wrong-carrier', {}, asked({ carrier: OTHER })],
    ['is of the account that was asked', 'wrong-account', {}, asked({ account: OTHER })],
    ['answers this question only', 'other-question', {}, asked({ nonce: ZERO_HASH })],
    ['holds the purpose that was asked', 'other-question', {}, asked({ purpose: 'A loan' })],
    ['cannot prolong itself', 'other-question', {}, asked({ expiresAt: NOW + 800 })],
    ['runs out to the second', 'expired', { nowSeconds: question.expiresAt }, proof],
    ['holds until the second before', null, { nowSeconds: question.expiresAt - 1 }, proof],
    ['is not from the future', 'not-yet', { nowSeconds: question.issuedAt - 61 }, proof],
    ['may come from a clock a minute ahead', null, { nowSeconds: question.issuedAt - 60 }, proof],
    ['counts once', 'replayed', { answered: true }, proof],
    [
      'names a purchase of the account',
      'entitlement-lost',
      {},
      { ...proof, terms: { ...terms, payer: OTHER } },
    ],
    ['names one that is not over', 'entitlement-lost', {}, { ...proof, terms: { ...terms, deadline: NOW } }],
    [
      'that ran out and was used is expired: asking again helps',
      'expired',
      { nowSeconds: NOW + 900, answered: true },
      proof,
    ],
  ] as const)('%s', (_name, fault, change, given) => {
    expect(questionFault({ ...expected, ...change }, given)).toBe(fault)
  })

  it('of a question that was open too long is refused, however it was asked', () => {
    const long = { ...question, expiresAt: question.issuedAt + MOST_OPEN_SECONDS + 1 }
    expect(questionFault({ ...expected, question: long }, { ...proof, question: long })).toBe('expired')
  })

  it('does not care for the case of hex', () => {
    const upper = asked({ account: `0x${'AC'.repeat(20)}`, nonce: `0x${'07'.repeat(32)}` })
    expect(questionFault(expected, upper)).toBeNull()
  })
})

describe('a proof, by what the chain says', () => {
  it.each([
    ['holds', null, {}],
    ['fails for a carrier that has another admin by now', 'wrong-carrier', { carrierAdmin: OTHER }],
    ['fails for a carrier that is none', 'wrong-carrier', { carrierAdmin: `0x${'0'.repeat(40)}` }],
    ['fails for another’s signature', 'signature-wrong', { signed: false }],
    ['fails without the token', 'entitlement-lost', { holdsToken: false }],
    ['fails where the purchase is not open', 'entitlement-lost', { openAt: null }],
    ['fails where another carrier serves it', 'entitlement-lost', { openAt: { carrierId: 2 } }],
  ] as const)('%s', (_name, fault, change) => {
    expect(chainFault(proof, { ...facts, ...change })).toBe(fault)
  })

  it('never holds for the zero address, whatever is asked in its name', () => {
    const zero = `0x${'0'.repeat(40)}` as const
    expect(chainFault(asked({ carrier: zero }), { ...facts, carrierAdmin: zero })).toBe('wrong-carrier')
  })
})

describe('a question', () => {
  it('hashes differently for each of its parts and for each domain', () => {
    const digests = [
      entitlementDigest(proof.domain, question),
      entitlementDigest(entitlementDomain(8_453, IDENTITY), question),
      entitlementDigest(entitlementDomain(31_337, OTHER), question),
      ...(
        [
          { carrierId: 2 },
          { carrier: OTHER },
          { account: OTHER },
          { nonce: ZERO_HASH },
          { issuedAt: NOW },
          { expiresAt: NOW },
          { purpose: 'x' },
        ] as const
      ).map((change) => entitlementDigest(proof.domain, { ...question, ...change })),
    ]
    expect(new Set(digests).size).toBe(digests.length)
  })

  it('may be shown only where it reads as it is', () => {
    expect(isPlainPurpose('Roaming à Tōkyō, 50 % off')).toBe(true)
    for (const purpose of [
      '',
      ' x',
      'a\nb',
      'a\u202eb',
      'a\u200bb',
      'a\u2028b',
      'x'.repeat(MOST_PURPOSE + 1),
    ])
      expect([purpose, isPlainPurpose(purpose)]).toEqual([purpose, false])
  })

  it('and its proof travel as JSON', () => {
    const travelled = JSON.parse(JSON.stringify(entitlementProofToJson(proof)))
    expect(entitlementProofFromJson(travelled)).toEqual(proof)
  })
})
