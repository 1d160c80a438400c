import type { Hex } from '@gesim/journey'
import { agreementDiffers, digestOf, domainOf, intentIdOf, planCommit, termsFromJson } from '@gesim/proofs'
import type { Intent, Plan, Quote, Receipt } from '@gesim/wire'
import { sql } from 'kysely'
import { generatePrivateKey, privateKeyToAccount, sign } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sweep } from './purchase.ts'
import { ESCROW, type Harness, startHarness, until } from './testing/harness.ts'

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h?.stop())

const post = (url: string, payload: object = {}, headers: Record<string, string> = {}) =>
  h.app.inject({ method: 'POST', url, payload, headers })
const get = (url: string, headers: Record<string, string> = {}) => h.app.inject({ url, headers })

function traveller() {
  const key = generatePrivateKey()
  const account = privateKeyToAccount(key).address.toLowerCase() as Hex
  return { key, account }
}
async function draft(planId = 'es-go', who = traveller()) {
  h.as = who
  const quote = (await post('/v1/quotes', { planId, qos: 'cheapest' })).json() as Quote
  const { intentId } = (await post('/v1/intents', { quoteId: quote.quoteId, terms: quote.terms })).json()
  return { who, quote, intentId: intentId as Hex }
}
const view = async (intentId: Hex) => (await get(`/v1/intents/${intentId}`)).json() as Intent
const inState = (intentId: Hex, state: Intent['state']) =>
  until(async () => {
    const intent = await view(intentId)
    return intent.state === state && intent
  })
const tx = { txHash: `0x${'aa'.repeat(32)}` as Hex, gasUsed: '100' }
const fund = (intentId: Hex, payer: Hex, micros = '3000000') =>
  h.event('intent.funded', intentId, { payer, fundedMicros: micros, ...tx })
const kinds = async (intentId: Hex) => (await h.own.store.read({ intentId })).map((event) => event.kind)

test('a quote can be checked by whoever holds it: id, plan and books follow from the terms', async () => {
  const { quote, who, intentId } = await draft()
  expect(intentIdOf(termsFromJson(quote.terms))).toBe(intentId)
  expect(planCommit('es-go', quote.planSalt)).toBe(quote.terms.planCommit)
  // The plan can be topped up while it runs: only the price is paid at first.
  const most = (4n * BigInt(quote.priceMicros)).toString()
  expect(quote.terms).toMatchObject({ payer: who.account, maxDeposit: most, flags: 0 })
  expect(quote.terms.deadline).toBeGreaterThan(quote.terms.provisionBy)
})

test('a receipt carries what was agreed to, and the terms bind the plan as it was shown', async () => {
  const { quote, who, intentId } = await draft()
  const plan = (await get('/v1/plans/es-go')).json() as Plan
  expect(agreementDiffers(quote.agreement, plan, quote.terms)).toBeNull()
  expect(quote.agreement).toMatchObject({ payer: who.account, qos: 'cheapest', payBy: quote.expiresAt })
  const receipt = (await get(`/v1/intents/${intentId}/receipt`)).json() as Receipt
  expect(receipt.agreement?.statement).toEqual(quote.agreement)
  expect(agreementDiffers(receipt.agreement!.statement, receipt.agreement!.plan, receipt.terms)).toBeNull()
})

test('a plan that changed after its quote is not sold by it', async () => {
  const { who } = await draft()
  h.as = who
  const quote = (await post('/v1/quotes', { planId: 'es-go' })).json() as Quote
  const { store } = h.own
  const set = (name: string) =>
    sql`update gesim.intents_plans set plan = jsonb_set(plan, '{throttle}', ${JSON.stringify(name)}::jsonb)
      where plan_id = 'es-go'`.execute(store.db)
  const before = (await get('/v1/plans/es-go')).json() as Plan
  await set('64 kbit/s')
  const taken = await post('/v1/intents', { quoteId: quote.quoteId, terms: quote.terms })
  expect([taken.statusCode, taken.json().code]).toEqual([409, 'intents.plan-changed'])
  await sql`update gesim.intents_plans set plan = ${JSON.stringify(before)}::jsonb where plan_id = 'es-go'`.execute(
    store.db,
  )
  expect((await post('/v1/intents', { quoteId: quote.quoteId, terms: quote.terms })).statusCode).toBe(201)
})

test('quotes are forgotten a week after nobody can take them, and purchases made of them stay', async () => {
  const old = await draft()
  const fresh = await draft()
  const { store } = h.own
  await sql`update gesim.intents_quotes set expires_at = now() - interval '8 days'
    where quote_id = ${old.quote.quoteId}`.execute(store.db)
  await store.tx(sweep)
  h.as = fresh.who
  expect((await get(`/v1/quotes/${fresh.quote.quoteId}`)).statusCode).toBe(200)
  h.as = old.who
  expect((await get(`/v1/quotes/${old.quote.quoteId}`)).json().code).toBe('intents.quote-unknown')
  expect((await view(old.intentId)).state).toBe('drafted')
})

test('bad quotes: unknown plan, not on sale, another’s, altered, expired', async () => {
  const { quote, who } = await draft()
  expect((await post('/v1/quotes', { planId: 'no-such-plan' })).json().code).toBe('intents.plan-unknown')
  expect((await post('/v1/quotes', { planId: 'in-1gb' })).json().code).toBe('intents.plan-not-on-sale')
  const altered = { ...quote.terms, maxDeposit: '1' }
  expect((await post('/v1/intents', { quoteId: quote.quoteId, terms: altered })).json().code).toBe(
    'intents.terms-differ',
  )
  h.as = traveller()
  expect((await post('/v1/intents', { quoteId: quote.quoteId, terms: quote.terms })).json().code).toBe(
    'intents.not-payer',
  )
  expect((await get(`/v1/quotes/${quote.quoteId}`)).json().code).toBe('intents.quote-unknown')
  h.as = who
  const late = (await post('/v1/quotes', { planId: 'es-go' })).json() as Quote
  h.ahead = 601
  expect((await post('/v1/intents', { quoteId: late.quoteId, terms: late.terms })).json().code).toBe(
    'intents.quote-expired',
  )
  h.ahead = 0
  h.as = null
  expect((await post('/v1/quotes', { planId: 'es-go' })).statusCode).toBe(401)
})

test('taking a quote twice is one purchase', async () => {
  const { quote, intentId } = await draft()
  const again = await post('/v1/intents', { quoteId: quote.quoteId, terms: quote.terms })
  expect(again.json()).toEqual({ intentId })
  expect((await get('/v1/intents')).json().intents).toHaveLength(1)
})

test('a purchase follows its events from funding to settlement, each step once', async () => {
  const { who, intentId } = await draft()
  h.chain.entitle(who.account)
  await fund(intentId, who.account)
  await until(async () => (await kinds(intentId)).includes('switch.wanted'))
  await h.event('switch.decided', intentId, { book: 1, reason: 'the best latency', scores: [] })
  await h.event('profile.ordered', intentId, { book: 1, attempt: 1 })
  await h.event('order.failed', intentId, { book: 1, attempt: 1, code: 'provisioner.no-answer' })
  await until(async () => (await view(intentId)).failure)
  const facts = { measured: { latencyMs: 40, throughputMbps: 12.5, atMs: 1_000 }, others: 0, refused: 1 }
  await h.event('switch.decided', intentId, {
    book: 2,
    reason: 'carrier 1 did not answer',
    scores: [],
    facts,
  })
  await h.event('profile.ordered', intentId, { book: 2, attempt: 2 })
  await h.event('profile.ready', intentId, { book: 2, attempt: 2 })
  const ready = await inState(intentId, 'ready')
  expect(ready).toMatchObject({ book: 2, carrier: { why: 'carrier 1 did not answer', facts } })
  expect(ready.failure).toBeUndefined()
  await h.event('profile.downloaded', intentId, { book: 2 })
  const receiptDigest = `0x${'dd'.repeat(32)}` as Hex
  await h.event('profile.installed', intentId, { book: 2, receiptDigest, evidence: receiptDigest })
  expect(await inState(intentId, 'installed')).toMatchObject({ receiptDigest, consentWanted: true })
  expect((await post(`/v1/intents/${intentId}/finish`)).json().code).toBe('intents.not-active')
  await h.event('intent.activated', intentId, { book: 2, index: 0, activatedAt: 1, ...tx })
  await h.event('service.connected', intentId, { book: 2 })
  await h.event('usage.recorded', intentId, {
    book: 2,
    deviceBytes: '10',
    carrierBytes: '12',
    billableBytes: '10',
    coSignedBytes: '10',
    seq: 1,
    asOf: 1,
    evidence: receiptDigest,
    final: false,
    exhausted: false,
  })
  await until(async () => (await view(intentId)).usage)
  expect((await post(`/v1/intents/${intentId}/finish`)).json()).toEqual({ state: 'finishing' })
  expect((await post(`/v1/intents/${intentId}/finish`)).json()).toEqual({ state: 'finishing' })
  await h.event('intent.closed', intentId, {
    chargedMicros: '29',
    refundedMicros: '2999971',
    reason: 1,
    ...tx,
  })
  const settled = await inState(intentId, 'settled')
  expect(settled).toMatchObject({
    chargedMicros: '29',
    refundedMicros: '2999971',
    usage: { source: 'co-signed' },
  })
  expect(settled.timeline.map((one) => one.step)).toEqual([
    'paid',
    'ordered',
    'ready',
    'downloaded',
    'installed',
    'connected',
    'settled',
  ])
  expect((await kinds(intentId)).filter((kind) => kind === 'service.ended')).toHaveLength(1)
})

test('without a soulbound token nothing is ordered, and it goes on by itself once there is one', async () => {
  const { who, intentId } = await draft()
  await fund(intentId, who.account)
  await inState(intentId, 'funded')
  expect(await kinds(intentId)).not.toContain('switch.wanted')
  h.chain.entitle(who.account)
  await until(async () => (await kinds(intentId)).includes('switch.wanted'))
})

test('an underpaid escrow is said so and orders nothing; the rest may follow', async () => {
  const { who, intentId } = await draft()
  h.chain.entitle(who.account)
  await fund(intentId, who.account, '2999999')
  expect((await until(async () => (await view(intentId)).failure))!.code).toBe('intents.underpaid')
  expect(await kinds(intentId)).not.toContain('switch.wanted')
  await fund(intentId, who.account)
  await until(async () => (await kinds(intentId)).includes('switch.wanted'))
})

test('another’s purchase is as unknown as one that does not exist', async () => {
  const { intentId } = await draft()
  h.as = traveller()
  expect((await get(`/v1/intents/${intentId}`)).json().code).toBe('intents.unknown')
  expect((await get(`/v1/intents/0x${'00'.repeat(32)}`)).json().code).toBe('intents.unknown')
  expect((await get('/v1/intents/not-an-id')).statusCode).toBe(400)
})

test('a device pairs with a code once and in time, and the payer’s word binds it', async () => {
  const { who, quote, intentId } = await draft()
  const device = privateKeyToAccount(generatePrivateKey()).address.toLowerCase() as Hex
  const { code } = (await post(`/v1/intents/${intentId}/pairing-codes`)).json()
  expect(code).toMatch(/^[2-9A-HJKMNP-Z]{6}$/)
  h.ahead = 301
  expect((await post('/v1/devices/pairings', { code, device })).json().code).toBe(
    'intents.pairing-code-wrong',
  )
  h.ahead = 0
  expect((await post('/v1/devices/pairings', { code, device: '0x1234' })).json().code).toBe(
    'intents.device-wrong',
  )
  const paired = (await post('/v1/devices/pairings', { code, device })).json()
  expect(paired.intentId).toBe(intentId)
  expect((await post('/v1/devices/pairings', { code, device })).json().code).toBe(
    'intents.pairing-code-wrong',
  )
  // The token is stored as a hash only.
  const { rows } =
    await sql`select from gesim.intents_devices where token_hash::text like ${`%${paired.deviceToken}%`}`.execute(
      h.own.store.db,
    )
  expect(rows).toHaveLength(0)

  const authorization = `Bearer ${paired.deviceToken}`
  const seen = (await get(`/v1/devices/intents/${intentId}`, { authorization })).json()
  expect(seen).toMatchObject({ bound: false, service: 'off', escrow: ESCROW })
  expect((await get(`/v1/devices/intents/0x${'01'.repeat(32)}`, { authorization })).json().code).toBe(
    'intents.device-token-wrong',
  )

  const validUntil = quote.terms.deadline
  const digest = digestOf('PairingConsent', domainOf(31_337, ESCROW), {
    payer: who.account,
    device,
    validUntil,
  })
  const payerSignature = await sign({ hash: digest, privateKey: who.key, to: 'hex' })
  const bind = (body: object) => post(`/v1/intents/${intentId}/pairing-consents`, body)
  const wrong = await sign({ hash: digest, privateKey: generatePrivateKey(), to: 'hex' })
  expect((await bind({ device, validUntil, payerSignature: wrong })).json().code).toBe(
    'intents.signature-wrong',
  )
  expect((await bind({ device, validUntil: 1, payerSignature })).json().code).toBe('intents.consent-expired')
  const stranger = `0x${'77'.repeat(20)}`
  expect((await bind({ device: stranger, validUntil, payerSignature })).json().code).toBe(
    'intents.device-unknown',
  )
  expect((await bind({ device, validUntil, payerSignature })).json()).toEqual({ bound: true })
  expect((await get(`/v1/devices/intents/${intentId}`, { authorization })).json().bound).toBe(true)
})

test('events stream as they happen and resume where the page left off', async () => {
  const { who, intentId } = await draft()
  await h.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = h.app.server.address() as { port: number }
  const listen = async (after: string, count: number) => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/intents/${intentId}/events`, {
      headers: { 'last-event-id': after },
    })
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    let text = ''
    for await (const chunk of answer.body!) {
      text += new TextDecoder().decode(chunk)
      if ((text.match(/^id: /gm) ?? []).length >= count) break
    }
    return [...text.matchAll(/^id: (\d+)\nevent: (\S+)/gm)].map(([, id, kind]) => [id, kind] as const)
  }
  h.chain.entitle(who.account)
  const first = listen('0', 2)
  await fund(intentId, who.account)
  expect((await first).map(([, kind]) => kind)).toEqual(['intent.funded', 'switch.wanted'])
  const last = (await first).at(-1)![0]!
  const second = listen(last, 1)
  await h.event('profile.ordered', intentId, { book: 1, attempt: 1 })
  expect((await second).map(([, kind]) => kind)).toEqual(['profile.ordered'])
})
