import { createLog } from '@gesim/base'
import type { VoucherSigner } from '@gesim/contracts/reading'
import type { Hex, JourneyEvent } from '@gesim/journey'
import {
  chargeMicros,
  digestOf,
  domainOf,
  type IntentTerms,
  intentIdOf,
  isSignedByKey,
  termsToJson,
} from '@gesim/proofs'
import type { Running } from '@gesim/store'
import { settled, type TestStore, testStore } from '@gesim/store/testing'
import { sql } from 'kysely'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Metering } from './metering.ts'

const domain = domainOf(31337, '0x00000000000000000000000000000000000000e5')
const ZERO: Hex = `0x${'00'.repeat(32)}`
const payer = privateKeyToAccount(generatePrivateKey())
const device = privateKeyToAccount(generatePrivateKey())
const carrier = privateKeyToAccount(generatePrivateKey())
const stranger = privateKeyToAccount(generatePrivateKey())
const BOOK = 3
const DEPOSIT = 5_000_000n

let test: TestStore
let metering: Metering
let running: Running
let aheadMs = 0
const clock = { nowMs: () => Date.now() + aheadMs }
let salt = 0n

/** What the chain says of who signs vouchers. */
let voucherSigner: VoucherSigner = 'any'
/** Keys as a registry with one carrier would answer. */
const keys = {
  isUsageKey: async (book: number, key: Hex) => book === BOOK && key === carrier.address.toLowerCase(),
  voucherSigner: async () => voucherSigner,
  signedBy: isSignedByKey,
  pairingConsented: (
    of: Hex,
    { device, validUntil, payerSignature }: { device: Hex; validUntil: number; payerSignature: Hex },
  ) =>
    isSignedByKey(of, digestOf('PairingConsent', domain, { payer: of, device, validUntil }), payerSignature),
}

beforeAll(async () => {
  test = await testStore()
  metering = new Metering({
    store: test.store,
    keys,
    domain,
    clock,
    log: createLog('test', 'silent'),
    settings: { clockSkewSeconds: 30, graceSeconds: 2, keyCacheSeconds: 5 },
  })
  running = await metering.start()
})
afterAll(async () => {
  await running.stop()
  await test.close()
})

function newTerms(changes: Partial<IntentTerms> = {}): IntentTerms {
  return {
    payer: payer.address,
    booksHash: ZERO,
    planCommit: ZERO,
    pricePerGB: 3_000_000n,
    activationFee: 100_000n,
    includedBytes: 0n,
    blockBytes: 0n,
    maxDeposit: DEPOSIT,
    provisionBy: 0,
    deadline: 0,
    flags: 0,
    unsignedCredit: 0n,
    salt: ++salt,
    ...changes,
  }
}

/** An intent that is open for the book, as the journal tells it. */
async function activated(terms = newTerms()): Promise<Hex> {
  const intentId = intentIdOf(terms)
  const validUntil = Math.floor(clock.nowMs() / 1000) + 3600
  const deviceId = device.address.toLowerCase() as Hex
  const consent = { payer: payer.address, device: deviceId, validUntil }
  const payerSignature = await payer.sign({ hash: digestOf('PairingConsent', domain, consent) })
  await test.store.tx(async (tx) => {
    await test.store.append(tx, 'intent.funded', intentId, {
      payer: payer.address,
      fundedMicros: DEPOSIT.toString(),
      txHash: ZERO,
      gasUsed: '1',
    })
    await test.store.append(tx, 'activation.wanted', intentId, {
      terms: termsToJson(terms),
      books: [BOOK],
      book: BOOK,
      receipt: {
        intentId,
        book: BOOK,
        eidCommit: ZERO,
        iccidCommit: ZERO,
        profileHash: ZERO,
        evidence: ZERO,
        installedAt: 1,
      },
      carrierKey: carrier.address,
      receiptSignature: '0x',
      consent: { receiptDigest: `0x${'11'.repeat(32)}`, validUntil },
      consentSignature: '0x',
      binding: { device: deviceId, validUntil, payerSignature },
    })
    await test.store.append(tx, 'intent.activated', intentId, {
      book: BOOK,
      index: 0,
      activatedAt: Math.floor(clock.nowMs() / 1000) - 10,
      txHash: ZERO,
      gasUsed: '1',
    })
  })
  await until(async () => {
    const { rows } = await sql`select 1 from gesim.metering_services
      where intent_id = ${intentId} and activated_at is not null`.execute(test.store.db)
    return rows.length > 0
  })
  return intentId
}

async function until(holds: () => Promise<boolean>, withinMs = 8000): Promise<void> {
  const endMs = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error('did not come true in time')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function statement(intentId: Hex, megabytes: number, seq: number, terms: IntentTerms = newTerms()) {
  const cumBytes = BigInt(megabytes) * 1_000_000n
  return {
    intentId,
    cumBytes,
    cumAmount: chargeMicros(terms, cumBytes, true, DEPOSIT),
    seq,
    asOf: Math.floor(clock.nowMs() / 1000),
  }
}

function json<T extends { cumBytes: bigint; cumAmount: bigint }>(value: T) {
  return { ...value, cumBytes: value.cumBytes.toString(), cumAmount: value.cumAmount.toString() }
}

async function signedVoucher(intentId: Hex, megabytes: number, seq: number, by = device) {
  const voucher = { ...statement(intentId, megabytes, seq), sessionRoot: ZERO }
  const signature = await by.sign({ hash: digestOf('UsageVoucher', domain, voucher) })
  return { voucher: json(voucher), signature }
}

async function take(intentId: Hex, signed: Awaited<ReturnType<typeof signedVoucher>>) {
  const access = { intentId, device: device.address.toLowerCase() as Hex }
  return await metering.takeVoucher(access, signed.voucher, signed.signature)
}

async function vouch(intentId: Hex, megabytes: number, seq: number, by = device) {
  return await take(intentId, await signedVoucher(intentId, megabytes, seq, by))
}

async function signedReceipt(intentId: Hex, megabytes: number, seq: number, by = carrier) {
  const receipt = { ...statement(intentId, megabytes, seq), cdrRoot: ZERO }
  const signature = await by.sign({ hash: digestOf('CarrierUsageReceipt', domain, receipt) })
  return { receipt: json(receipt), book: BOOK, key: by.address, signature }
}

const carrierAccess = { carrierId: 1, books: [BOOK] }

async function eventsOf(intentId: Hex) {
  await settled(test.store)
  const events = await test.store.read({ intentId })
  return events.filter((event) => ['service.connected', 'usage.recorded'].includes(event.kind))
}

async function lastUsage(intentId: Hex) {
  const usage = (await eventsOf(intentId)).filter((event) => event.kind === 'usage.recorded')
  return (usage.at(-1) as JourneyEvent<'usage.recorded'>).body
}

describe('metering', () => {
  it('reconciles both sides and tells it once for each record', async () => {
    const intentId = await activated()
    await expect(vouch(intentId, 10, 1)).resolves.toMatchObject({ duplicate: false, billableBytes: '0' })
    const answer = await metering.takeCarrierReceipts(carrierAccess, [await signedReceipt(intentId, 10, 1)])
    expect(answer).toEqual({ accepted: 1, duplicates: 0, refused: [] })
    const events = await eventsOf(intentId)
    expect(events.map((event) => event.kind)).toEqual([
      'service.connected',
      'usage.recorded',
      'usage.recorded',
    ])
    expect(await lastUsage(intentId)).toMatchObject({
      book: BOOK,
      billableBytes: '10000000',
      coSignedBytes: '10000000',
      seq: 1,
      final: false,
      exhausted: false,
    })
  })

  it('changes nothing when the same records come twice', async () => {
    const intentId = await activated()
    const voucher = await signedVoucher(intentId, 10, 1)
    await take(intentId, voucher)
    const receipt = await signedReceipt(intentId, 10, 1)
    await metering.takeCarrierReceipts(carrierAccess, [receipt])
    const before = (await eventsOf(intentId)).length
    await expect(take(intentId, voucher)).resolves.toMatchObject({
      duplicate: true,
      billableBytes: '10000000',
    })
    const again = await metering.takeCarrierReceipts(carrierAccess, [receipt, receipt])
    expect(again).toEqual({ accepted: 0, duplicates: 2, refused: [] })
    expect((await eventsOf(intentId)).length).toBe(before)
  })

  it('judges each record of a batch by itself', async () => {
    const intentId = await activated()
    const forged = { ...(await signedReceipt(intentId, 2, 2)), signature: `0x${'11'.repeat(65)}` }
    const unknown = await signedReceipt(`0x${'77'.repeat(32)}`, 1, 1)
    const foreign = await signedReceipt(intentId, 3, 3, stranger)
    const batch = [await signedReceipt(intentId, 1, 1), forged, unknown, foreign]
    batch.push(await signedReceipt(intentId, 4, 4), await signedReceipt(intentId, 3, 5))
    const answer = await metering.takeCarrierReceipts(carrierAccess, batch)
    expect(answer.accepted).toBe(2)
    expect(answer.refused.map(({ position, code }) => [position, code])).toEqual([
      [1, 'metering.bad-signature'],
      [2, 'metering.unknown-intent'],
      [3, 'metering.key-not-registered'],
      [5, 'metering.not-cumulative'],
    ])
    expect(answer.refused.every((one) => one.remedy.length > 0)).toBe(true)
  })

  it('refuses a voucher of another device, and the intents of other carriers', async () => {
    const intentId = await activated()
    await expect(vouch(intentId, 1, 1, stranger)).rejects.toMatchObject({ code: 'metering.bad-signature' })
    const answer = await metering.takeCarrierReceipts({ carrierId: 2, books: [9] }, [
      await signedReceipt(intentId, 1, 1),
    ])
    expect(answer.refused[0]!.code).toBe('metering.not-your-intent')
  })

  it('counts only vouchers of devices that were bound on chain, where the payer bound any', async () => {
    const intentId = await activated()
    voucherSigner = 'another'
    try {
      await expect(vouch(intentId, 1, 1)).rejects.toMatchObject({ code: 'metering.another-device-bound' })
      voucherSigner = 'bound'
      expect(await vouch(intentId, 1, 1)).toMatchObject({ accepted: true })
    } finally {
      voucherSigner = 'any'
    }
  })

  it('takes a carrier’s record by the key itself only, as the chain would recover it', async () => {
    const intentId = await activated()
    const good = await signedReceipt(intentId, 1, 1)
    const parity = good.signature.endsWith('1b') ? '00' : '01'
    const answer = await metering.takeCarrierReceipts(carrierAccess, [
      { ...good, signature: good.signature.slice(0, -2) + parity },
      good,
    ])
    expect(answer).toMatchObject({ accepted: 1, refused: [{ position: 0, code: 'metering.bad-signature' }] })
  })

  it('says when the deposit is used up', async () => {
    const intentId = await activated()
    await vouch(intentId, 2000, 1)
    await metering.takeCarrierReceipts(carrierAccess, [await signedReceipt(intentId, 2000, 1)])
    expect(await lastUsage(intentId)).toMatchObject({ exhausted: true })
  })

  it('is final at once when both sides spoke after the end, and nothing more is taken', async () => {
    const intentId = await activated()
    await vouch(intentId, 1, 1)
    await metering.takeCarrierReceipts(carrierAccess, [await signedReceipt(intentId, 1, 1)])
    await end(intentId)
    aheadMs += 1000
    await vouch(intentId, 2, 2)
    await metering.takeCarrierReceipts(carrierAccess, [await signedReceipt(intentId, 2, 2)])
    expect(await lastUsage(intentId)).toMatchObject({ final: true, billableBytes: '2000000' })
    await expect(vouch(intentId, 3, 3)).rejects.toMatchObject({ code: 'metering.service-ended' })
  })

  it('is final after the grace when a side stays silent', async () => {
    const intentId = await activated()
    await metering.takeCarrierReceipts(carrierAccess, [await signedReceipt(intentId, 1, 1)])
    await end(intentId)
    await until(async () => (await lastUsage(intentId)).final)
    expect(await lastUsage(intentId)).toMatchObject({ billableBytes: '1000000', coSignedBytes: '0' })
  }, 15_000)

  it('shows the signed pair behind the evidence', async () => {
    const intentId = await activated()
    await vouch(intentId, 5, 1)
    await metering.takeCarrierReceipts(carrierAccess, [await signedReceipt(intentId, 5, 1)])
    const { evidence } = await lastUsage(intentId)
    const { rows } = await sql<{ device: { binding: object }; carrier: { receipt: { cumBytes: string } } }>`
      select device, carrier from gesim.metering_evidence
      where intent_id = ${intentId} and evidence = ${evidence}`.execute(test.store.db)
    expect(rows[0]!.carrier.receipt.cumBytes).toBe('5000000')
    expect(rows[0]!.device.binding).toMatchObject({ device: device.address.toLowerCase() })
  })
})

async function end(intentId: Hex): Promise<void> {
  await test.store.tx(async (tx) => {
    await test.store.append(tx, 'service.ended', intentId, { book: BOOK, why: 'finished' })
  })
  await until(async () => {
    const { rows } = await sql`select 1 from gesim.metering_services
      where intent_id = ${intentId} and ended_at is not null`.execute(test.store.db)
    return rows.length > 0
  })
}
