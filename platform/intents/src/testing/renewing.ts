// What tests of renewals do again and again.
import type { Hex } from '@gesim/journey'
import { paymentAheadDigest } from '@gesim/proofs'
import type { Quote, Renewal } from '@gesim/wire'
import { sql } from 'kysely'
import { generatePrivateKey, privateKeyToAccount, sign } from 'viem/accounts'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { lookAtAll } from '../renewals/table.ts'
import { ESCROW, type Harness, startHarness, USDC_DOMAIN, until } from './harness.ts'

interface Traveller {
  readonly key: Hex
  readonly account: Hex
}

export let h: Harness
export let who: Traveller
export const PLAN = 'es-5gb'
export const PRICE = '9500000'
export const tx = { txHash: `0x${'aa'.repeat(32)}` as Hex, gasUsed: '100' }

/** One stage for the tests of a file, and a traveller for each test. */
export function useRenewals(): void {
  beforeAll(async () => {
    h = await startHarness(600, 86_400)
  })
  afterAll(() => h?.stop())
  beforeEach(() => {
    become(traveller())
    h.ahead = 0
  })
}

export function become(somebody: Traveller): void {
  who = somebody
  h.as = who
}

export function traveller() {
  const key = generatePrivateKey()
  return { key, account: privateKeyToAccount(key).address.toLowerCase() as Hex }
}
export const ask = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) => {
  const answer = await h.app.inject({ method, url, ...(payload ? { payload } : {}) })
  return { status: answer.statusCode, body: answer.json() }
}
export const db = () => h.own.store.db

/** A prepaid plan that serves. */
export async function running(planId = PLAN, state = 'active'): Promise<Hex> {
  const quote = (await ask('POST', '/v1/quotes', { planId })).body as Quote
  const { body } = await ask('POST', '/v1/intents', { quoteId: quote.quoteId, terms: quote.terms })
  await sql`update gesim.intents_intents set state = ${state}, funded_micros = price_micros
    where intent_id = ${body.intentId}`.execute(db())
  return body.intentId
}
export const draft = async (intentId: Hex, times = 2, days = 60) =>
  ask('POST', `/v1/intents/${intentId}/renewals`, { times, days })
export const signed = (
  renewal: Renewal,
  key = who.key,
  over: { amountMicros?: bigint; validBefore?: number } = {},
) =>
  Promise.all(
    renewal.parts.map((part) =>
      sign({
        privateKey: key,
        to: 'hex',
        hash: paymentAheadDigest(USDC_DOMAIN, {
          payer: part.terms.payer,
          escrow: ESCROW,
          amountMicros: BigInt(renewal.priceMicros),
          validBefore: renewal.until,
          intentId: part.intentId,
          ...over,
        }),
      }),
    ),
  )
export const hand = (renewalId: string, signatures: readonly Hex[]) =>
  ask('POST', `/v1/renewals/${renewalId}/signatures`, { signatures })
export async function ordered(times = 2): Promise<{ intentId: Hex; renewal: Renewal }> {
  const intentId = await running()
  const { body } = await draft(intentId, times)
  const { status, body: renewal } = await hand(body.renewalId, await signed(body))
  expect([status, renewal.state]).toEqual([200, 'on'])
  return { intentId, renewal }
}
export const mine = async (renewalId: string): Promise<Renewal> =>
  ((await ask('GET', '/v1/renewals')).body.renewals as Renewal[]).find((one) => one.renewalId === renewalId)!
export const used = async (intentId: Hex, billableBytes: string, exhausted = false) =>
  h.event('usage.recorded', intentId, {
    book: 1,
    deviceBytes: billableBytes,
    carrierBytes: billableBytes,
    billableBytes,
    coSignedBytes: billableBytes,
    seq: 1,
    asOf: 1,
    evidence: `0x${'ee'.repeat(32)}`,
    final: false,
    exhausted,
  })
export const wanted = async (intentId: Hex) =>
  (await h.own.store.read({ intentId })).filter((event) => event.kind === 'renewal.wanted')
/** The journal tells an event once no earlier one can come any more: a moment after it was written. */
export const SOON = { timeout: 10_000 }
export const notices = async (intentId: Hex) =>
  (await h.own.store.read({ intentId })).flatMap((event) =>
    event.kind === 'notice.wanted' ? [(event.body as { about: string }).about] : [],
  )
export const ends = (renewalId: string, why: string) =>
  until(async () => {
    const renewal = await mine(renewalId)
    if (renewal.state !== 'ended') return undefined
    expect(renewal.why).toBe(why)
    return renewal
  })
export const asked = (intentId: Hex) => until(async () => (await wanted(intentId)).length > 0)
export const fund = (intentId: Hex) =>
  h.event('intent.funded', intentId, { payer: who.account, fundedMicros: PRICE, ...tx })
export const refusal = (intentId: Hex) =>
  h.event('transaction.refused', intentId, {
    key: `renewal.wanted:${intentId}`,
    code: 'IntentEscrow_WrongState',
    why: 'IntentEscrow_WrongState',
  })
export const lookAgain = (seconds = 0) => {
  h.ahead = seconds
  return h.own.store.tx((one) => lookAtAll(one, h.own.store, Math.floor(Date.now() / 1000) + seconds))
}
export const settledLooks = () =>
  until(async () => {
    const { rows } =
      await sql`select from gesim_jobs.job where name = 'intents.renew' and state < 'completed'`.execute(db())
    return rows.length === 0
  })
