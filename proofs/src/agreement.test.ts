import { describe, expect, it } from 'vitest'
import {
  AGREEMENTS_SINCE,
  type AgreementJson,
  agreementDiffers,
  agreementHash,
  planHashOf,
} from './agreement.ts'
import { checkReceipt } from './check-receipt.ts'
import { type TermsJson, termsFromJson } from './json.ts'
import type { ReceiptBundle, ReceiptChain } from './receipt.ts'
import { booksHash, intentIdOf, planCommit } from './typed-data.ts'

const plan = {
  planId: 'es-go',
  name: 'Spain',
  priceMicros: '3000000',
  registration: null,
  networks: [{ name: 'Norte', generation: '5G' }],
}
const agreement: AgreementJson = {
  payer: `0x${'a1'.repeat(20)}`,
  planId: 'es-go',
  planHash: planHashOf(plan),
  qos: 'balanced',
  priceMicros: '3000000',
  pricePerGB: '2000000',
  activationFee: '100000',
  includedBytes: '0',
  maxDeposit: '12000000',
  books: [1, 2],
  payBy: 1_900_000_000,
  provisionBy: 1_900_001_000,
  deadline: 1_900_090_000,
  nonce: `0x${'77'.repeat(32)}`,
}
const terms: TermsJson = {
  payer: agreement.payer,
  booksHash: booksHash(agreement.books),
  planCommit: planCommit('es-go', agreementHash(agreement)),
  pricePerGB: '2000000',
  activationFee: '100000',
  includedBytes: '0',
  blockBytes: '1000000',
  maxDeposit: '12000000',
  provisionBy: agreement.provisionBy,
  deadline: agreement.deadline,
  flags: 0,
  unsignedCredit: '0',
  salt: '7',
}
const bundle: ReceiptBundle = {
  chainId: 31337,
  escrow: `0x${'e5'.repeat(20)}`,
  intentId: intentIdOf(termsFromJson(terms)),
  terms,
  agreement: { statement: agreement, plan },
}

const chainIn = (state: ReceiptChain['intent']['state']): ReceiptChain => ({
  intent: { funded: 3_000_000n, settled: 0n, state, book: 0, index: 0, activatedAt: 0 },
  isCarrierKey: async () => false,
  verify: async () => false,
})
/** A receipt without an agreement, of a purchase whose eSIM had to be there by then. */
const without = (provisionBy: number): ReceiptBundle => {
  const { agreement: _, ...rest } = bundle
  const own = { ...terms, provisionBy }
  return { ...rest, terms: own, intentId: intentIdOf(termsFromJson(own)) }
}
const checked = async (changes: Partial<ReceiptBundle> = {}, state: 'Held' | 'None' = 'Held') =>
  (await checkReceipt({ ...bundle, ...changes }, chainIn(state))).find((one) => one.check === 'agreement')!

/** Another value of the same kind. */
function other(value: unknown): unknown {
  if (Array.isArray(value)) return [...value, 3]
  if (typeof value === 'number') return value + 1
  const text = String(value)
  return /^\d+$/.test(text)
    ? String(BigInt(text) + 1n)
    : text.replace(/.$/, (last) => (last === '8' ? '9' : '8'))
}

describe('what a traveller agreed to', () => {
  it('is bound by the terms, and so by the id under which was paid', async () => {
    expect(agreementDiffers(agreement, plan, terms)).toBeNull()
    const { outcome, facts } = await checked()
    expect(outcome).toBe('ok')
    expect(facts).toMatchObject({
      agreementHash: agreementHash(agreement),
      capMicros: '12000000',
      differs: '',
    })
  })

  it.each(Object.keys(agreement) as (keyof AgreementJson)[])('is red with another %s', async (name) => {
    const forged = { ...agreement, [name]: other(agreement[name]) }
    expect(agreementHash(forged)).not.toBe(agreementHash(agreement))
    const { outcome, facts } = await checked({ agreement: { statement: forged, plan } })
    expect(outcome).toBe('failed')
    expect(facts.differs).not.toBe('')
  })

  it('is red with a plan that was not shown so, even where the terms name nothing of the change', async () => {
    const forged = { ...plan, registration: 'Show your passport in a shop.' }
    expect((await checked({ agreement: { statement: agreement, plan: forged } })).facts.differs).toBe('plan')
    const fitting = { ...agreement, planHash: planHashOf(forged) }
    const both = await checked({ agreement: { statement: fitting, plan: forged } })
    expect(both).toMatchObject({ outcome: 'failed', facts: { differs: 'hash' } })
  })

  it('is red where whole other terms fit it, and where the chain has never heard of the purchase', async () => {
    const dearer = { ...agreement, maxDeposit: '99000000' }
    const fitting = {
      ...terms,
      maxDeposit: '99000000',
      planCommit: planCommit('es-go', agreementHash(dearer)),
    }
    expect((await checked({ terms: fitting, agreement: { statement: dearer, plan } })).outcome).toBe('failed')
    expect((await checked({}, 'None')).outcome).toBe('failed')
  })

  it('is red and not a crash where a figure is no figure', async () => {
    const odd = { ...agreement, priceMicros: '-1' }
    const oddPlan = { ...plan, priceMicros: '-1' }
    expect((await checked({ agreement: { statement: odd, plan: oddPlan } })).outcome).toBe('failed')
  })

  it('is absent from older receipts, in every state, and never still to come', async () => {
    for (const state of ['Held', 'Open', 'Closed'] as const) {
      const all = await checkReceipt(without(AGREEMENTS_SINCE - 1), chainIn(state))
      const one = all.find(({ check }) => check === 'agreement')
      expect(one).toMatchObject({ outcome: 'absent', facts: {} })
    }
  })

  it('is red where a server withholds it from a purchase that has one', async () => {
    for (const state of ['Held', 'Open', 'Closed'] as const) {
      const all = await checkReceipt(without(AGREEMENTS_SINCE), chainIn(state))
      const red = all.filter(({ outcome }) => outcome === 'failed')
      expect(red).toMatchObject([{ check: 'agreement', facts: { agreementsSince: AGREEMENTS_SINCE } }])
    }
  })

  it('is not made older by other terms than those that were paid under', async () => {
    const forged = { ...without(AGREEMENTS_SINCE - 1), intentId: without(AGREEMENTS_SINCE).intentId }
    const all = await checkReceipt(forged, chainIn('Held'))
    expect(all.filter(({ outcome }) => outcome === 'failed').map(({ check }) => check)).toEqual(['terms'])
  })

  it('does not depend on the order in which a database keeps a plan’s names', () => {
    const turned = Object.fromEntries(Object.entries(plan).reverse())
    expect(planHashOf(turned)).toBe(planHashOf(plan))
    expect(planHashOf({ ...plan, region: undefined })).toBe(planHashOf(plan))
    expect(planHashOf({ ...plan, networks: [] })).not.toBe(planHashOf(plan))
  })
})
