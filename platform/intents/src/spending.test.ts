// Spending limits on a real database: purchases, top-ups, two tabs at once.
import type { Hex } from '@gesim/journey'
import type { Quote, SpendingLimits, SpendingView } from '@gesim/wire'
import { sql } from 'kysely'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Harness, startHarness, until } from './testing/harness.ts'

let h: Harness
let account: Hex
const tx = { txHash: `0x${'aa'.repeat(32)}` as Hex, gasUsed: '100' }
const NONE: SpendingLimits = { perPurchaseMicros: null, perDayMicros: null, per30DaysMicros: null }

beforeAll(async () => {
  h = await startHarness(600, 86_400)
})
afterAll(() => h?.stop())
beforeEach(() => {
  account = privateKeyToAccount(generatePrivateKey()).address.toLowerCase() as Hex
  h.as = { account }
  h.ahead = 0
})

const post = (url: string, payload: object) => h.app.inject({ method: 'POST', url, payload })
const put = async (wish: Partial<SpendingLimits>) =>
  (
    await h.app.inject({ method: 'PUT', url: '/v1/wallet/limits', payload: { ...NONE, ...wish } })
  ).json() as SpendingView
const limits = async (want = '') =>
  (await h.app.inject({ url: `/v1/wallet/limits${want && `?wantMicros=${want}`}` })).json() as SpendingView
/** es-go costs 3 USDC and takes in 12 in all. */
const quoted = async () => (await post('/v1/quotes', { planId: 'es-go' })).json() as Quote
const take = async (quote: Quote) => post('/v1/intents', { quoteId: quote.quoteId, terms: quote.terms })
const buy = async () => take(await quoted())
const paid = async (intentId: Hex, fundedMicros: string) => {
  await h.event('intent.funded', intentId, { payer: account, fundedMicros, ...tx })
  await until(async () => {
    const { rows } = await sql<{ funded_micros: string }>`select funded_micros from gesim.intents_intents
      where intent_id = ${intentId}`.execute(h.own.store.db)
    return rows[0]?.funded_micros === fundedMicros
  })
}
const runs = (intentId: Hex) =>
  sql`update gesim.intents_intents set state = 'active' where intent_id = ${intentId}`.execute(h.own.store.db)

test('without limits anything goes, and nothing is said to be left', async () => {
  for (let n = 0; n < 3; n++) expect((await buy()).statusCode).toBe(201)
  expect(await limits('1')).toMatchObject({
    limits: NONE,
    leftMicros: null,
    wanted: { allowed: true },
    spentDayMicros: '9000000',
  })
})

test('a purchase above the day’s limit is refused whole, and the answer says what is left and from when on', async () => {
  await put({ perDayMicros: '5000000' })
  const first = await buy()
  expect(first.statusCode).toBe(201)
  await paid(first.json().intentId, '3000000')
  const quote = await quoted()
  const refused = await take(quote)
  expect([refused.statusCode, refused.json().code]).toEqual([409, 'intents.over-limit'])
  const { leftMicros, wanted } = await limits('3000000')
  expect([leftMicros, wanted?.allowed, wanted?.limit]).toEqual(['2000000', false, 'perDay'])
  expect(wanted!.freesAtMs! - Date.now()).toBeGreaterThan(86_300_000)
  // Refused is not half bought: there is no such purchase.
  expect((await h.app.inject({ url: `/v1/intents/${quote.intentId}` })).statusCode).toBe(404)
  // The same quote is taken once the day is over; another one, since quotes live for minutes.
  h.ahead = 86_401
  expect((await buy()).statusCode).toBe(201)
})

test('of two tabs that buy at once, exactly so many come through as the limit lets', async () => {
  await put({ perDayMicros: '10000000' })
  const quotes = await Promise.all(Array.from({ length: 8 }, quoted))
  const answers = await Promise.all(quotes.map(take))
  expect(answers.map((one) => one.statusCode).sort()).toEqual([201, 201, 201, 409, 409, 409, 409, 409])
  expect((await limits()).spentDayMicros).toBe('9000000')
})

test('more money for a plan that runs counts, and its cap holds beside the limit', async () => {
  const intentId = (await buy()).json().intentId as Hex
  await paid(intentId, '3000000')
  const more = (amountMicros: string) => post(`/v1/intents/${intentId}/top-ups`, { amountMicros })
  expect((await more('1000000')).json().code).toBe('intents.not-active')
  await runs(intentId)
  expect((await more('9000001')).json().code).toBe('intents.above-cap')
  expect((await more('0')).json().code).toBe('intents.above-cap')
  await put({ perDayMicros: '8000000' })
  const both = await Promise.all([more('3000000'), more('3000000')])
  expect(both.map((one) => one.statusCode).sort()).toEqual([201, 409])
  expect(await limits()).toMatchObject({ spentDayMicros: '6000000', leftMicros: '2000000' })
  h.as = { account: `0x${'99'.repeat(20)}` }
  expect((await more('1')).json().code).toBe('intents.unknown')
})

test('a promise that nobody kept stops counting; one that was kept does not, and what came back whole does', async () => {
  await put({ perDayMicros: '3000000' })
  const never = (await buy()).json().intentId as Hex
  expect((await buy()).statusCode).toBe(409)
  h.ahead = 901
  const kept = (await buy()).json().intentId as Hex
  await paid(kept, '3000000')
  h.ahead = 1_900
  expect((await buy()).json().code).toBe('intents.over-limit')
  await sql`update gesim.intents_intents set state = 'refunded' where intent_id = ${kept}`.execute(
    h.own.store.db,
  )
  expect((await limits()).leftMicros).toBe('3000000')
  // The first one is paid after all: the chain knows no limit, and from now on it counts.
  h.ahead = 0
  await paid(never, '3000000')
  expect((await limits()).leftMicros).toBe('0')
})

test('a payment that failed is tried again under its own promise, which ends after a quarter of an hour', async () => {
  await put({ perDayMicros: '5000000' })
  const quote = await quoted()
  expect((await take(quote)).statusCode).toBe(201)
  const wanted = (await limits('3000000')).wanted!
  expect(wanted.allowed).toBe(false)
  expect(wanted.freesAtMs! - Date.now()).toBeLessThanOrEqual(900_000)
  expect((await limits(`3000000&intentId=${quote.intentId}`)).wanted).toEqual({ allowed: true })
  expect((await take(quote)).statusCode).toBe(201)
  expect((await limits()).spentDayMicros).toBe('3000000')
  // Once it is paid it stands in the way of everything, its own purchase too.
  await paid(quote.intentId as Hex, '3000000')
  await until(async () => !(await limits(`3000000&intentId=${quote.intentId}`)).wanted!.allowed)
})

test('a top-up that was promised twice and paid once counts once, when the other can be paid no more', async () => {
  const intentId = (await buy()).json().intentId as Hex
  await paid(intentId, '3000000')
  await runs(intentId)
  const more = () => post(`/v1/intents/${intentId}/top-ups`, { amountMicros: '2000000' })
  expect([(await more()).statusCode, (await more()).statusCode]).toEqual([201, 201])
  expect((await limits()).spentDayMicros).toBe('7000000')
  await paid(intentId, '5000000')
  // The second one may still be on its way.
  await until(async () => (await limits()).spentDayMicros === '7000000')
  h.ahead = 901
  expect((await limits()).spentDayMicros).toBe('5000000')
  // A promise of long ago does not come back to life when more is paid later.
  await paid(intentId, '9000000')
  await until(async () => (await limits()).spentDayMicros === '9000000')
})

test('what another program paid into a purchase counts too', async () => {
  const intentId = (await buy()).json().intentId as Hex
  await paid(intentId, '3000000')
  await paid(intentId, '7000000')
  await until(async () => (await limits()).spentDayMicros === '7000000')
})

test('a limit holds at once when it is lowered, and a day later when it is raised', async () => {
  await put({ perPurchaseMicros: '3000000' })
  expect((await buy()).statusCode).toBe(201)
  const lowered = await put({ perPurchaseMicros: '2999999' })
  expect(lowered).toMatchObject({
    later: null,
    limits: { perPurchaseMicros: '2999999' },
    raiseSeconds: 86_400,
  })
  expect((await buy()).json().code).toBe('intents.over-limit')
  const raised = await put(NONE)
  expect(raised.limits.perPurchaseMicros).toBe('2999999')
  expect(raised.later?.limits).toEqual(NONE)
  expect((await limits('3000000')).wanted).toEqual({ allowed: false, limit: 'perPurchase', freesAtMs: null })
  h.ahead = 86_399
  expect((await buy()).statusCode).toBe(409)
  h.ahead = 86_401
  expect((await buy()).statusCode).toBe(201)
  expect((await limits()).later).toBeNull()
})

test('nobody’s limits are anybody’s', async () => {
  await put({ perDayMicros: '1' })
  h.as = { account: `0x${'98'.repeat(20)}` }
  expect((await limits()).limits).toEqual(NONE)
  h.as = null
  expect((await h.app.inject({ url: '/v1/wallet/limits' })).statusCode).toBe(401)
})
