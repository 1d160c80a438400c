import { refuse } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { Db } from '@gesim/store'
import type { CarrierIntent } from '@gesim/wire'
import { sql } from 'kysely'
import * as table from './table.ts'

interface LatestUsage {
  readonly device_bytes: bigint
  readonly device_seq: bigint
  readonly voucher: CarrierIntent['voucher'] | null
  readonly voucher_signature: Hex | null
  readonly carrier_bytes: bigint
  readonly carrier_seq: bigint
}

/** A purchase for a carrier that may serve it: terms, whether service is wanted, and how far the device has vouched. */
export async function carrierIntent(
  db: Db,
  intentId: string,
  books: readonly number[],
): Promise<CarrierIntent> {
  const facts = await table.factsOf(db, intentId)
  if (!facts?.books.some((book) => books.includes(book)))
    throw refuse('provisioner.unknown-intent', { intentId })
  const order = await table.newestOrder(db, facts.intent_id)
  const receipt = order && (await table.receiptOf(db, facts.intent_id, order.attempt))
  const { rows } =
    await sql<LatestUsage>`select * from gesim.metering_latest where intent_id = ${intentId}`.execute(db)
  const usage = rows[0]
  const over = facts.ended || order?.state === 'closed'
  return {
    intentId: facts.intent_id,
    terms: facts.terms,
    books: facts.books,
    ...(order && order.state !== 'failed' ? { book: order.book } : {}),
    ...(receipt ? { receiptDigest: receipt.digest } : {}),
    service: over ? 'ended' : order?.state === 'active' ? 'on' : 'off',
    deviceBytes: String(usage?.device_bytes ?? 0n),
    deviceSeq: Number(usage?.device_seq ?? 0n),
    ...(usage?.voucher ? { voucher: usage.voucher } : {}),
    ...(usage?.voucher_signature ? { voucherSignature: usage.voucher_signature } : {}),
    carrierBytes: String(usage?.carrier_bytes ?? 0n),
    carrierSeq: Number(usage?.carrier_seq ?? 0n),
  }
}
