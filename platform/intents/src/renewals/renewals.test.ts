// Plans that renew themselves, on a real database with the routes, and a chain in memory.
import type { Hex } from '@gesim/journey'
import { agreementDiffers, intentIdOf, termsFromJson } from '@gesim/proofs'
import { readsOn } from '@gesim/store/testing'
import type { Intent, Renewal } from '@gesim/wire'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { until } from '../testing/harness.ts'
import {
  ask,
  asked,
  become,
  db,
  draft,
  ends,
  fund,
  h,
  hand,
  lookAgain,
  mine,
  notices,
  ordered,
  PLAN,
  PRICE,
  running,
  SOON,
  signed,
  traveller,
  tx,
  used,
  useRenewals,
  wanted,
  who,
} from '../testing/renewing.ts'
import { lookAtAll } from './table.ts'

useRenewals()

test('a draft can be checked by whoever signs it: each part another purchase, with one price and the same latest times', async () => {
  const { status, body } = await draft(await running(), 4, 90)
  const renewal = body as Renewal
  expect([status, renewal.state, renewal.times, renewal.parts.length]).toEqual([201, 'drafted', 4, 4])
  expect(renewal.until - Date.now() / 1000).toBeLessThanOrEqual(90 * 86_400)
  expect(new Set(renewal.parts.map((part) => part.intentId)).size).toBe(4)
  for (const { intentId, terms, agreement } of renewal.parts) {
    expect(intentIdOf(termsFromJson(terms))).toBe(intentId)
    expect(agreementDiffers(agreement, renewal.plan, terms)).toBeNull()
    expect(terms).toMatchObject({ payer: who.account, maxDeposit: PRICE, activationFee: PRICE })
    // Bought in the last second, there is a day to deliver it, and then all its days.
    expect(terms.provisionBy - renewal.until).toBe(86_400)
    expect(terms.deadline - terms.provisionBy).toBe(30 * 86_400)
  }
  expect((await ask('GET', '/v1/renewals')).body.renewals).toEqual([])
})

test('bad input: too many, too long, not prepaid, not in use, another’s, nobody', async () => {
  const intentId = await running()
  expect((await draft(intentId, 5)).status).toBe(400)
  expect((await draft(intentId, 0)).status).toBe(400)
  expect((await draft(intentId, 1, 91)).status).toBe(400)
  expect((await draft(await running('es-go'))).body.code).toBe('intents.not-renewable')
  expect((await draft(await running(PLAN, 'ready'))).body.code).toBe('intents.not-renewable')
  h.as = traveller()
  expect((await draft(intentId)).body.code).toBe('intents.unknown')
  h.as = null
  expect((await draft(intentId)).status).toBe(401)
  expect((await ask('GET', '/v1/renewals')).status).toBe(401)
})

test('a signature counts only if it is the account’s over exactly this payment, one for each', async () => {
  const { body: renewal } = await draft(await running())
  const code = async (signatures: readonly Hex[]) => (await hand(renewal.renewalId, signatures)).body.code
  const good = await signed(renewal)
  expect(await code(good.slice(0, 1))).toBe('intents.renewal-incomplete')
  expect(await code([...good, good[0]!])).toBe('intents.renewal-incomplete')
  expect(await code([good[1]!, good[0]!])).toBe('intents.signature-wrong')
  expect(await code([good[0]!, good[0]!])).toBe('intents.signature-wrong')
  expect(await code(await signed(renewal, traveller().key))).toBe('intents.signature-wrong')
  expect(await code(await signed(renewal, who.key, { amountMicros: 1n }))).toBe('intents.signature-wrong')
  expect(await code(await signed(renewal, who.key, { validBefore: renewal.until + 1 }))).toBe(
    'intents.signature-wrong',
  )
  expect(await code(['0x', '0x'])).toBe('intents.signature-wrong')
  h.chain.undeployed.add(who.account)
  expect(await code(good)).toBe('intents.account-not-deployed')
  h.chain.undeployed.delete(who.account)
  h.chain.used.add(renewal.parts[1].intentId)
  expect(await code(good)).toBe('intents.signature-wrong')
  h.chain.used.delete(renewal.parts[1].intentId)
  const owner = who
  h.as = traveller()
  expect(await code(good)).toBe('intents.renewal-unknown')
  expect((await ask('DELETE', `/v1/renewals/${renewal.renewalId}`)).body.code).toBe('intents.renewal-unknown')
  h.as = owner
  expect((await hand(renewal.renewalId, good)).body.state).toBe('on')
  // Handed in again it is the same order, and a second one for the purchase is refused.
  expect((await hand(renewal.renewalId, good)).body.state).toBe('on')
  expect((await draft(renewal.follows)).body.code).toBe('intents.renewal-exists')
})

test('a draft lives an hour, and what has ended is signed no more', async () => {
  const intentId = await running()
  const { body: late } = await draft(intentId)
  h.ahead = 3_601
  expect((await hand(late.renewalId, await signed(late))).body.code).toBe('intents.renewal-over')
  h.ahead = 0
  const { renewal } = await ordered()
  await ask('DELETE', `/v1/renewals/${renewal.renewalId}`)
  expect((await hand(renewal.renewalId, await signed(renewal))).body.code).toBe('intents.renewal-over')
  expect((await mine(renewal.renewalId)).why).toBe('you')
})

test('at nine tenths the plan is bought again, once, whatever is told twice; then the next waits for that one', async () => {
  const { intentId, renewal } = await ordered()
  const [first, second] = renewal.parts.map((part) => part.intentId) as [Hex, Hex]
  await used(intentId, '4000000000')
  await readsOn(h.own.store, 'intents', await used(intentId, '4400000000'))
  expect(await wanted(first)).toEqual([])
  await used(intentId, '4500000000')
  await used(intentId, '4600000000')
  await asked(first)
  await h.own.store.tx((one) => lookAtAll(one, h.own.store, Math.floor(Date.now() / 1000)))
  await readsOn(h.own.store, 'intents', await used(intentId, '5000000000', true))
  const [event, ...more] = await wanted(first)
  expect(more).toEqual([])
  expect(event!.body).not.toHaveProperty('signature')
  expect(event!.body).toMatchObject({ amountMicros: PRICE, validBefore: renewal.until })
  expect((await ask('GET', `/v1/intents/${first}`)).body.state).toBe('drafted')
  // It counts against the limits from the moment on in which it is promised.
  expect((await ask('GET', '/v1/wallet/limits')).body.spentDayMicros).toBe('19000000')

  await fund(first)
  await readsOn(h.own.store, 'intents', await fund(first))
  const bought = (await ask('GET', `/v1/intents/${first}`)).body as Intent
  expect([bought.state, bought.renewed?.renewalId]).toEqual(['funded', renewal.renewalId])
  await expect.poll(() => notices(first), SOON).toEqual(['renewed'])
  expect(await mine(renewal.renewalId)).toMatchObject({ state: 'on', follows: first, left: 1 })
  // The first plan goes on telling of itself: that is over for the order.
  await readsOn(h.own.store, 'intents', await used(intentId, '5000000000', true))
  expect(await wanted(second)).toEqual([])
  // Signatures that are not needed any more are not kept.
  const { rows } = await sql<{
    signature: string | null
  }>`select signature from gesim.intents_renewal_payments
    where renewal_id = ${renewal.renewalId} order by position`.execute(db())
  expect(rows.map((row) => row.signature !== null)).toEqual([false, true])

  // The second one is the last: with it the order has done what it was for.
  await sql`update gesim.intents_intents set state = 'active' where intent_id = ${first}`.execute(db())
  await used(first, '4500000000')
  await asked(second)
  await fund(second)
  await ends(renewal.renewalId, 'done')
  await expect.poll(() => notices(second), SOON).toEqual(['renewed'])
})

test('its days count from the activation, not from the end of the order', async () => {
  const { intentId, renewal } = await ordered(1)
  const next = renewal.parts[0]!.intentId as Hex
  await used(intentId, '5000000000', true)
  await asked(next)
  await fund(next)
  const activatedAt = Math.floor(Date.now() / 1000) + 3_600
  await h.event('intent.activated', next, { book: 1, index: 0, activatedAt, ...tx })
  const active = await until(async () => {
    const intent = (await ask('GET', `/v1/intents/${next}`)).body as Intent
    return intent.state === 'active' && intent
  })
  expect(active.deadline).toBe(activatedAt + 30 * 86_400)
  expect(active.deadline).toBeLessThan(active.terms.deadline)
})

test('its days count from the activation even when the account was deleted while its money was held', async () => {
  const { intentId, renewal } = await ordered(2)
  const next = renewal.parts[0]!.intentId as Hex
  await used(intentId, '5000000000', true)
  await asked(next)
  await readsOn(h.own.store, 'intents', await fund(next))
  await readsOn(h.own.store, 'intents', await h.event('account.forgotten', null, { account: who.account }))
  const activatedAt = Math.floor(Date.now() / 1000) + 3_600
  const event = await h.event('intent.activated', next, { book: 1, index: 0, activatedAt, ...tx })
  await readsOn(h.own.store, 'intents', event)
  const active = (await ask('GET', `/v1/intents/${next}`)).body as Intent
  expect([active.state, active.deadline]).toEqual(['active', activatedAt + 30 * 86_400])
})

test('a payment that somebody else brings to the chain is the traveller’s purchase all the same', async () => {
  const { renewal } = await ordered()
  const second = renewal.parts[1]!.intentId as Hex
  // Whoever got at the database: early, and out of order.
  await fund(second)
  const bought = await until(async () => {
    const { status, body } = await ask('GET', `/v1/intents/${second}`)
    return status === 200 && body.state === 'funded' && (body as Intent)
  })
  expect(bought.renewed?.renewalId).toBe(renewal.renewalId)
  expect(await mine(renewal.renewalId)).toMatchObject({ state: 'on', follows: second, left: 1 })
  // Beside the promise of the first purchase, which nobody kept.
  const spent = async () => (await ask('GET', '/v1/wallet/limits')).body.spentDayMicros
  expect(await spent()).toBe('19000000')
  h.ahead = 3_600
  expect(await spent()).toBe(PRICE)
  // After the end of the order too: the money is there, so the plan is.
  await ask('DELETE', `/v1/renewals/${renewal.renewalId}`)
  const first = renewal.parts[0]!.intentId as Hex
  await fund(first)
  await until(async () => (await ask('GET', `/v1/intents/${first}`)).body.state === 'funded')
  expect((await mine(renewal.renewalId)).why).toBe('you')
  expect(await spent()).toBe('19000000')
})

const setPlan = (path: string, value: string) =>
  sql`update gesim.intents_plans set plan = jsonb_set(plan, ${`{${path}}`}::text[], ${value}::jsonb)
    where plan_id = ${PLAN}`.execute(db())

test.each([
  ['costs more', 'price', 'renewal-price', () => setPlan('priceMicros', '"9500001"')],
  ['is another', 'plan', 'renewal-ended', () => setPlan('throttle', '"64 kbit/s"')],
  ['is not sold', 'not-sold', 'renewal-ended', () => setPlan('onSale', 'false')],
  [
    'cannot be paid',
    'balance',
    'renewal-balance',
    async () => void h.chain.balances.set(who.account, 9_499_999n),
  ],
  [
    'was made void on chain',
    'cancelled',
    null,
    async (r: Renewal) => void h.chain.used.add(r.parts[0]!.intentId),
  ],
] as const)(
  'a plan that %s is not bought: the order ends, and is told of',
  async (_, why, notice, change) => {
    const { rows } = await sql<{ plan: object }>`select plan from gesim.intents_plans
    where plan_id = ${PLAN}`.execute(db())
    const { intentId, renewal } = await ordered()
    try {
      await change(renewal)
      await used(intentId, '4500000000')
      await ends(renewal.renewalId, why)
    } finally {
      await sql`update gesim.intents_plans set plan = ${JSON.stringify(rows[0]!.plan)}::jsonb
      where plan_id = ${PLAN}`.execute(db())
    }
    expect(await wanted(renewal.parts[0]!.intentId as Hex)).toEqual([])
    await expect.poll(() => notices(intentId), SOON).toEqual(['usage-90', ...(notice ? [notice] : [])])
    const kept = await sql`select from gesim.intents_renewal_payments
    where renewal_id = ${renewal.renewalId} and signature is not null`.execute(db())
    expect(kept.rows).toEqual([])
  },
)

test('a spending limit stands above an order, and lowering one ends what renews itself', async () => {
  const none = { perPurchaseMicros: null, perDayMicros: null, per30DaysMicros: null }
  const over = await ordered()
  await sql`insert into gesim.intents_limits (account, limits) values (${who.account},
    ${JSON.stringify({ perPurchase: null, perDay: '10000000', per30Days: null })}::jsonb)`.execute(db())
  await used(over.intentId, '4500000000')
  await ends(over.renewal.renewalId, 'limit')
  await expect.poll(() => notices(over.intentId), SOON).toEqual(['usage-90', 'renewal-limit'])
  const next = over.renewal.parts[0]!.intentId
  expect((await ask('GET', `/v1/intents/${next}`)).body.code).toBe('intents.unknown')

  become(traveller())
  const { renewal } = await ordered()
  await ask('PUT', '/v1/wallet/limits', none)
  expect((await mine(renewal.renewalId)).state).toBe('on')
  await ask('PUT', '/v1/wallet/limits', { ...none, perDayMicros: '99000000' })
  expect(await mine(renewal.renewalId)).toMatchObject({ state: 'ended', why: 'limits-lowered' })
})

test('who takes the money of a renewed plan back, or finishes early, is sold no other', async () => {
  const taken = await ordered()
  const next = taken.renewal.parts[0]!.intentId as Hex
  await used(taken.intentId, '5000000000', true)
  await asked(next)
  await fund(next)
  await h.event('intent.refunded', next, { refundedMicros: PRICE, ...tx })
  await ends(taken.renewal.renewalId, 'refunded')
  expect(await wanted(taken.renewal.parts[1]!.intentId as Hex)).toEqual([])

  const finished = await ordered()
  await ask('POST', `/v1/intents/${finished.intentId}/finish`)
  expect((await mine(finished.renewal.renewalId)).why).toBe('finished')
})

test('days that end and orders that run out are seen without an event', async () => {
  const over = await ordered()
  const days = await ordered()
  const deadline = (intentId: Hex, inDays: number) =>
    sql`update gesim.intents_intents set deadline = ${Math.floor(Date.now() / 1000) + inDays * 86_400}
      where intent_id = ${intentId}`.execute(db())
  await deadline(days.intentId, 40)
  await deadline(over.intentId, 999)
  await lookAgain(39 * 86_400 - 60)
  expect(await wanted(days.renewal.parts[0]!.intentId as Hex)).toEqual([])
  await lookAgain(39 * 86_400 + 1)
  await asked(days.renewal.parts[0]!.intentId as Hex)
  await lookAgain(60 * 86_400 + 1)
  await ends(over.renewal.renewalId, 'time')
})
