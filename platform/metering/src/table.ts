import type { Hex, TermsJson } from '@gesim/journey'
import type { Db, Tx } from '@gesim/store'
import { sql } from 'kysely'

/** One intent's service as metering keeps it. */
export interface ServiceRow {
  intent_id: Hex
  book: number | null
  terms: TermsJson | null
  receipt_digest: Hex | null
  funded_micros: bigint
  activated_at: bigint | null
  ended_at: bigint | null
  final_at: bigint | null
  connected: boolean
  device_last: boolean
  carrier_last: boolean
  device_seq: bigint
  device_bytes: bigint
  device_as_of: bigint | null
  device_digest: Hex | null
  carrier_seq: bigint
  carrier_bytes: bigint
  carrier_as_of: bigint | null
  carrier_digest: Hex | null
  billable_bytes: bigint
  co_signed_bytes: bigint
  used_device_digest: Hex | null
  used_carrier_digest: Hex | null
  used_seq: bigint
  evidence: Hex | null
}

/** The device that the payer bound, with his signature over it. */
export interface BindingJson {
  device: Hex
  validUntil: number
  payerSignature: Hex
}

export interface RecordRow {
  intentId: Hex
  side: 'device' | 'carrier'
  seq: number
  cumBytes: bigint
  cumAmountMicros: bigint
  asOf: number
  detailRoot: Hex
  signer: Hex
  signature: Hex
  digest: Hex
}

/** The services of these intents, locked in one order so that batches that meet do not deadlock. */
export async function lockServices(tx: Tx, intentIds: readonly string[]): Promise<Map<string, ServiceRow>> {
  const { rows } = await sql<ServiceRow>`
    select * from gesim.metering_services where intent_id = any(${[...intentIds]}::text[])
    order by intent_id for update`.execute(tx)
  return new Map(rows.map((row) => [row.intent_id, row]))
}

/** Reads services without a lock: for checks before the transaction. */
export async function readServices(db: Db, intentIds: readonly string[]): Promise<Map<string, ServiceRow>> {
  const { rows } = await sql<ServiceRow>`
    select * from gesim.metering_services where intent_id = any(${[...intentIds]}::text[])`.execute(db)
  return new Map(rows.map((row) => [row.intent_id, row]))
}

/** Digests already stored under these (intent, side, seq), keyed `intent:side:seq`. */
export async function storedDigests(tx: Tx, records: readonly RecordRow[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ key: string; digest: string }>`
    select r.intent_id || ':' || r.side || ':' || r.seq as key, r.digest
    from unnest(
      ${records.map((r) => r.intentId)}::text[],
      ${records.map((r) => r.side)}::text[],
      ${records.map((r) => r.seq)}::bigint[]) as asked(intent_id, side, seq)
    join gesim.metering_records r using (intent_id, side, seq)`.execute(tx)
  return new Map(rows.map((row) => [row.key, row.digest]))
}

/** Writes accepted records, all in one statement. A row that is there already stays as it is. */
export async function insertRecords(tx: Tx, records: readonly RecordRow[]): Promise<void> {
  if (records.length === 0) return
  await sql`
    insert into gesim.metering_records
      (intent_id, side, seq, cum_bytes, cum_amount_micros, as_of, detail_root, signer, signature, digest)
    select * from unnest(
      ${records.map((r) => r.intentId)}::text[], ${records.map((r) => r.side)}::text[],
      ${records.map((r) => r.seq)}::bigint[], ${records.map((r) => r.cumBytes.toString())}::bigint[],
      ${records.map((r) => r.cumAmountMicros.toString())}::bigint[], ${records.map((r) => r.asOf)}::bigint[],
      ${records.map((r) => r.detailRoot)}::text[], ${records.map((r) => r.signer)}::text[],
      ${records.map((r) => r.signature)}::text[], ${records.map((r) => r.digest)}::text[])
    on conflict do nothing`.execute(tx)
}

/** Writes the figures of many services back, all in one statement. */
export async function saveServices(tx: Tx, rows: readonly ServiceRow[]): Promise<void> {
  if (rows.length === 0) return
  await sql`
    update gesim.metering_services s set
      connected = n.connected, device_last = n.device_last, carrier_last = n.carrier_last,
      device_seq = n.device_seq, device_bytes = n.device_bytes,
      device_as_of = n.device_as_of, device_digest = n.device_digest, carrier_seq = n.carrier_seq,
      carrier_bytes = n.carrier_bytes, carrier_as_of = n.carrier_as_of, carrier_digest = n.carrier_digest,
      billable_bytes = n.billable_bytes, co_signed_bytes = n.co_signed_bytes,
      used_device_digest = n.used_device_digest, used_carrier_digest = n.used_carrier_digest,
      used_seq = n.used_seq, evidence = n.evidence, final_at = n.final_at
    from jsonb_to_recordset(${JSON.stringify(rows, plainBigint)}::jsonb) as n(
      intent_id text, connected boolean, device_last boolean, carrier_last boolean, device_seq bigint, device_bytes bigint, device_as_of bigint,
      device_digest text, carrier_seq bigint, carrier_bytes bigint, carrier_as_of bigint, carrier_digest text,
      billable_bytes bigint, co_signed_bytes bigint, used_device_digest text, used_carrier_digest text,
      used_seq bigint, evidence text, final_at bigint)
    where s.intent_id = n.intent_id`.execute(tx)
}

/** Remembers which signed pair proves a figure; the same pair twice is one row. */
export async function insertUsage(tx: Tx, rows: readonly ServiceRow[]): Promise<void> {
  if (rows.length === 0) return
  await sql`
    insert into gesim.metering_usage
      (intent_id, evidence, seq, device_digest, carrier_digest, billable_bytes, co_signed_bytes)
    select * from unnest(
      ${rows.map((r) => r.intent_id)}::text[], ${rows.map((r) => r.evidence)}::text[],
      ${rows.map((r) => r.used_seq.toString())}::bigint[],
      ${rows.map((r) => r.used_device_digest)}::text[], ${rows.map((r) => r.used_carrier_digest)}::text[],
      ${rows.map((r) => r.billable_bytes.toString())}::bigint[],
      ${rows.map((r) => r.co_signed_bytes.toString())}::bigint[])
    on conflict do nothing`.execute(tx)
}

const plainBigint = (_: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)

/** The money in escrow for an intent, known before anything else of it is. */
export async function saveFunded(tx: Tx, intentId: string, fundedMicros: string): Promise<void> {
  await sql`
    insert into gesim.metering_services (intent_id, funded_micros) values (${intentId}, ${fundedMicros}::bigint)
    on conflict (intent_id) do update
      set funded_micros = greatest(gesim.metering_services.funded_micros, excluded.funded_micros)`.execute(tx)
}

/** The signed papers of an activation that was wished for; a later wish for another carrier replaces them. */
export async function saveOffer(
  tx: Tx,
  intentId: string,
  offer: { book: number; terms: TermsJson; receiptDigest: Hex },
): Promise<void> {
  await sql`
    insert into gesim.metering_services (intent_id, book, terms, receipt_digest)
    values (${intentId}, ${offer.book}, ${JSON.stringify(offer.terms)}::jsonb, ${offer.receiptDigest})
    on conflict (intent_id) do update set book = excluded.book, terms = excluded.terms,
      receipt_digest = excluded.receipt_digest
    where gesim.metering_services.activated_at is null`.execute(tx)
}

/** Remembers a device whose binding was found good. */
export async function saveBinding(db: Db, intentId: string, binding: BindingJson): Promise<void> {
  await sql`
    insert into gesim.metering_bindings (intent_id, device, valid_until, payer_signature)
    values (${intentId}, ${binding.device}, ${binding.validUntil}, ${binding.payerSignature})
    on conflict (intent_id, device) do update
      set valid_until = excluded.valid_until, payer_signature = excluded.payer_signature
      where excluded.valid_until > gesim.metering_bindings.valid_until`.execute(db)
}

/** The binding of a device that was found good before. */
export async function findBinding(db: Db, intentId: string, device: string): Promise<BindingJson | null> {
  const { rows } = await sql<{ device: Hex; valid_until: bigint; payer_signature: Hex }>`
    select device, valid_until, payer_signature from gesim.metering_bindings
    where intent_id = ${intentId} and device = ${device}`.execute(db)
  return toBinding(rows[0])
}

/** The binding that the traveller made last, as whoever keeps pairings published it; not checked yet. */
export async function publishedBinding(
  db: Db,
  intentId: string,
  device: string,
): Promise<BindingJson | null> {
  const { rows } = await sql<{ device: Hex; valid_until: bigint; payer_signature: Hex }>`
    select device, valid_until, payer_signature from gesim.device_bindings
    where intent_id = ${intentId} and lower(device) = ${device}
    order by valid_until desc limit 1`.execute(db)
  return toBinding(rows[0])
}

function toBinding(row: { device: Hex; valid_until: bigint; payer_signature: Hex } | undefined) {
  if (!row) return null
  return { device: row.device, validUntil: Number(row.valid_until), payerSignature: row.payer_signature }
}

export async function saveActivated(
  tx: Tx,
  intentId: string,
  book: number,
  activatedAt: number,
): Promise<void> {
  await sql`
    insert into gesim.metering_services (intent_id, book, activated_at)
    values (${intentId}, ${book}, ${activatedAt})
    on conflict (intent_id) do update set book = excluded.book, activated_at = excluded.activated_at`.execute(
    tx,
  )
}

/** Marks the end of service. Returns false when it was marked before, or was never on. */
export async function saveEnded(tx: Tx, intentId: string, endedAt: number): Promise<boolean> {
  const { rows } = await sql`
    update gesim.metering_services set ended_at = ${endedAt}
    where intent_id = ${intentId} and ended_at is null and activated_at is not null
    returning intent_id`.execute(tx)
  return rows.length > 0
}
