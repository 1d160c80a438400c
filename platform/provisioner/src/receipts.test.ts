import { fromBase64, toBase64 } from '@gesim/base'
import type { Hex, ReceiptJson } from '@gesim/journey'
import { digestOf, receiptFromJson } from '@gesim/proofs'
import { sql } from 'kysely'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Evidence } from './evidence.ts'
import { type Bench, DOMAIN, openBench } from './testing/bench.ts'
import { type TestCard, testCard } from './testing/card-evidence.ts'

const person = (): PrivateKeyAccount => privateKeyToAccount(generatePrivateKey())
const [carrierKey, payer, device, stranger] = [person(), person(), person(), person()]
const lower = (account: PrivateKeyAccount): Hex => account.address.toLowerCase() as Hex

let bench: Bench
let card: TestCard
beforeAll(async () => {
  card = testCard()
  bench = await openBench()
  Object.assign(bench.notary, { issuers: card.issuers })
  await bench.start()
})
beforeEach(async () => {
  await bench.reset()
  bench.registered.clear()
  bench.registered.set(1, lower(carrierKey))
})
afterAll(() => bench.close())

/** A purchase with an activation code, and the profile that carrier 1 set aside. */
async function ready(): Promise<{ intentId: Hex; iccid: string }> {
  const intentId = await bench.intent(lower(payer))
  await bench.say('switch.decided', intentId, { book: 1, reason: 'a test says so', scores: [] })
  await bench.heard(intentId, 'profile.ready')
  return { intentId, iccid: bench.one.reserved.get(`${intentId}:1`)! }
}

interface Posted {
  receipt: ReceiptJson
  key: Hex
  signature: Hex
  evidence: Evidence
}

async function signed(
  intentId: Hex,
  iccid: string,
  over: { receipt?: Partial<ReceiptJson>; by?: PrivateKeyAccount; success?: boolean } = {},
): Promise<Posted> {
  const { evidence, hash } = card.installed(iccid, over.success)
  const receipt: ReceiptJson = {
    intentId,
    book: 1,
    eidCommit: `0x${'e1'.repeat(32)}`,
    iccidCommit: `0x${'1c'.repeat(32)}`,
    profileHash: `0x${'9a'.repeat(32)}`,
    evidence: hash,
    installedAt: Math.floor(Date.now() / 1000),
    ...over.receipt,
  }
  const by = over.by ?? carrierKey
  const signature = await by.sign({ hash: digestOf('ProvisioningReceipt', DOMAIN, receiptFromJson(receipt)) })
  return { receipt, key: lower(by), signature, evidence }
}

const post = (body: Posted, as = 'carrier/1') => bench.ask('/v1/carrier/provisioning-receipts', as, body)

test('a receipt with the evidence of a certified card is taken once', async () => {
  const { intentId, iccid } = await ready()
  const body = await signed(intentId, iccid)
  const first = await post(body)
  expect(first).toMatchObject({ status: 200, json: { duplicate: false } })
  expect((await post(body)).json).toEqual({ receiptDigest: first.json.receiptDigest, duplicate: true })
  const installed = await bench.heard(intentId, 'profile.installed')
  expect(installed.body).toEqual({
    book: 1,
    receiptDigest: first.json.receiptDigest,
    evidence: body.receipt.evidence,
  })
  expect(await bench.events(intentId, 'profile.downloaded')).toHaveLength(1)
  const other = await signed(intentId, iccid, { receipt: { installedAt: 1 } })
  expect((await post(other)).json.code).toBe('provisioner.receipt-differs')
  expect((await bench.ask(`/v1/intents/${intentId}/activation`, `payer/${lower(payer)}`)).json.code).toBe(
    'provisioner.code-used',
  )
})

test('nothing of the card stays in the database', async () => {
  const { intentId, iccid } = await ready()
  await post(await signed(intentId, iccid))
  for (const table of ['provisioner_orders', 'provisioner_receipts', 'journal']) {
    const { rows } = await sql<{
      text: string
    }>`select t::text as text from gesim.${sql.ref(table)} t`.execute(bench.database.store.db)
    expect(rows.map((row) => row.text).join()).not.toMatch(
      new RegExp(`${iccid}|89049032000000000000000000000017`),
    )
  }
})

test.each([
  ['another carrier', {}, 'carrier/2', 'provisioner.not-your-order'],
  ['nobody', {}, '', 'provisioner.no-carrier-key'],
  ['a key that is not registered', { by: stranger }, 'carrier/1', 'provisioner.key-not-registered'],
  ['a card that failed', { success: false }, 'carrier/1', 'provisioner.evidence-invalid'],
  [
    'evidence that the receipt does not name',
    { receipt: { evidence: `0x${'00'.repeat(32)}` as Hex } },
    'carrier/1',
    'provisioner.evidence-differs',
  ],
  [
    'an unknown purchase',
    { receipt: { intentId: `0x${'77'.repeat(32)}` as Hex } },
    'carrier/1',
    'provisioner.unknown-intent',
  ],
])('a receipt of %s is refused', async (_name, over, as, code) => {
  const { intentId, iccid } = await ready()
  expect((await post(await signed(intentId, iccid, over), as)).json.code).toBe(code)
  expect(await bench.events(intentId, 'profile.installed')).toHaveLength(0)
})

test('a receipt about the profile of another purchase is refused', async () => {
  const [mine, other] = [await ready(), await ready()]
  expect((await post(await signed(mine.intentId, other.iccid))).json.code).toBe(
    'provisioner.evidence-differs',
  )
})

test('a signature over another receipt, and evidence with one changed byte, are refused', async () => {
  const { intentId, iccid } = await ready()
  const body = await signed(intentId, iccid)
  const changed = { ...body, receipt: { ...body.receipt, installedAt: 5 } }
  expect((await post(changed)).json.code).toBe('provisioner.receipt-signature')
  const bytes = fromBase64(body.evidence.installationResult)
  bytes[20]! ^= 1
  const evidence = { ...body.evidence, installationResult: toBase64(bytes) }
  expect((await post({ ...body, evidence })).json.code).toBe('provisioner.evidence-invalid')
})

test('a receipt that comes after the refund, or after the time to provision, earns nothing', async () => {
  const { intentId, iccid } = await ready()
  const body = await signed(intentId, iccid)
  await sql`update gesim.intents_facts set terms = jsonb_set(terms, '{provisionBy}', '1') where intent_id = ${intentId}`.execute(
    bench.database.store.db,
  )
  expect((await post(body)).json.code).toBe('provisioner.too-late')
  await bench.say('intent.refunded', intentId, { refundedMicros: '5000000', txHash: '0x01', gasUsed: '1' })
  await expect
    .poll(async () => (await post(body)).json.code, { timeout: 10_000 })
    .toBe('provisioner.order-over')
})

async function consent(intentId: Hex, receiptDigest: Hex, by: PrivateKeyAccount, validUntil?: number) {
  const until = validUntil ?? Math.floor(Date.now() / 1000) + 3600
  const message = { intentId, book: 1, receiptDigest, validUntil: until }
  const signature = await by.sign({ hash: digestOf('ActivationConsent', DOMAIN, message) })
  return { receiptDigest, validUntil: until, signature }
}

async function installed(): Promise<{ intentId: Hex; receiptDigest: Hex }> {
  const { intentId, iccid } = await ready()
  const { json } = await post(await signed(intentId, iccid))
  return { intentId, receiptDigest: json.receiptDigest }
}

test('the payer consents alone: the activation asks for the escrow to open, with everything it needs', async () => {
  const { intentId, receiptDigest } = await installed()
  const body = await consent(intentId, receiptDigest, payer)
  const path = `/v1/intents/${intentId}/activation-consents`
  for (let i = 0; i < 2; i++) expect((await bench.ask(path, `payer/${lower(payer)}`, body)).status).toBe(202)
  const wanted = await bench.heard(intentId, 'activation.wanted')
  expect(wanted.body).toMatchObject({
    book: 1,
    books: [1, 2],
    carrierKey: lower(carrierKey),
    receipt: { intentId, book: 1 },
    consent: { receiptDigest, validUntil: body.validUntil },
    consentSignature: body.signature,
    binding: { device: '0x', validUntil: 0, payerSignature: '0x' },
  })
  expect(await bench.events(intentId, 'activation.wanted')).toHaveLength(1)
})

test('a paired device consents once the payer has bound it', async () => {
  const { intentId, receiptDigest } = await installed()
  const body = await consent(intentId, receiptDigest, device)
  const as = `device/${lower(device)}/${intentId}`
  const path = '/v1/devices/activation-consents'
  expect((await bench.ask(path, as, body)).json.code).toBe('provisioner.device-not-bound')
  const validUntil = Math.floor(Date.now() / 1000) + 7200
  await sql`insert into gesim.device_bindings values (${intentId}, ${lower(device)}, ${validUntil}, '0xabcd')`.execute(
    bench.database.store.db,
  )
  expect((await bench.ask(path, as, body)).status).toBe(202)
  const wanted = await bench.heard(intentId, 'activation.wanted')
  expect(wanted.body.binding).toEqual({ device: lower(device), validUntil, payerSignature: '0xabcd' })
})

test('a consent of a stranger, to another receipt, or about to end is refused', async () => {
  const { intentId, receiptDigest } = await installed()
  const path = `/v1/intents/${intentId}/activation-consents`
  const refusedAs = async (body: object) => (await bench.ask(path, `payer/${lower(payer)}`, body)).json.code
  expect(await refusedAs(await consent(intentId, receiptDigest, stranger))).toBe('provisioner.consent-wrong')
  const soon = Math.floor(Date.now() / 1000) + 10
  expect(await refusedAs(await consent(intentId, receiptDigest, payer, soon))).toBe(
    'provisioner.consent-wrong',
  )
  const other: Hex = `0x${'55'.repeat(32)}`
  expect(await refusedAs(await consent(intentId, other, payer))).toBe('provisioner.no-receipt')
  expect(await bench.events(intentId, 'activation.wanted')).toHaveLength(0)
})

test('a refund that wins the race against the activation closes the order; the other way it is active', async () => {
  const [lost, won] = [await installed(), await installed()]
  for (const one of [lost, won]) {
    const body = await consent(one.intentId, one.receiptDigest, payer)
    await bench.ask(`/v1/intents/${one.intentId}/activation-consents`, `payer/${lower(payer)}`, body)
  }
  await bench.say('intent.refunded', lost.intentId, {
    refundedMicros: '5000000',
    txHash: '0x01',
    gasUsed: '1',
  })
  await bench.say('intent.activated', won.intentId, {
    book: 1,
    index: 0,
    activatedAt: 1,
    txHash: '0x02',
    gasUsed: '1',
  })
  const serviceOf = async (intentId: Hex) =>
    (await bench.ask(`/v1/carrier/intents/${intentId}`, 'carrier/1')).json.service
  await expect.poll(() => serviceOf(won.intentId), { timeout: 10_000 }).toBe('on')
  expect(await serviceOf(lost.intentId)).toBe('ended')
  expect((await bench.ask(`/v1/carrier/intents/${won.intentId}`, 'carrier/9')).status).toBe(404)
})
