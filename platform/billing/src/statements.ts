import type { Db } from '@gesim/store'
import { sql } from 'kysely'

/** One page of the ledger, newest first. `debit` is the account that received, `credit` the one that gave. */
export async function ledgerPage(
  db: Db,
  query: { limit: number; before?: bigint; intentId?: string; account?: string },
) {
  const { rows } = await sql<{
    cause: bigint
    part: number
    at: Date
    from_account: string
    to_account: string
    amount_micros: bigint
    intent_id: string | null
    why: string
    tx_hash: string | null
  }>`
    select * from gesim.billing_transfers
    where true
      ${query.before === undefined ? sql`` : sql`and cause < ${query.before}`}
      ${query.intentId === undefined ? sql`` : sql`and intent_id = ${query.intentId.toLowerCase()}`}
      ${query.account === undefined ? sql`` : sql`and ${query.account} in (from_account, to_account)`}
    order by cause desc, part limit ${query.limit}`.execute(db)
  return rows.map((row) => ({
    seq: row.cause.toString(),
    part: row.part,
    atMs: row.at.getTime(),
    debit: row.to_account,
    credit: row.from_account,
    amountMicros: row.amount_micros.toString(),
    ...(row.intent_id === null ? {} : { intentId: row.intent_id }),
    why: row.why,
    ...(row.tx_hash === null ? {} : { txHash: row.tx_hash }),
  }))
}

/** Every account with its balance: the trial balance. The last line must be zero, and is by construction. */
export async function trialBalance(db: Db) {
  const { rows } = await sql<{ account: string; balance_micros: bigint }>`
    select account, balance_micros from gesim.billing_balances order by account`.execute(db)
  const sum = rows.reduce((total, row) => total + row.balance_micros, 0n)
  return {
    accounts: rows.map((row) => ({ account: row.account, balanceMicros: row.balance_micros.toString() })),
    sumMicros: sum.toString(),
  }
}

/** Lines and payouts of a statement, the newest; the sum is of all. */
const LINES_MOST = 1_000

/** What a book earned and was paid: a line per intent, and the payouts with their transactions. */
export async function bookStatement(db: Db, book: number, most = LINES_MOST) {
  const total = await sql<{ charged: bigint }>`
    select coalesce(sum(charged_micros), 0)::bigint as charged from gesim.billing_intents where book = ${book}`.execute(
    db,
  )
  const lines = await sql<{
    intent_id: string
    charged_micros: bigint
    co_signed_micros: bigint
    used_bytes: bigint
    final: boolean
    closed: string | null
  }>`
    select * from (
      select intent_id, charged_micros, co_signed_micros, used_bytes, final, closed, activated_at
      from gesim.billing_intents where book = ${book} order by activated_at desc, intent_id desc limit ${most}) newest
    order by activated_at, intent_id`.execute(db)
  const payouts = await sql<{
    cause: bigint
    at: Date
    net: bigint
    fee: bigint
    tx_hash: string | null
  }>`
    select * from (select cause, min(at) as at, sum(amount_micros) filter (where why = 'claimed')::bigint as net,
      coalesce(sum(amount_micros) filter (where why = 'fee'), 0)::bigint as fee, min(tx_hash) as tx_hash
    from gesim.billing_transfers
    where from_account = ${`carrier:book:${book}:payable`} and why in ('claimed', 'fee')
    group by cause order by cause desc limit ${most}) newest order by cause`.execute(db)
  return {
    book,
    chargedMicros: total.rows[0]!.charged.toString(),
    lines: lines.rows.map((row) => ({
      intentId: row.intent_id,
      chargedMicros: row.charged_micros.toString(),
      coSignedMicros: row.co_signed_micros.toString(),
      usedBytes: row.used_bytes.toString(),
      final: row.final,
      closed: row.closed,
    })),
    payouts: payouts.rows.map((row) => ({
      seq: row.cause.toString(),
      atMs: row.at.getTime(),
      netMicros: (row.net ?? 0n).toString(),
      feeMicros: row.fee.toString(),
      txHash: row.tx_hash,
    })),
  }
}

interface TransactionRow {
  key: string
  kind: string
  intent_id: string | null
  role: string
  state: string
  hash: string | null
  block: bigint | null
  gas_used: bigint | null
  code: string | null
  why: string | null
  at: Date
}

/** The newest transactions that stages wished for, as the relayer keeps them. */
export async function transactions(db: Db, limit: number) {
  const { rows } = await sql<TransactionRow>`
    select key, kind, intent_id, role, state, hash, block, gas_used, code, why, at from gesim.relayer_ledger
    order by at desc limit ${limit}`.execute(db)
  return rows.map((row) => ({
    key: row.key,
    kind: row.kind,
    state: row.state,
    atMs: row.at.getTime(),
    hash: row.hash,
    gasUsed: row.gas_used === null ? null : row.gas_used.toString(),
    block: row.block === null ? null : Number(row.block),
    role: row.role,
    ...(row.intent_id === null ? {} : { intentId: row.intent_id }),
    ...(row.code === null ? {} : { code: row.code, why: row.why ?? '' }),
  }))
}
