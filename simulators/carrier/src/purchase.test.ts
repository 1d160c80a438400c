import type { EventBodies, EventKind, Hex, JourneyEvent } from '@gesim/journey'
import {
  chargeMicros,
  digestOf,
  domainOf,
  type IntentTerms,
  termsToJson,
  type UsageVoucher,
} from '@gesim/proofs'
import { writeUsimProfile } from '@gesim/saip'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Handset } from './testing/handset.ts'
import { createPayer, type Payer } from './testing/payer.ts'
import { ADMIN_TOKEN, startWorld, type World } from './testing/world.ts'

let world: World
let payer: Payer
beforeAll(async () => {
  world = await startWorld()
  payer = await createPayer(world.chain)
}, 120_000)
afterAll(() => world.stop())

const WAIT = { timeout: 30_000, interval: 50 }

async function heard<Kind extends EventKind>(
  intentId: Hex,
  kind: Kind,
  count = 1,
): Promise<JourneyEvent<Kind>> {
  const { store } = world.database
  await expect
    .poll(async () => (await store.read({ after: 0n, kinds: [kind], intentId, limit: 50 })).length, WAIT)
    .toBeGreaterThanOrEqual(count)
  return (await store.read({ after: 0n, kinds: [kind], intentId, limit: 50 }))[
    count - 1
  ] as JourneyEvent<Kind>
}

function say<Kind extends EventKind>(kind: Kind, intentId: Hex, body: EventBodies[Kind]): Promise<unknown> {
  const { store } = world.database
  return store.tx((tx) => store.append(tx, kind, intentId, body))
}

/** Pays, tells the stages what the indexer and the Intent Manager would, and waits for a carrier to be chosen. */
async function buy(over: Partial<IntentTerms> = {}) {
  const { intentId, terms, books } = await payer.fund(over)
  await sql`insert into gesim.intents_facts values (${intentId}, ${terms.payer},
    ${JSON.stringify(termsToJson(terms))}::jsonb, ${books}::int[], 'es-1', 'gesim-data', 'ES', 'funded', false)`.execute(
    world.database.store.db,
  )
  await say('intent.funded', intentId, {
    payer: terms.payer,
    fundedMicros: '2000000',
    txHash: `0x${'0a'.repeat(32)}`,
    gasUsed: '1',
  })
  await say('switch.wanted', intentId, {
    planId: 'es-1',
    country: 'ES',
    books,
    refusedBooks: [],
    qos: 'balanced',
  })
  return { intentId, terms, books }
}

async function activationCode(intentId: Hex): Promise<string> {
  await heard(intentId, 'profile.ready')
  const answer = await world.call(
    'GET',
    `/v1/intents/${intentId}/activation`,
    `payer/${payer.account.address}`,
  )
  expect(answer.status).toBe(200)
  return (answer.json as { activationCode: string }).activationCode
}

/** The payer consents, and the relayer's work is done by hand: the escrow opens on the real chain. */
async function activate(
  intentId: Hex,
  terms: IntentTerms,
  books: number[],
  receiptDigest: Hex,
  book: number,
) {
  const domain = domainOf(world.chain.chainId, world.chain.addresses.escrow)
  const validUntil = terms.deadline
  const consent = { intentId, book, receiptDigest, validUntil }
  const signature = await payer.account.sign({ hash: digestOf('ActivationConsent', domain, consent) })
  const path = `/v1/intents/${intentId}/activation-consents`
  const body = { receiptDigest, validUntil, signature }
  expect((await world.call('POST', path, `payer/${payer.account.address}`, body)).status).toBe(202)
  const wanted = (await heard(intentId, 'activation.wanted')).body
  const { receipt, carrierKey, receiptSignature, consentSignature, binding } = wanted
  await payer.send('activate', [
    terms,
    books,
    book,
    receipt,
    carrierKey,
    receiptSignature,
    consent,
    consentSignature,
    { device: binding.device, validUntil: binding.validUntil, payerSignature: binding.payerSignature },
  ])
  await say('intent.activated', intentId, {
    book,
    index: 0,
    activatedAt: Math.floor(Date.now() / 1000),
    txHash: `0x${'0b'.repeat(32)}`,
    gasUsed: '1',
  })
}

function admin(index: number, method: string, path: string, body?: object | Uint8Array): Promise<Response> {
  const bytes = body instanceof Uint8Array
  return fetch(`${world.carriers[index]!.adminUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${ADMIN_TOKEN}`,
      ...(body ? { 'content-type': bytes ? 'application/octet-stream' : 'application/json' } : {}),
    },
    ...(body ? { body: bytes ? Uint8Array.from(body) : JSON.stringify(body) } : {}),
  })
}

test('a whole purchase: ordered, downloaded onto a card, receipted, activated, used, signed for, ended', async () => {
  const { intentId, terms, books } = await buy()
  const code = await activationCode(intentId)
  const card = world.card()
  const lpa = world.lpa(card)
  const { iccid } = await lpa.download({ activationCode: code })
  const installed = await heard(intentId, 'profile.installed')
  await heard(intentId, 'profile.downloaded')
  await lpa.enable(iccid)
  const { book, receiptDigest } = installed.body
  const index = books.indexOf(book)

  const handset = new Handset(card, world.carriers[index]!.radioUrl)
  const imsi = await handset.imsi()
  expect((await handset.attach(imsi)).json).toMatchObject({ service: 'off', rat: 'LTE' })
  expect((await handset.down(1000)).json.code).toBe('carrier.service-off')

  await activate(intentId, terms, books, receiptDigest, book)
  await expect.poll(async () => (await handset.request('GET', '/session')).json.service, WAIT).toBe('on')
  expect((await handset.down(200_000)).bytes).toBe(200_000)
  expect((await handset.up(50_000)).json).toEqual({ bytes: 50_000 })
  // 300,000 octets may be used ahead of the device's signature: the rest is cut, then refused.
  expect((await handset.down(200_000)).bytes).toBe(50_000)
  const ahead = await handset.down(1)
  expect(ahead).toMatchObject({ status: 429, json: { code: 'carrier.unsigned-credit', cumBytes: 300_000 } })

  const voucher: UsageVoucher = {
    intentId,
    cumBytes: 300_000n,
    cumAmount: chargeMicros(terms, 300_000n, true, 2_000_000n),
    seq: 1,
    asOf: Math.floor(Date.now() / 1000),
    sessionRoot: `0x${'00'.repeat(32)}`,
  }
  const domain = domainOf(world.chain.chainId, world.chain.addresses.escrow)
  const signature = await payer.account.sign({ hash: digestOf('UsageVoucher', domain, voucher) })
  const body = {
    voucher: { ...voucher, cumBytes: '300000', cumAmount: String(voucher.cumAmount) },
    signature,
  }
  const as = `device/${payer.account.address}/${intentId}`
  // Metering reads on from its cursor: it may hear of the activation a moment later than the chain's readers.
  await expect
    .poll(async () => (await world.call('POST', '/v1/devices/vouchers', as, body)).status, WAIT)
    .toBe(200)
  await expect.poll(async () => (await handset.down(1000)).bytes, WAIT).toBe(1000)

  // A restart forgets no octet, no order and no key; the phone attaches again.
  await world.restart(index)
  expect((await handset.attach(imsi)).json.service).toBe('on')
  expect((await handset.request('GET', '/session')).json.cumBytes).toBeGreaterThanOrEqual(301_000)

  await expect
    .poll(async () => {
      const shown = (await world.call('GET', `/v1/carrier/intents/${intentId}`, `carrier/${book}`)).json as {
        carrierBytes: string
      }
      return Number(shown.carrierBytes)
    }, WAIT)
    .toBeGreaterThanOrEqual(301_000)

  await sql`update gesim.intents_facts set ended = true, state = 'finishing' where intent_id = ${intentId}`.execute(
    world.database.store.db,
  )
  await say('service.ended', intentId, { book, why: 'the traveller finished' })
  await expect.poll(async () => (await handset.request('GET', '/session')).json.service, WAIT).toBe('ended')
  expect((await handset.down(1)).json.code).toBe('carrier.service-off')
}, 120_000)

test('the radio serves only the card with the keys, and no request twice', async () => {
  const { intentId } = await buy()
  const code = await activationCode(intentId)
  const book = (await heard(intentId, 'profile.ready')).body.book
  const index = world.carriers.findIndex((carrier) => carrier.book === book)
  const card = world.card()
  const lpa = world.lpa(card)
  const { iccid } = await lpa.download({ activationCode: code })
  await lpa.enable(iccid)
  const handset = new Handset(card, world.carriers[index]!.radioUrl)
  const imsi = await handset.imsi()

  const stranger = await handset.post('/attach', { imsi: '001019999999999' })
  expect(stranger).toMatchObject({ status: 403, json: { code: 'carrier.authentication-failed' } })
  const challenge = await handset.post('/attach', { imsi })
  const guessed = await handset.post(`/attach/${challenge.json.attachId}/answer`, { res: '0011223344556677' })
  expect(guessed.json.code).toBe('carrier.authentication-failed')
  const again = await handset.post(`/attach/${challenge.json.attachId}/answer`, { res: '0011223344556677' })
  expect(again.json.code).toBe('carrier.authentication-failed')
  expect((await handset.post('/attach', { imsi: 'x' })).json.code).toBe('carrier.bad-request')

  expect((await handset.attach(imsi)).status).toBe(200)
  expect((await handset.request('GET', '/session', undefined, '!')).json.code).toBe(
    'carrier.authentication-failed',
  )
  expect((await handset.request('GET', '/session')).status).toBe(200)
}, 60_000)

test('a carrier that never answers is left for the other one, and a carrier that refuses at once', async () => {
  const first = await heardChoice()
  for (const mode of ['refuse', 'silent']) {
    await admin(first, 'PUT', '/admin/fault', { mode })
    const { intentId } = await buy()
    const failed = await heard(intentId, 'order.failed')
    expect(failed.body.book).toBe(world.carriers[first]!.book)
    expect(failed.body.code).toBe(
      mode === 'refuse' ? 'provisioner.carrier-refused' : 'provisioner.carrier-silent',
    )
    const ready = await heard(intentId, 'profile.ready')
    expect(ready.body.book).toBe(world.carriers[1 - first]!.book)
    await admin(first, 'PUT', '/admin/fault', { mode: 'none' })
  }
}, 120_000)

/** Which carrier is chosen now: the one with the better radio. */
async function heardChoice(): Promise<number> {
  const { intentId } = await buy()
  const { book } = (await heard(intentId, 'switch.decided')).body
  return world.carriers.findIndex((carrier) => carrier.book === book)
}

test('a refund by the payer gives the profile back: the carrier cancels and signs nothing for it', async () => {
  const { intentId, terms } = await buy()
  const code = await activationCode(intentId)
  await payer.send('refund', [terms])
  await say('intent.refunded', intentId, {
    refundedMicros: '2000000',
    txHash: `0x${'0c'.repeat(32)}`,
    gasUsed: '1',
  })
  const lpa = world.lpa(world.card())
  await expect
    .poll(() => lpa.download({ activationCode: code }).then(() => '', String), WAIT)
    .toContain('8.2')
  const { store } = world.database
  expect(await store.read({ after: 0n, kinds: ['profile.installed'], intentId, limit: 5 })).toHaveLength(0)
}, 60_000)

test('what is not a profile is no template, and the admin interface wants its token', async () => {
  const bad = await admin(0, 'PUT', '/admin/template', Uint8Array.of(1, 2, 3))
  expect(bad.status).toBe(422)
  expect(((await bad.json()) as { code: string }).code).toBe('carrier.not-a-profile')
  const url = `${world.carriers[0]!.adminUrl}/admin/state`
  expect((await fetch(url)).status).toBe(403)
  const state = (await (await admin(0, 'GET', '/admin/state')).json()) as Record<string, unknown>
  expect(state).toMatchObject({ book: world.carriers[0]!.book, template: false })
})

test('a new template drops what was set aside unsold, and the next profile is made of it', async () => {
  const hour = Math.floor(Date.now() / 3_600_000) * 3600 + 3600
  const { store } = world.database
  for (const { book } of world.carriers) {
    const advice = { book, profileType: 'gesim-data', hour, count: 1, quantile: 0.9, why: 'a test' }
    await store.tx((tx) => store.append(tx, 'prewarm.advised', null, advice))
  }
  const warm = () => sql`select from gesim.provisioner_warm where state = 'warm'`.execute(store.db)
  await expect.poll(async () => (await warm()).rows.length, WAIT).toBe(2)
  const template = writeUsimProfile({
    iccid: '8999900000000000001',
    imsi: '001010000000001',
    ki: new Uint8Array(16),
    opc: new Uint8Array(16),
    serviceProviderName: 'a template',
  })
  for (const index of [0, 1])
    expect((await admin(index, 'PUT', '/admin/template', template)).status).toBe(204)
  const { intentId } = await buy()
  const lpa = world.lpa(world.card())
  await lpa.download({ activationCode: await activationCode(intentId) })
  const { book } = (await heard(intentId, 'profile.installed')).body
  const seller = world.carriers.findIndex((carrier) => carrier.book === book)
  const state = (await (await admin(seller, 'GET', '/admin/state')).json()) as { lastProfile: unknown }
  expect(state.lastProfile).toMatchObject({ source: 'template' })
  for (const index of [0, 1]) await admin(index, 'DELETE', '/admin/template')
}, 60_000)
