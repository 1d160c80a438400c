// Payments that were signed ahead and are on their way: made, refused, made by others, or by nobody.
import { unreachable } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { readsOn } from '@gesim/store/testing'
import type { Intent } from '@gesim/wire'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { until } from '../testing/harness.ts'
import {
  ask,
  asked,
  db,
  draft,
  ends,
  fund,
  h,
  lookAgain,
  mine,
  notices,
  ordered,
  PRICE,
  refusal,
  running,
  SOON,
  settledLooks,
  used,
  useRenewals,
  wanted,
  who,
} from '../testing/renewing.ts'

useRenewals()

test('a payment that is on its way counts against the limits for as long as it can be made', async () => {
  const { intentId, renewal } = await ordered(1)
  const next = renewal.parts[0]!.intentId as Hex
  await used(intentId, '4500000000')
  await asked(next)
  const spent = async () => {
    const { spentDayMicros, spent30DaysMicros } = (await ask('GET', '/v1/wallet/limits')).body
    return [spentDayMicros, spent30DaysMicros]
  }
  // Whoever deletes the account is told of it.
  const { rows } = await sql`select state, renewed from gesim.intents_facts
    where intent_id in (${intentId}, ${next}) order by renewed`.execute(db())
  expect(rows).toEqual([
    { state: 'active', renewed: false },
    { state: 'drafted', renewed: true },
  ])
  // Beside the first purchase, whose promise nobody kept: that one was void after minutes.
  expect(await spent()).toEqual(['19000000', '19000000'])
  h.ahead = 40 * 86_400
  expect(await spent()).toEqual([PRICE, PRICE])
  await sql`update gesim.intents_intents set state = 'lapsed' where intent_id = ${next}`.execute(db())
  expect(await spent()).toEqual(['0', '0'])
})

test('a payment that the chain refuses ends the order, and no purchase is left open', async () => {
  const { intentId, renewal } = await ordered()
  const next = renewal.parts[0]!.intentId as Hex
  await used(intentId, '4500000000')
  await asked(next)
  await refusal(next)
  await ends(renewal.renewalId, 'refused')
  expect((await ask('GET', `/v1/intents/${next}`)).body.state).toBe('lapsed')
  await expect.poll(() => notices(intentId), SOON).toEqual(['usage-90', 'renewal-ended'])
})

test('a refusal because somebody else was faster ends nothing: the chain is asked, and the purchase goes on', async () => {
  const { intentId, renewal } = await ordered()
  const next = renewal.parts[0]!.intentId as Hex
  await used(intentId, '4500000000')
  await asked(next)
  h.chain.paid.add(next)
  await readsOn(h.own.store, 'intents', await refusal(next))
  await lookAgain()
  await settledLooks()
  expect((await mine(renewal.renewalId)).state).toBe('on')
  expect((await ask('GET', `/v1/intents/${next}`)).body.state).toBe('drafted')
  expect((await ask('GET', '/v1/wallet/limits')).body.spentDayMicros).toBe('19000000')
  // Finality comes after a while.
  await readsOn(h.own.store, 'intents', await fund(next))
  expect((await ask('GET', `/v1/intents/${next}`)).body).toMatchObject({ state: 'funded' })
  expect(await mine(renewal.renewalId)).toMatchObject({ state: 'on', follows: next, left: 1 })
  // Told the other way round, it is no news either.
  await readsOn(h.own.store, 'intents', await refusal(next))
  const bought = (await ask('GET', `/v1/intents/${next}`)).body as Intent
  expect([bought.state, bought.failure]).toEqual(['funded', undefined])
})

test('a payment that the chain has undone again is given up at the next look', async () => {
  const { intentId, renewal } = await ordered()
  const next = renewal.parts[0]!.intentId as Hex
  await used(intentId, '4500000000')
  await asked(next)
  h.chain.paid.add(next)
  await readsOn(h.own.store, 'intents', await refusal(next))
  await settledLooks()
  h.chain.paid.delete(next)
  await lookAgain()
  await ends(renewal.renewalId, 'refused')
  expect((await ask('GET', `/v1/intents/${next}`)).body.state).toBe('lapsed')
})

test('a payment that nobody made in its time ends as that, and is told of', async () => {
  const { intentId, renewal } = await ordered()
  const next = renewal.parts[0]!.intentId as Hex
  await used(intentId, '4500000000')
  await asked(next)
  await lookAgain(60 * 86_400 - 60)
  await settledLooks()
  expect((await mine(renewal.renewalId)).state).toBe('on')
  h.chain.paid.add(next)
  await lookAgain(60 * 86_400 + 1)
  await settledLooks()
  expect((await mine(renewal.renewalId)).state).toBe('on')
  h.chain.paid.delete(next)
  await lookAgain(60 * 86_400 + 1)
  await ends(renewal.renewalId, 'time')
  expect((await ask('GET', `/v1/intents/${next}`)).body.state).toBe('lapsed')
  await expect.poll(() => notices(intentId), SOON).toEqual(['usage-90', 'renewal-ended'])
})

test('of an order that has ended, a payment that is refused is given up too, and so is one whose account was deleted', async () => {
  const over = await ordered()
  const next = over.renewal.parts[0]!.intentId as Hex
  await used(over.intentId, '4500000000')
  await asked(next)
  const readable = async () =>
    (await sql`select signature from gesim.intents_asked_payments where intent_id = ${next}`.execute(db()))
      .rows.length
  expect(await readable()).toBe(1)
  await ask('DELETE', `/v1/renewals/${over.renewal.renewalId}`)
  expect(await readable()).toBe(0)
  await refusal(next)
  await until(async () => (await ask('GET', `/v1/intents/${next}`)).body.state === 'lapsed')
  expect((await mine(over.renewal.renewalId)).why).toBe('you')

  const gone = await ordered()
  const last = gone.renewal.parts[0]!.intentId as Hex
  await used(gone.intentId, '4500000000')
  await asked(last)
  await readsOn(h.own.store, 'intents', await h.event('account.forgotten', null, { account: who.account }))
  await readsOn(h.own.store, 'intents', await refusal(last))
  expect((await ask('GET', `/v1/intents/${last}`)).body.state).toBe('lapsed')
})

test('a chain that is silent ends nothing: it is asked again, and the plan is bought once', async () => {
  const { intentId, renewal } = await ordered()
  const next = renewal.parts[0]!.intentId as Hex
  const { paymentAhead } = h.chain
  let silent = 2
  h.chain.paymentAhead = async (...of) => {
    if (silent-- > 0) throw unreachable('intents.no-chain', {})
    return await paymentAhead(...of)
  }
  try {
    await used(intentId, '4500000000')
    await asked(next)
  } finally {
    h.chain.paymentAhead = paymentAhead
  }
  expect(silent).toBe(-1)
  expect((await wanted(next)).length).toBe(1)
  expect((await mine(renewal.renewalId)).state).toBe('on')
})

test('an account whose plans renewed themselves eight times in 30 days is bought no ninth, and cannot order it', async () => {
  const { intentId, renewal } = await ordered(1)
  const lately = (days: number, count: number) =>
    sql`insert into gesim.intents_intents (intent_id, payer, plan_id, plan, profile_type, country, qos, terms, books,
        plan_salt, agreement, price_micros, state, provision_by, deadline, renewed_days, created_at)
      select '0x' || md5(random()::text) || md5(n::text), payer, plan_id, plan, profile_type, country, qos, terms, books,
        plan_salt, agreement, price_micros, 'refunded', provision_by, deadline, 30, now() - make_interval(days => ${days})
      from gesim.intents_intents, generate_series(1, ${count}::int) n where intent_id = ${intentId}`.execute(
      db(),
    )
  await lately(31, 8)
  await lately(29, 7)
  const other = await running()
  expect((await draft(other)).status).toBe(201)
  await lately(29, 1)
  expect(await draft(other)).toMatchObject({ status: 409, body: { code: 'intents.renewals-too-many' } })
  await used(intentId, '4500000000')
  await ends(renewal.renewalId, 'too-many')
  expect(await wanted(renewal.parts[0]!.intentId as Hex)).toEqual([])
  await expect.poll(() => notices(intentId), SOON).toEqual(['usage-90', 'renewal-ended'])
})
