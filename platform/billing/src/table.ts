import type { Hex, TermsJson } from '@gesim/journey'
import type { Db, Tx } from '@gesim/store'
import { sql } from 'kysely'
import type { Purse, Transfer } from './decide.ts'

/** One intent's money as billing keeps it. */
export interface IntentRow {
  intent_id: Hex
  payer: Hex | null
  terms: TermsJson | null
  receipt_digest: Hex | null
  book: number | null
  funded_micros: bigint
  activated_at: bigint | null
  charged_micros: bigint
  co_signed_micros: bigint
  used_bytes: bigint
  seq: bigint
  evidence: Hex | null
  final: boolean
  closed: 'closed' | 'refunded' | null
}

const NEW: Omit<IntentRow, 'intent_id'> = {
  payer: null,
  terms: null,
  receipt_digest: null,
  book: null,
  funded_micros: 0n,
  activated_at: null,
  charged_micros: 0n,
  co_signed_micros: 0n,
  used_bytes: 0n,
  seq: 0n,
  evidence: null,
  final: false,
  closed: null,
}

/** The intent's row, or a fresh one that is not written yet. */
export async function readIntent(tx: Db, intentId: Hex): Promise<IntentRow> {
  const { rows } = await sql<IntentRow>`
    select * from gesim.billing_intents where intent_id = ${intentId} for update`.execute(tx)
  return rows[0] ?? { intent_id: intentId, ...NEW }
}

export async function writeIntent(tx: Tx, row: IntentRow): Promise<void> {
  await sql`
    insert into gesim.billing_intents (intent_id, payer, terms, receipt_digest, book, funded_micros, activated_at,
      charged_micros, co_signed_micros, used_bytes, seq, evidence, final, closed)
    values (${row.intent_id}, ${row.payer}, ${row.terms === null ? null : JSON.stringify(row.terms)}::jsonb,
      ${row.receipt_digest}, ${row.book}, ${row.funded_micros}, ${row.activated_at}, ${row.charged_micros},
      ${row.co_signed_micros}, ${row.used_bytes}, ${row.seq}, ${row.evidence}, ${row.final}, ${row.closed})
    on conflict (intent_id) do update set payer = excluded.payer, terms = excluded.terms,
      receipt_digest = excluded.receipt_digest, book = excluded.book, funded_micros = excluded.funded_micros,
      activated_at = excluded.activated_at, charged_micros = excluded.charged_micros,
      co_signed_micros = excluded.co_signed_micros, used_bytes = excluded.used_bytes, seq = excluded.seq,
      evidence = excluded.evidence, final = excluded.final, closed = excluded.closed,
      updated_at = now()`.execute(tx)
}

export function purseOf(row: IntentRow): Purse {
  return {
    book: row.book,
    fundedMicros: row.funded_micros,
    activated: row.activated_at !== null,
    chargedMicros: row.charged_micros,
    final: row.final,
  }
}

/** Writes what an event moved. */
export async function writeTransfers(
  tx: Tx,
  cause: { seq: bigint; atMs: number; intentId: Hex | null; txHash?: Hex },
  transfers: readonly Transfer[],
): Promise<void> {
  if (transfers.length === 0) return
  await sql`
    insert into gesim.billing_transfers
      (cause, part, at, from_account, to_account, amount_micros, intent_id, why, tx_hash)
    select ${cause.seq}, part, to_timestamp(${cause.atMs / 1000}), from_account, to_account, amount_micros,
      ${cause.intentId}, why, ${cause.txHash ?? null}
    from unnest(
      ${transfers.map((_, part) => part)}::smallint[], ${transfers.map((t) => t.from)}::text[],
      ${transfers.map((t) => t.to)}::text[], ${transfers.map((t) => t.amountMicros.toString())}::bigint[],
      ${transfers.map((t) => t.why)}::text[]) as t(part, from_account, to_account, amount_micros, why)`.execute(
    tx,
  )
}

/** What an event moved. */
export async function readTransfers(db: Db, cause: bigint): Promise<Transfer[]> {
  const { rows } = await sql<{ from: string; to: string; amount_micros: bigint; why: string }>`
    select from_account as "from", to_account as "to", amount_micros, why from gesim.billing_transfers
    where cause = ${cause} order by part`.execute(db)
  return rows.map(({ from, to, amount_micros, why }) => ({ from, to, amountMicros: amount_micros, why }))
}

export async function writeEpoch(
  tx: Tx,
  row: {
    epoch: number
    totalMicros: string
    coSignedMicros: string
    postedAt: number
    txHash: Hex
    gasUsed: string
  },
): Promise<void> {
  await sql`
    insert into gesim.billing_epochs values (${row.epoch}, ${row.totalMicros}::bigint, ${row.coSignedMicros}::bigint,
      ${row.postedAt}, ${row.txHash}, ${row.gasUsed}::bigint) on conflict do nothing`.execute(tx)
}

export async function writeRate(tx: Tx, pair: string, rate: string, updatedAt: number): Promise<void> {
  await sql`
    insert into gesim.billing_rates values (${pair}, ${rate}::numeric, ${updatedAt})
    on conflict (pair) do update set rate = excluded.rate, updated_at = excluded.updated_at`.execute(tx)
}
