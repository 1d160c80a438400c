import type { Hex } from '@gesim/journey'
import type { Db, Tx } from '@gesim/store'
import { sql } from 'kysely'
import { type Choice, RULES_VERSION } from './decide.ts'
import { type Estimate, observe, type Sample } from './quality.ts'

type EstimateRow = {
  book: number
  region: string
  at: Date
  weight: number
  chat: number
  chat_variance: number
  video: number
  video_variance: number
  throughput_mbps: number
  latency_ms: number
}

type WishRow = {
  intent_id: string
  plan_id: string
  region: string
  qos: string
  books: number[]
  refused_books: number[]
}

type DecisionRow = {
  intent_id: string
  turn: number
  rules_version: number
  book: number | null
  reason: string
  scores: unknown
}

type SwitchTables = {
  smart_switch_estimates: EstimateRow
  smart_switch_wishes: WishRow
  smart_switch_decisions: DecisionRow
}

/** What an intent asked for and who has refused it since. */
export interface Wish {
  readonly planId: string
  readonly region: string
  readonly qos: string
  readonly books: readonly number[]
  readonly refusedBooks: readonly number[]
}

/** Estimates of the carriers in a region, by book. */
export async function estimatesIn(db: Db | Tx, region: string): Promise<ReadonlyMap<number, Estimate>> {
  const rows = await db
    .withTables<SwitchTables>()
    .selectFrom('smart_switch_estimates')
    .selectAll()
    .where('region', '=', region)
    .execute()
  return new Map(rows.map((row) => [row.book, toEstimate(row)]))
}

function toEstimate(row: EstimateRow): Estimate {
  return {
    book: row.book,
    region: row.region,
    atMs: row.at.getTime(),
    weight: row.weight,
    chat: { value: row.chat, variance: row.chat_variance },
    video: { value: row.video, variance: row.video_variance },
    throughputMbps: row.throughput_mbps,
    latencyMs: row.latency_ms,
  }
}

/**
 * Stores measurements once each and moves the estimates by those that were new. Rows are locked in a fixed order, so
 * that two batches at once do not wait for each other in a circle. Returns how many were new.
 */
export async function addSamples(tx: Tx, samples: readonly Sample[]): Promise<number> {
  const fresh = await sql<{ book: number; region: string; at: Date }>`
    insert into gesim.smart_switch_samples (book, region, at, rsrp_dbm, throughput_mbps, latency_ms, loss_ratio)
    select book, region, to_timestamp(at / 1000.0), rsrp, mbps, latency, loss from unnest(
      ${samples.map((one) => one.book)}::int[], ${samples.map((one) => one.region)}::text[],
      ${samples.map((one) => one.atMs)}::float8[], ${samples.map((one) => one.rsrpDbm)}::float8[],
      ${samples.map((one) => one.throughputMbps)}::float8[], ${samples.map((one) => one.latencyMs)}::float8[],
      ${samples.map((one) => one.lossRatio)}::float8[]) as t (book, region, at, rsrp, mbps, latency, loss)
    on conflict do nothing returning book, region, at`.execute(tx)
  const stored = new Set(fresh.rows.map((row) => `${row.book} ${row.region} ${row.at.getTime()}`))
  const groups = new Map<string, Sample[]>()
  for (const sample of samples) {
    if (!stored.delete(`${sample.book} ${sample.region} ${sample.atMs}`)) continue
    const name = `${sample.region} ${String(sample.book).padStart(10, '0')}`
    groups.set(name, [...(groups.get(name) ?? []), sample])
  }
  for (const [, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const ordered = group.sort((a, b) => a.atMs - b.atMs)
    await moveEstimate(tx, ordered)
  }
  return fresh.rows.length
}

async function moveEstimate(tx: Tx, samples: readonly Sample[]): Promise<void> {
  const { book, region } = samples[0]!
  // An advisory lock, because a row that does not exist yet cannot be locked.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`gesim.smart-switch:${book}:${region}`}, 0))`.execute(
    tx,
  )
  const tables = tx.withTables<SwitchTables>()
  const row = await tables
    .selectFrom('smart_switch_estimates')
    .selectAll()
    .where('book', '=', book)
    .where('region', '=', region)
    .executeTakeFirst()
  let estimate = row ? toEstimate(row) : undefined
  for (const sample of samples) estimate = observe(estimate, sample)
  const values = {
    at: new Date(estimate!.atMs),
    weight: estimate!.weight,
    chat: estimate!.chat.value,
    chat_variance: estimate!.chat.variance,
    video: estimate!.video.value,
    video_variance: estimate!.video.variance,
    throughput_mbps: estimate!.throughputMbps,
    latency_ms: estimate!.latencyMs,
  }
  await tables
    .insertInto('smart_switch_estimates')
    .values({ book, region, ...values })
    .onConflict((conflict) => conflict.columns(['book', 'region']).doUpdateSet(values))
    .execute()
}

export async function dropOldSamples(tx: Tx, keepHours: number): Promise<void> {
  await sql`delete from gesim.smart_switch_samples where at < now() - make_interval(hours => ${keepHours})`.execute(
    tx,
  )
}

export async function wishOf(db: Db | Tx, intentId: Hex): Promise<Wish | undefined> {
  const row = await db
    .withTables<SwitchTables>()
    .selectFrom('smart_switch_wishes')
    .selectAll()
    .where('intent_id', '=', intentId.toLowerCase())
    .executeTakeFirst()
  if (!row) return undefined
  return {
    planId: row.plan_id,
    region: row.region,
    qos: row.qos,
    books: row.books,
    refusedBooks: row.refused_books,
  }
}

export async function keepWish(tx: Tx, intentId: Hex, wish: Wish): Promise<void> {
  const values = {
    plan_id: wish.planId,
    region: wish.region,
    qos: wish.qos,
    books: [...wish.books],
    refused_books: [...wish.refusedBooks],
  }
  await tx
    .withTables<SwitchTables>()
    .insertInto('smart_switch_wishes')
    .values({ intent_id: intentId, ...values })
    .onConflict((conflict) => conflict.column('intent_id').doUpdateSet(values))
    .execute()
}

export async function keepDecision(tx: Tx, intentId: Hex, choice: Choice): Promise<void> {
  await sql`insert into gesim.smart_switch_decisions (intent_id, turn, rules_version, book, reason, scores)
    select ${intentId}, coalesce(max(turn), 0) + 1, ${RULES_VERSION}, ${choice.book}, ${choice.reason},
      ${JSON.stringify(choice.scores)}::jsonb
    from gesim.smart_switch_decisions where intent_id = ${intentId}`.execute(tx)
}
