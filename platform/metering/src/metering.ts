import { type Clock, type Failure, isFailure, type Log, refuse, type SettingsOf } from '@gesim/base'
import type { Hex, JourneyEvent } from '@gesim/journey'
import { type Domain, digestOf, isSignedByKey, termsFromJson } from '@gesim/proofs'
import type { Running, Store, Tx } from '@gesim/store'
import { type MeteringCode, meteringFailures } from './failures.ts'
import { evidenceFor, exhausted, takeRecord, tariffMicros, usageRecorded } from './fold.ts'
import type { Keys } from './ports.ts'
import type { meteringSettings } from './settings.ts'
import {
  type BindingJson,
  findBinding,
  insertRecords,
  insertUsage,
  lockServices,
  publishedBinding,
  type RecordRow,
  readServices,
  type ServiceRow,
  saveActivated,
  saveBinding,
  saveEnded,
  saveFunded,
  saveOffer,
  saveServices,
  storedDigests,
} from './table.ts'

/** A usage statement as it comes over the wire, either side's. */
interface StatementJson {
  readonly intentId: string
  readonly cumBytes: string
  readonly cumAmount: string
  readonly seq: number
  readonly asOf: number
}
export type VoucherJson = StatementJson & { readonly sessionRoot: string }
type CarrierReceiptJson = StatementJson & { readonly cdrRoot: string }

export interface SignedCarrierReceipt {
  readonly receipt: CarrierReceiptJson
  readonly book?: number | undefined
  readonly key: string
  readonly signature: string
}

export interface VoucherAnswer {
  readonly accepted: true
  readonly duplicate: boolean
  readonly billableBytes: string
  readonly amountMicros: string
  readonly exhausted: boolean
}

export interface BatchAnswer {
  accepted: number
  duplicates: number
  refused: { position: number; code: string; message: string; remedy: string }[]
}

const FINISH_QUEUE = 'metering.finish'
/** Signature checks are milliseconds of pure arithmetic: let others run after so many. */
const CHECKS_BETWEEN_BREATHS = 16

/** Metering: takes signed records, reconciles the two sides, and says how much was used. */
export class Metering {
  readonly #store: Store
  readonly #keys: Keys
  readonly #domain: Domain
  readonly #clock: Clock
  readonly #log: Log
  readonly #settings: SettingsOf<typeof meteringSettings>

  constructor(parts: {
    store: Store
    keys: Keys
    domain: Domain
    clock: Clock
    log: Log
    settings: SettingsOf<typeof meteringSettings>
  }) {
    this.#store = parts.store
    this.#keys = parts.keys
    this.#domain = parts.domain
    this.#clock = parts.clock
    this.#log = parts.log
    this.#settings = parts.settings
  }

  /** Takes a device's voucher. Throws the reason when it is refused. */
  async takeVoucher(
    access: { intentId: Hex; device: Hex },
    voucher: VoucherJson,
    signature: string,
  ): Promise<VoucherAnswer> {
    const intentId = lower(voucher.intentId)
    if (intentId !== lower(access.intentId)) throw refuse('metering.not-your-intent', { intentId })
    const service = (await readServices(this.#store.db, [intentId])).get(intentId)
    if (!service) throw refuse('metering.unknown-intent', { intentId })
    const digest = digestOf('UsageVoucher', this.#domain, {
      ...numbersOf(voucher),
      intentId,
      sessionRoot: lower(voucher.sessionRoot),
    })
    const signer = lower(access.device)
    const record: RecordRow = {
      ...rowOf(voucher, intentId, signer, lower(signature), digest),
      side: 'device',
      detailRoot: lower(voucher.sessionRoot),
    }
    const payer = service.terms ? lower(service.terms.payer) : null
    if (payer === null || service.activated_at === null) throw refuse('metering.not-active', { intentId })
    // The payer's own account may sign without being bound to itself.
    if (signer !== payer) await this.#requireBound(intentId, payer, signer, record.asOf)
    await this.#requireSigned(service, payer, record)
    const [outcome] = await this.#take([record])
    if (outcome !== 'accept' && outcome !== 'nothing') throw outcome!
    const after = (await readServices(this.#store.db, [intentId])).get(intentId)!
    return {
      accepted: true,
      duplicate: outcome === 'nothing',
      billableBytes: after.billable_bytes.toString(),
      amountMicros: tariffMicros(
        termsFromJson(after.terms!),
        after.funded_micros,
        after.billable_bytes,
      ).toString(),
      exhausted: exhausted(after),
    }
  }

  /** Takes a carrier's batch: each record stands for itself, and one that is refused does not harm the others. */
  async takeCarrierReceipts(
    access: { carrierId: number; books: readonly number[] },
    batch: readonly SignedCarrierReceipt[],
  ): Promise<BatchAnswer> {
    const services = await readServices(this.#store.db, [
      ...new Set(batch.map((one) => lower(one.receipt.intentId))),
    ])
    const answer: BatchAnswer = { accepted: 0, duplicates: 0, refused: [] }
    const refused = (position: number, failure: Failure) =>
      answer.refused.push({ position, ...wordsOf(failure) })
    const good: { position: number; record: RecordRow }[] = []
    for (const [position, signed] of batch.entries()) {
      if (position % CHECKS_BETWEEN_BREATHS === CHECKS_BETWEEN_BREATHS - 1) await breath()
      try {
        good.push({ position, record: await this.#checkCarrier(access, signed, services) })
      } catch (error) {
        // What could not be checked at all is not the record's fault: the whole batch is sent again.
        if (!isFailure(error) || error.kind !== 'refused') throw error
        refused(position, error)
      }
    }
    const outcomes = await this.#take(good.map((one) => one.record))
    for (const [at, outcome] of outcomes.entries()) {
      if (outcome === 'accept') answer.accepted++
      else if (outcome === 'nothing') answer.duplicates++
      else refused(good[at]!.position, outcome)
    }
    answer.refused.sort((a, b) => a.position - b.position)
    return answer
  }

  async #checkCarrier(
    access: { books: readonly number[] },
    signed: SignedCarrierReceipt,
    services: Map<string, ServiceRow>,
  ): Promise<RecordRow> {
    const { receipt } = signed
    const intentId = lower(receipt.intentId)
    const service = services.get(intentId)
    if (!service || service.book === null) throw refuse('metering.unknown-intent', { intentId })
    if (service.activated_at === null) throw refuse('metering.not-active', { intentId })
    if (!access.books.includes(service.book) || (signed.book ?? service.book) !== service.book)
      throw refuse('metering.not-your-intent', { intentId, book: service.book })
    const key = lower(signed.key)
    const digest = digestOf('CarrierUsageReceipt', this.#domain, {
      ...numbersOf(receipt),
      intentId,
      cdrRoot: lower(receipt.cdrRoot),
    })
    if (!(await this.#keys.isUsageKey(service.book, key, receipt.asOf)))
      throw refuse('metering.key-not-registered', { intentId, book: service.book, key })
    // By the key itself: what an account's code approves could not be shown on chain when somebody demands it (C2).
    if (!(await isSignedByKey(key, digest, lower(signed.signature))))
      throw refuse('metering.bad-signature', { intentId })
    return {
      ...rowOf(receipt, intentId, key, lower(signed.signature), digest),
      side: 'carrier',
      detailRoot: lower(receipt.cdrRoot),
    }
  }

  /** A voucher counts only if it could be shown on chain, where the payer bound devices there before the activation. */
  async #requireSigned(service: ServiceRow, payer: Hex, record: RecordRow): Promise<void> {
    const { intentId, signer, digest, signature } = record
    const who = await this.#keys.voucherSigner(payer, signer, Number(service.activated_at))
    if (who === 'another') throw refuse('metering.another-device-bound', { intentId })
    const isSigned = who === 'bound' ? isSignedByKey : this.#keys.signedBy
    if (!(await isSigned(signer, digest, signature))) throw refuse('metering.bad-signature', { intentId })
  }

  async #requireBound(intentId: Hex, payer: Hex, device: Hex, asOf: number): Promise<void> {
    const known = await findBinding(this.#store.db, intentId, device)
    if (known && known.validUntil >= asOf) return
    const published = await publishedBinding(this.#store.db, intentId, device)
    if (!published || published.validUntil < asOf)
      throw refuse('metering.device-not-bound', { intentId, asOf })
    const binding = { ...published, device }
    if (!(await this.#keys.pairingConsented(payer, binding)))
      throw refuse('metering.device-not-bound', { intentId, asOf })
    await saveBinding(this.#store.db, intentId, binding)
  }

  /** Judges checked records in order and stores what is taken, with its events, in one commit. */
  async #take(records: readonly RecordRow[]) {
    if (records.length === 0) return []
    return await this.#store.tx(async (tx) => {
      const services = await lockServices(tx, [...new Set(records.map((record) => record.intentId))])
      const stored = await storedDigests(tx, records)
      const before = new Map(services)
      const nowSeconds = Math.floor(this.#clock.nowMs() / 1000)
      const taken: RecordRow[] = []
      const outcomes = records.map((record) => {
        const key = `${record.intentId}:${record.side}:${record.seq}`
        const { verdict, row } = takeRecord(
          services.get(record.intentId)!,
          record,
          stored.get(key) ?? null,
          nowSeconds,
          this.#settings,
        )
        if (verdict === 'accept') {
          services.set(record.intentId, row)
          stored.set(key, record.digest)
          taken.push(record)
        }
        return verdict
      })
      const changed = [...new Set(taken.map((record) => record.intentId))].map((id) => services.get(id)!)
      await insertRecords(tx, taken)
      for (const row of changed) if (row.device_last && row.carrier_last) row.final_at ??= BigInt(nowSeconds)
      await saveServices(tx, changed)
      await insertUsage(
        tx,
        changed.filter(
          (row) => row.evidence !== null && row.evidence !== before.get(row.intent_id)?.evidence,
        ),
      )
      for (const row of changed) {
        if (row.connected && !before.get(row.intent_id)?.connected)
          await this.#store.append(tx, 'service.connected', row.intent_id, { book: row.book! })
        await this.#store.append(
          tx,
          'usage.recorded',
          row.intent_id,
          usageRecorded(row, row.final_at !== null),
        )
      }
      return outcomes
    })
  }

  /** Follows the journal: papers, activations and ends of service. */
  async start(): Promise<Running> {
    const follower = this.#store.follow(
      {
        reader: 'metering',
        kinds: ['intent.funded', 'activation.wanted', 'intent.activated', 'service.ended'],
      },
      (event, tx) => this.#onEvent(event as JourneyEvent, tx),
    )
    const worker = await this.#store.work<{ intentId: Hex }>(FINISH_QUEUE, (job, tx) =>
      this.#finish(job.intentId, tx),
    )
    return {
      stop: async () => {
        await follower.stop()
        await worker.stop()
      },
    }
  }

  async #onEvent(event: JourneyEvent, tx: Tx): Promise<void> {
    const intentId = event.intentId!
    if (event.kind === 'intent.funded')
      return await saveFunded(tx, intentId, (event as JourneyEvent<'intent.funded'>).body.fundedMicros)
    if (event.kind === 'activation.wanted') {
      const { body } = event as JourneyEvent<'activation.wanted'>
      await saveOffer(tx, intentId, {
        book: body.book,
        terms: body.terms,
        receiptDigest: body.consent.receiptDigest,
      })
      // The escrow checks this binding when it opens; vouchers are only taken after that.
      if (body.binding.device.length > 2) await saveBinding(tx, intentId, lowerBinding(body.binding))
      return
    }
    if (event.kind === 'intent.activated') {
      const { body } = event as JourneyEvent<'intent.activated'>
      return await saveActivated(tx, intentId, body.book, body.activatedAt)
    }
    await this.#onEnded(intentId, event.atMs, tx)
  }

  async #onEnded(intentId: Hex, atMs: number, tx: Tx): Promise<void> {
    const endedAt = Math.floor(atMs / 1000)
    if (!(await saveEnded(tx, intentId, endedAt))) return
    const waitSeconds = endedAt + this.#settings.graceSeconds - Math.floor(this.#clock.nowMs() / 1000)
    await this.#store.enqueue(
      tx,
      FINISH_QUEUE,
      { intentId },
      { key: intentId, startAfterSeconds: Math.max(0, waitSeconds) },
    )
  }

  /** Grace is over: what is known now is final. */
  async #finish(intentId: Hex, tx: Tx): Promise<void> {
    const row = (await lockServices(tx, [intentId])).get(intentId)
    if (!row || row.final_at !== null || row.ended_at === null) return
    row.final_at = BigInt(Math.floor(this.#clock.nowMs() / 1000))
    row.evidence ??= evidenceFor(row)
    await saveServices(tx, [row])
    await insertUsage(tx, [row])
    await this.#store.append(tx, 'usage.recorded', intentId, usageRecorded(row, true))
    this.#log.info('usage is final', { intentId, book: row.book })
  }
}

function rowOf(json: StatementJson, intentId: Hex, signer: Hex, signature: Hex, digest: Hex) {
  return {
    intentId,
    seq: json.seq,
    cumBytes: BigInt(json.cumBytes),
    cumAmountMicros: BigInt(json.cumAmount),
    asOf: json.asOf,
    signer,
    signature,
    digest,
  }
}

function numbersOf(json: StatementJson) {
  return {
    cumBytes: BigInt(json.cumBytes),
    cumAmount: BigInt(json.cumAmount),
    seq: json.seq,
    asOf: json.asOf,
  }
}

function lowerBinding(binding: BindingJson): BindingJson {
  return { ...binding, device: lower(binding.device), payerSignature: lower(binding.payerSignature) }
}

/** How a refusal of one record is told, the catalogue's words included. */
function wordsOf(failure: Failure): { code: string; message: string; remedy: string } {
  const text = meteringFailures[failure.code as MeteringCode]
  return { code: failure.code, message: text?.says ?? failure.message, remedy: text?.remedy ?? '' }
}

function lower(hex: string): Hex {
  return hex.toLowerCase() as Hex
}

function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
