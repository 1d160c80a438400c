import type { Hex } from '@gesim/journey'
import type { Intent } from '@gesim/wire'
import { sql } from 'kysely'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { profileInUse } from './profiles.ts'
import { type Harness, startHarness, until } from './testing/harness.ts'

const A: Hex = `0x${'aa'.repeat(32)}`
const B: Hex = `0x${'bb'.repeat(32)}`

type Told = {
  state?: Intent['state']
  usedAt?: number
  bytes?: string
  connectedAt?: number
  createdAt?: number
}

/** A purchase as far as the rule looks at it. */
function purchase(intentId: Hex, told: Told): Intent {
  const { state = 'active', usedAt, bytes = '1', connectedAt, createdAt = 1 } = told
  const step = (name: 'paid' | 'connected', atMs: number) => ({ step: name, atMs, actor: 'carrier' as const })
  return {
    intentId,
    state,
    createdAtMs: createdAt,
    timeline: [step('paid', createdAt), ...(connectedAt ? [step('connected', connectedAt)] : [])],
    usage: usedAt === undefined ? null : { bytes, asOfMs: usedAt },
  } as unknown as Intent
}

describe('of several eSIMs, the one in use is', () => {
  it.each([
    ['none where there is none', [], null],
    ['none while none is switched on', [purchase(A, { state: 'installed', usedAt: 9 })], null],
    [
      'not one that is over',
      [purchase(A, { state: 'settled', usedAt: 9 }), purchase(B, {})],
      [B, 'activated'],
    ],
    ['the only one', [purchase(A, {})], [A, 'activated']],
    [
      'the one whose data was counted last',
      [purchase(A, { usedAt: 50 }), purchase(B, { usedAt: 40 })],
      [A, 'usage'],
    ],
    [
      'the one that joined a network since',
      [purchase(A, { usedAt: 50 }), purchase(B, { connectedAt: 60 })],
      [B, 'connected'],
    ],
    [
      'not one with a count of nothing',
      [purchase(A, { usedAt: 90, bytes: '0', connectedAt: 5 }), purchase(B, { usedAt: 8 })],
      [B, 'usage'],
    ],
    [
      'the later purchase where nothing was heard',
      [purchase(A, { createdAt: 1 }), purchase(B, { createdAt: 2 })],
      [B, 'activated'],
    ],
    [
      'the later purchase at a tie',
      [purchase(A, { usedAt: 9, createdAt: 1 }), purchase(B, { usedAt: 9, createdAt: 2 })],
      [B, 'usage'],
    ],
  ] as const)('%s', (_name, intents, answer) => {
    const found = profileInUse(intents as readonly Intent[])
    expect(found && [found.intentId, found.by]).toEqual(answer)
  })
})

describe('the preference', () => {
  let h: Harness
  beforeAll(async () => {
    h = await startHarness()
  })
  afterAll(() => h?.stop())

  const someone = () => privateKeyToAccount(generatePrivateKey()).address.toLowerCase() as Hex
  const ask = async (method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) => {
    const answer = await h.app.inject({ method, url, ...(payload ? { payload } : {}) })
    return { status: answer.statusCode, body: answer.json() }
  }
  async function bought(qos?: string): Promise<{ intentId: Hex; qos: string }> {
    const { body: quote } = await ask('POST', '/v1/quotes', { planId: 'es-5gb', ...(qos ? { qos } : {}) })
    const { body } = await ask('POST', '/v1/intents', { quoteId: quote.quoteId, terms: quote.terms })
    return { intentId: body.intentId, qos: quote.qos }
  }
  const changes = (intentId: Hex) => h.own.store.read({ intentId, kinds: ['preference.changed'] })

  test('is a balance at first, then what was set, and the next quote takes it unless it names another', async () => {
    h.as = { account: someone() }
    expect((await ask('GET', '/v1/preference')).body).toEqual({ qos: 'balanced' })
    expect((await bought()).qos).toBe('balanced')
    await ask('PUT', '/v1/preference', { qos: 'video' })
    await ask('PUT', '/v1/preference', { qos: 'chat' })
    expect((await ask('GET', '/v1/preference')).body).toEqual({ qos: 'chat' })
    expect((await bought()).qos).toBe('chat')
    expect((await bought('cheapest')).qos).toBe('cheapest')
    h.as = { account: someone() }
    expect((await bought()).qos).toBe('balanced')
  })

  test('of one purchase is changed for it alone, told once, and asked for with the next wish', async () => {
    const account = someone()
    h.as = { account }
    h.chain.entitle(account)
    const one = await bought()
    const other = await bought()
    for (const qos of ['video', 'video'])
      expect(await ask('PUT', `/v1/intents/${one.intentId}/preference`, { qos })).toEqual({
        status: 200,
        body: { qos },
      })
    // The journal tells an event once no earlier one can come any more: a moment after it was written.
    await until(async () => (await changes(one.intentId)).length > 0)
    expect((await changes(one.intentId)).map(({ body }) => body)).toEqual([{ qos: 'video' }])
    expect((await ask('GET', `/v1/intents/${other.intentId}`)).body.qos).toBe('balanced')
    await h.event('intent.funded', one.intentId, {
      payer: account,
      fundedMicros: '9500000',
      txHash: '0xaa',
      gasUsed: '1',
    })
    const wanted = await until(
      async () => (await h.own.store.read({ intentId: one.intentId, kinds: ['switch.wanted'] }))[0],
    )
    expect(wanted.body).toMatchObject({ qos: 'video' })
    const { body } = await ask('GET', '/v1/profiles')
    expect(body).toMatchObject({ preference: 'balanced', inUse: null })
    expect(body.profiles.map((each: Intent) => [each.intentId, each.qos])).toEqual([[one.intentId, 'video']])
  })

  test('belongs to who bought, ends with the purchase, and knows four words', async () => {
    h.as = { account: someone() }
    const { intentId } = await bought()
    expect((await ask('PUT', '/v1/preference', { qos: 'fastest' })).status).toBe(400)
    const buyer = h.as
    h.as = { account: someone() }
    const chat = { qos: 'chat' }
    expect((await ask('PUT', `/v1/intents/${intentId}/preference`, chat)).body.code).toBe('intents.unknown')
    h.as = buyer
    await sql`update gesim.intents_intents set state = 'settled' where intent_id = ${intentId}`.execute(
      h.own.store.db,
    )
    expect((await ask('PUT', `/v1/intents/${intentId}/preference`, chat)).body.code).toBe('intents.over')
    h.as = null
    for (const path of ['/v1/profiles', '/v1/preference'])
      expect((await ask('GET', path)).body.code).toBe('intents.no-session')
    expect((await changes(intentId)).length).toBe(0)
  })
})
