// A carrier asks, an account answers, on a real database: each way to say no has its own code, and a nonce counts once.
import type { Hex } from '@gesim/journey'
import { entitlementDigest, entitlementProofFromJson, intentIdOf, termsFromJson } from '@gesim/proofs'
import type { EntitlementProof } from '@gesim/wire'
import { sql } from 'kysely'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Harness, IDENTITY, startHarness } from './testing/harness.ts'

const ADMIN: Hex = `0x${'ca'.repeat(20)}`
const OTHER: Hex = `0x${'0e'.repeat(20)}`
const AURORA = { carrierId: 1, books: [1] }
const MERIDIAN = { carrierId: 2, books: [2] }

let h: Harness
beforeAll(async () => {
  h = await startHarness()
})
afterAll(() => h?.stop())

let traveller: ReturnType<typeof privateKeyToAccount>
let account: Hex
let intentId: Hex

async function call(method: 'GET' | 'POST', url: string, payload?: object) {
  const answer = await h.app.inject({ method, url, ...(payload ? { payload } : {}) })
  return { status: answer.statusCode, body: answer.json() }
}

type Asked = Pick<EntitlementProof, 'domain' | 'question'> & { code: string; path: string }

async function ask(purpose = 'Lounge access'): Promise<Asked> {
  h.asCarrier = AURORA
  const { status, body } = await call('POST', '/v1/entitlements/questions', { account, purpose })
  expect(status).toBe(201)
  return body
}

async function sign({ domain, question }: Pick<EntitlementProof, 'domain' | 'question'>, by = traveller) {
  return { domain, question, signature: await by.sign({ hash: entitlementDigest(domain, question) }) }
}

const answer = (code: string, body: object) => call('POST', `/v1/entitlements/questions/${code}/answer`, body)
const look = (code: string) => call('GET', `/v1/entitlements/questions/${code}`)
const result = (nonce: Hex) => call('GET', `/v1/entitlements/answers/${nonce}`)

beforeEach(async () => {
  traveller = privateKeyToAccount(generatePrivateKey())
  account = traveller.address.toLowerCase() as Hex
  h.as = { account }
  h.ahead = 0
  h.chain.admins.set(1, ADMIN).set(2, OTHER)
  h.chain.entitle(account)
  const { body: quote } = await call('POST', '/v1/quotes', { planId: 'es-5gb' })
  await call('POST', '/v1/intents', { quoteId: quote.quoteId, terms: quote.terms })
  intentId = quote.intentId
  await sql`update gesim.intents_intents set state = 'active', book = 1 where intent_id = ${intentId}`.execute(
    h.own.store.db,
  )
  h.chain.openFor(intentId, 1)
})

describe('a question of a carrier', () => {
  it('is read by the account it is put to, answered once, and fetched by the carrier alone', async () => {
    const asked = await ask()
    expect(asked.path).toBe(`/id?code=${asked.code}`)
    expect(asked.domain).toEqual({
      name: 'GeSIM Identity',
      version: '1',
      chainId: 31_337,
      verifyingContract: IDENTITY,
    })
    expect((await result(asked.question.nonce)).body).toEqual({ state: 'open', proof: null })
    const shown = (await look(asked.code)).body
    expect(shown).toEqual({ domain: asked.domain, question: asked.question, intentId })

    const given = await answer(asked.code, await sign(shown))
    expect(given.status).toBe(200)
    expect(intentIdOf(termsFromJson(given.body.terms))).toBe(intentId)
    const { state, proof } = (await result(asked.question.nonce)).body
    expect(state).toBe('answered')
    expect(entitlementProofFromJson(proof)).toEqual(entitlementProofFromJson(given.body))

    expect((await look(asked.code)).body.code).toBe('intents.question-answered')
    expect((await answer(asked.code, await sign(shown))).body.code).toBe('intents.question-answered')
    h.asCarrier = MERIDIAN
    expect((await result(asked.question.nonce)).body.code).toBe('intents.question-unknown')
  })

  it('is answered once also by two answers at the same time', async () => {
    const asked = await ask()
    const body = await sign(asked)
    const both = await Promise.all([answer(asked.code, body), answer(asked.code, body)])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
  })

  it('says itself nothing but the question: no code, name or number of a card is stored', async () => {
    const { code, question } = await ask()
    const { rows } = await sql<Record<string, unknown>>`select * from gesim.intents_questions
      where nonce = ${question.nonce}`.execute(h.own.store.db)
    expect(
      JSON.stringify(rows[0], (_key, value) => (typeof value === 'bigint' ? `${value}` : value)),
    ).not.toContain(code)
  })
})

describe('an answer is refused', () => {
  type Change = (asked: Asked) => Promise<object>
  const changed =
    (change: (asked: Asked) => Pick<EntitlementProof, 'domain' | 'question'>): Change =>
    (asked) =>
      sign(change(asked))

  it.each<[string, string, number, Change]>([
    [
      'for another chain',
      'intents.question-wrong-chain',
      422,
      changed((a) => ({ ...a, domain: { ...a.domain, chainId: 1 } })),
    ],
    [
      'for another contract',
      'intents.question-wrong-chain',
      422,
      changed((a) => ({ ...a, domain: { ...a.domain, verifyingContract: OTHER } })),
    ],
    [
      'for another carrier',
      'intents.question-wrong-carrier',
      422,
      changed((a) => ({ ...a, question: { ...a.question, carrierId: 2, carrier: OTHER } })),
    ],
    [
      'of another account',
      'intents.question-of-another',
      403,
      changed((a) => ({ ...a, question: { ...a.question, account: OTHER } })),
    ],
    [
      'with another purpose',
      'intents.question-altered',
      422,
      changed((a) => ({ ...a, question: { ...a.question, purpose: 'A loan' } })),
    ],
    [
      'with more time',
      'intents.question-altered',
      422,
      changed((a) => ({ ...a, question: { ...a.question, expiresAt: a.question.expiresAt + 1 } })),
    ],
    [
      'with another nonce',
      'intents.question-altered',
      422,
      changed((a) => ({ ...a, question: { ...a.question, nonce: `0x${'00'.repeat(32)}` } })),
    ],
    [
      'signed by another key',
      'intents.entitlement-signature-wrong',
      403,
      (a) => sign(a, privateKeyToAccount(generatePrivateKey())),
    ],
    [
      'signed over something else',
      'intents.entitlement-signature-wrong',
      403,
      async (a) => ({ ...(await sign(a)), signature: '0x' }),
    ],
  ])('%s', async (_name, code, status, change) => {
    const asked = await ask()
    const { domain, question, signature } = (await change(asked)) as EntitlementProof
    expect(await answer(asked.code, { domain, question, signature })).toMatchObject({
      status,
      body: { code },
    })
    // The question is still open: who was refused by mistake can answer.
    expect(
      (await answer(asked.code, await sign({ domain: asked.domain, question: asked.question }))).status,
    ).toBe(200)
  })

  it('after five minutes, and the question is not shown any more', async () => {
    const asked = await ask()
    h.ahead = 301
    const body = await sign({ domain: asked.domain, question: asked.question })
    expect((await answer(asked.code, body)).body.code).toBe('intents.question-expired')
    expect((await look(asked.code)).body.code).toBe('intents.question-expired')
    expect((await result(asked.question.nonce)).body).toEqual({ state: 'expired', proof: null })
  })

  it.each<[string, () => unknown]>([
    ['the token is burned', () => h.chain.forfeit(account)],
    ['the escrow serves the purchase no more', () => h.chain.openFor(intentId, null)],
    ['another carrier serves it', () => h.chain.openFor(intentId, 2)],
    [
      'the service ended',
      () =>
        sql`update gesim.intents_intents set state = 'finishing' where intent_id = ${intentId}`.execute(
          h.own.store.db,
        ),
    ],
  ])('once the entitlement is lost: %s', async (_name, lose) => {
    const asked = await ask()
    await lose()
    const body = await sign({ domain: asked.domain, question: asked.question })
    expect(await answer(asked.code, body)).toMatchObject({
      status: 409,
      body: { code: 'intents.entitlement-lost' },
    })
  })

  it('to a carrier whose admin changed meanwhile', async () => {
    const asked = await ask()
    h.chain.admins.set(1, OTHER)
    const body = await sign({ domain: asked.domain, question: asked.question })
    expect((await answer(asked.code, body)).body.code).toBe('intents.question-wrong-carrier')
  })

  it('to whoever is somebody else, or nobody', async () => {
    const asked = await ask()
    const body = await sign({ domain: asked.domain, question: asked.question })
    h.as = { account: OTHER }
    expect((await look(asked.code)).body.code).toBe('intents.question-of-another')
    expect((await answer(asked.code, body)).body.code).toBe('intents.question-of-another')
    expect((await look('222222')).body.code).toBe('intents.question-unknown')
    h.as = null
    expect((await look(asked.code)).body.code).toBe('intents.no-session')
  })
})

describe('a carrier is refused', () => {
  const asks = (purpose: string) => call('POST', '/v1/entitlements/questions', { account, purpose })

  it('without a key, without a place in the registry, with a purpose that reads otherwise than it is', async () => {
    h.asCarrier = null
    expect((await asks('x')).body.code).toBe('intents.not-a-carrier')
    expect((await result(`0x${'00'.repeat(32)}`)).body.code).toBe('intents.not-a-carrier')
    h.asCarrier = { carrierId: 9, books: [1] }
    expect((await asks('x')).body.code).toBe('intents.carrier-unknown')
    h.asCarrier = AURORA
    expect((await asks('free\u202eeerf')).body.code).toBe('intents.purpose-unreadable')
    expect((await asks('')).status).toBe(400)
  })
})
