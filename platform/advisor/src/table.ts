import { createHash } from 'node:crypto'
import type { Hex } from '@gesim/journey'
import type { Db, Tx } from '@gesim/store'
import { sql } from 'kysely'
import type { HourCount } from './prewarm.ts'

export interface DecisionRow {
  readonly id: bigint
  readonly kind: 'switch' | 'anomaly' | 'prewarm'
  readonly rules_version: number
  readonly intent_id: string | null
  readonly book: number | null
  readonly choice: string
  readonly why: string
  readonly scores: { book: number; score: number; why: string }[] | null
  readonly inputs_hash: string
  readonly at: Date
}

/** A decision to keep. `inputs` are hashed and forgotten. */
export interface Decision {
  readonly kind: DecisionRow['kind']
  readonly rulesVersion: number
  readonly intentId: Hex | null
  readonly book: number | null
  readonly choice: string
  readonly why: string
  readonly scores?: readonly { readonly book: number; readonly score: number; readonly why: string }[]
  readonly inputs: unknown
}

export async function keepDecision(tx: Tx, decision: Decision): Promise<void> {
  const hash = createHash('sha256').update(JSON.stringify(decision.inputs)).digest('hex')
  const scores = decision.scores ? JSON.stringify(decision.scores) : null
  await sql`insert into gesim.advisor_decisions (kind, rules_version, intent_id, book, choice, why, scores, inputs_hash)
    values (${decision.kind}, ${decision.rulesVersion}, ${decision.intentId}, ${decision.book}, ${decision.choice},
      ${decision.why}, ${scores}::jsonb, ${hash})`.execute(tx)
}

export async function decisionsBefore(
  db: Db,
  query: { kind?: string; before?: bigint; limit: number },
): Promise<DecisionRow[]> {
  const { rows } = await sql<DecisionRow>`select * from gesim.advisor_decisions
    where (${query.kind ?? null}::text is null or kind = ${query.kind ?? null})
      and (${query.before ?? null}::bigint is null or id < ${query.before ?? null})
    order by id desc limit ${query.limit}`.execute(db)
  return rows
}

/** The last figure of an intent. */
export interface LastUsage {
  readonly seq: bigint
  readonly bytes: bigint
  readonly as_of: bigint
  readonly flagged: boolean
}

export async function lastUsage(tx: Tx, intentId: Hex): Promise<LastUsage | undefined> {
  const { rows } = await sql<LastUsage>`select seq, bytes, as_of, flagged from gesim.advisor_usage
    where intent_id = ${intentId}`.execute(tx)
  return rows[0]
}

export async function keepUsage(
  tx: Tx,
  intentId: Hex,
  usage: { book: number; seq: number; bytes: bigint; asOf: number; flagged: boolean },
): Promise<void> {
  await sql`insert into gesim.advisor_usage values
    (${intentId}, ${usage.book}, ${usage.seq}, ${usage.bytes}, ${usage.asOf}, ${usage.flagged})
    on conflict (intent_id) do update set book = excluded.book, seq = excluded.seq, bytes = excluded.bytes,
      as_of = excluded.as_of, flagged = excluded.flagged`.execute(tx)
}

/** The latest rates of a carrier, oldest first. */
export async function ratesOf(tx: Tx, book: number, most: number): Promise<number[]> {
  const { rows } = await sql<{ log_rate: number }>`select log_rate from gesim.advisor_rates
    where book = ${book} order by id desc limit ${most}`.execute(tx)
  return rows.map((row) => row.log_rate).reverse()
}

/** Adds a rate and forgets those beyond the cohort. */
export async function addRate(tx: Tx, book: number, logRate: number, most: number): Promise<void> {
  await sql`insert into gesim.advisor_rates (book, log_rate) values (${book}, ${logRate})`.execute(tx)
  await sql`delete from gesim.advisor_rates where book = ${book} and id <= (
    select id from gesim.advisor_rates where book = ${book} order by id desc offset ${most} limit 1)`.execute(
    tx,
  )
}

export async function countOrder(tx: Tx, book: number, hour: number): Promise<void> {
  await sql`insert into gesim.advisor_orders values (${book}, ${hour}, 1)
    on conflict (book, hour) do update set orders = gesim.advisor_orders.orders + 1`.execute(tx)
}

export async function ordersOf(tx: Tx, book: number, sinceHour: number): Promise<HourCount[]> {
  const { rows } = await sql<{ hour: bigint; orders: number }>`select hour, orders from gesim.advisor_orders
    where book = ${book} and hour >= ${sinceHour} order by hour`.execute(tx)
  return rows.map((row) => ({ hour: Number(row.hour), count: row.orders }))
}

export async function booksWithOrders(tx: Tx): Promise<number[]> {
  const { rows } = await sql<{
    book: number
  }>`select distinct book from gesim.advisor_orders order by book`.execute(tx)
  return rows.map((row) => row.book)
}

/** Whether the advice for the hour is new; a repeat of the same figure is none. */
export async function keepPrewarm(tx: Tx, book: number, hour: number, count: number): Promise<boolean> {
  const { rows } = await sql`insert into gesim.advisor_prewarm values (${book}, ${hour}, ${count})
    on conflict (book, hour) do update set profiles = excluded.profiles
      where gesim.advisor_prewarm.profiles <> excluded.profiles
    returning 1`.execute(tx)
  return rows.length > 0
}
