import type { Hex, ReceiptJson, TermsJson } from '@gesim/journey'
import type { Db, Tx } from '@gesim/store'
import { sql } from 'kysely'
import type { OrderState } from './decide.ts'

export interface OrderRow {
  readonly intent_id: Hex
  readonly attempt: number
  readonly book: number
  readonly plan_id: string
  readonly profile_type: string
  readonly state: OrderState
  readonly code: string | null
  readonly sealed: string | null
  readonly iccid_commit: string | null
  readonly give_up_at: Date
  readonly cancel: 'none' | 'wanted' | 'done' | 'refused' | 'abandoned'
  readonly ordered_at: Date
  readonly ended_at: Date | null
}

export interface ReceiptRow {
  readonly intent_id: Hex
  readonly attempt: number
  readonly digest: Hex
  readonly receipt: ReceiptJson
  readonly carrier_key: Hex
  readonly signature: Hex
}

/** What the Intent Manager publishes of an intent (view `intents_facts`). */
export interface IntentFacts {
  readonly intent_id: Hex
  readonly payer: Hex
  readonly terms: TermsJson
  readonly books: number[]
  readonly plan_id: string
  readonly profile_type: string
  readonly country: string
  readonly state: string
  readonly ended: boolean
}

/** The device that a traveller paired, with the payer's consent once it is signed (view `device_bindings`). */
export interface DeviceBindingRow {
  readonly device: Hex
  readonly valid_until: bigint | null
  readonly payer_signature: Hex | null
}

export async function factsOf(db: Db | Tx, intentId: string): Promise<IntentFacts | undefined> {
  const { rows } =
    await sql<IntentFacts>`select * from gesim.intents_facts where intent_id = ${intentId}`.execute(db)
  return rows[0]
}

export async function bindingOf(
  db: Db | Tx,
  intentId: Hex,
  device: Hex,
): Promise<DeviceBindingRow | undefined> {
  const { rows } =
    await sql<DeviceBindingRow>`select device, valid_until, payer_signature from gesim.device_bindings
    where intent_id = ${intentId} and lower(device) = ${device.toLowerCase()}`.execute(db)
  return rows[0]
}

/** The newest order of an intent; `lock` holds it until the transaction ends. */
export async function newestOrder(db: Db | Tx, intentId: Hex, lock = false): Promise<OrderRow | undefined> {
  const { rows } = await sql<OrderRow>`select * from gesim.provisioner_orders where intent_id = ${intentId}
    order by attempt desc limit 1 ${lock ? sql`for update` : sql``}`.execute(db)
  return rows[0]
}

export async function orderOf(
  db: Db | Tx,
  intentId: Hex,
  attempt: number,
  lock = false,
): Promise<OrderRow | undefined> {
  const { rows } = await sql<OrderRow>`select * from gesim.provisioner_orders
    where intent_id = ${intentId} and attempt = ${attempt} ${lock ? sql`for update` : sql``}`.execute(db)
  return rows[0]
}

/** The order that a carrier speaks of by ICCID, among its own books. */
export async function orderByIccid(
  db: Db | Tx,
  commit: string,
  books: readonly number[],
): Promise<OrderRow | undefined> {
  const { rows } = await sql<OrderRow>`select * from gesim.provisioner_orders
    where iccid_commit = ${commit} and book = any(${[...books]}::int[]) order by attempt desc limit 1`.execute(
    db,
  )
  return rows[0]
}

export async function addOrder(
  tx: Tx,
  order: {
    intentId: Hex
    attempt: number
    book: number
    planId: string
    profileType: string
    giveUpAtMs: number
  },
): Promise<void> {
  await sql`insert into gesim.provisioner_orders (intent_id, attempt, book, plan_id, profile_type, state, give_up_at)
    values (${order.intentId}, ${order.attempt}, ${order.book}, ${order.planId}, ${order.profileType}, 'ordering',
      ${new Date(order.giveUpAtMs)})`.execute(tx)
}

/** When each state was reached, for the times that a carrier needs; two states are over at once. */
const TIME_OF: Readonly<Partial<Record<OrderState, string>>> = {
  ready: 'ready_at',
  downloaded: 'downloaded_at',
  installed: 'installed_at',
  consented: 'consented_at',
  active: 'active_at',
  failed: 'ended_at',
  closed: 'ended_at',
}

export interface OrderChange {
  readonly state: OrderState
  readonly code?: string
  /** Null forgets the activation code and the carrier's handle. */
  readonly sealed?: string | null
  readonly iccidCommit?: string
  readonly cancel?: OrderRow['cancel']
}

export async function changeOrder(tx: Tx, order: OrderRow, change: OrderChange): Promise<void> {
  const column = TIME_OF[change.state]
  const reached =
    column && change.state !== order.state ? sql`, ${sql.ref(column)} = clock_timestamp()` : sql``
  const sealed = change.sealed === undefined ? order.sealed : change.sealed
  await sql`update gesim.provisioner_orders set state = ${change.state}, code = ${change.code ?? order.code},
      sealed = ${sealed}, iccid_commit = ${change.iccidCommit ?? order.iccid_commit},
      cancel = ${change.cancel ?? order.cancel} ${reached}
    where intent_id = ${order.intent_id} and attempt = ${order.attempt}`.execute(tx)
}

export async function noteRefund(tx: Tx, intentId: Hex): Promise<void> {
  await sql`insert into gesim.provisioner_refunds (intent_id) values (${intentId}) on conflict do nothing`.execute(
    tx,
  )
}

export async function wasRefunded(tx: Tx, intentId: Hex): Promise<boolean> {
  const { rows } = await sql`select from gesim.provisioner_refunds where intent_id = ${intentId}`.execute(tx)
  return rows.length > 0
}

export async function receiptOf(
  db: Db | Tx,
  intentId: Hex,
  attempt: number,
): Promise<ReceiptRow | undefined> {
  const { rows } = await sql<ReceiptRow>`select * from gesim.provisioner_receipts
    where intent_id = ${intentId} and attempt = ${attempt}`.execute(db)
  return rows[0]
}

export async function addReceipt(tx: Tx, row: ReceiptRow): Promise<void> {
  await sql`insert into gesim.provisioner_receipts (intent_id, attempt, digest, receipt, carrier_key, signature)
    values (${row.intent_id}, ${row.attempt}, ${row.digest}, ${JSON.stringify(row.receipt)}::jsonb, ${row.carrier_key},
      ${row.signature})`.execute(tx)
}

export async function addConsent(
  tx: Tx,
  receipt: ReceiptRow,
  consent: { receiptDigest: Hex; validUntil: number },
  signature: Hex,
  binding: { device: Hex; validUntil: number; payerSignature: Hex },
): Promise<void> {
  await sql`update gesim.provisioner_receipts set consent = ${JSON.stringify(consent)}::jsonb,
      consent_signature = ${signature}, binding = ${JSON.stringify(binding)}::jsonb
    where intent_id = ${receipt.intent_id} and attempt = ${receipt.attempt}`.execute(tx)
}

export async function keepCarriers(
  tx: Tx,
  carriers: readonly { book: number; name: string; radioUrl?: string }[],
): Promise<void> {
  for (const { book, name, radioUrl } of carriers)
    await sql`insert into gesim.provisioner_carriers values (${book}, ${name}, ${radioUrl ?? null})
      on conflict (book) do update set name = excluded.name, radio_url = excluded.radio_url`.execute(tx)
}
