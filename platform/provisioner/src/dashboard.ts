import type { Hex } from '@gesim/journey'
import type { Db } from '@gesim/store'
import type { CarrierBook } from '@gesim/wire'
import { sql } from 'kysely'
import type { Registry } from './chain.ts'

interface FunnelRow {
  book: number
  name: string
  ordered: number
  ready: number
  downloaded: number
  installed: number
  active: number
  failed: number
  warm: number
  ready_p50: number | null
  ready_p95: number | null
  downloaded_p50: number | null
  downloaded_p95: number | null
  installed_p50: number | null
  installed_p95: number | null
  active_p50: number | null
  active_p95: number | null
}

const between = (from: string, to: string, share: number) =>
  sql.raw(
    `percentile_disc(${share}) within group (order by extract(epoch from ${to} - ${from}) * 1000) filter (where ${to} is not null and ${from} is not null)::float8`,
  )

/** How many came how far, and how long each step took. */
async function funnels(db: Db, books: readonly number[] | undefined): Promise<FunnelRow[]> {
  const { rows } = await sql<FunnelRow>`
    select c.book, c.name, count(o.*)::int as ordered, count(o.ready_at)::int as ready,
      count(o.downloaded_at)::int as downloaded, count(o.installed_at)::int as installed,
      count(o.active_at)::int as active, count(*) filter (where o.state = 'failed')::int as failed,
      (select count(*)::int from gesim.provisioner_warm w where w.book = c.book and w.state = 'warm') as warm,
      ${between('o.ordered_at', 'o.ready_at', 0.5)} as ready_p50,
      ${between('o.ordered_at', 'o.ready_at', 0.95)} as ready_p95,
      ${between('o.ready_at', 'o.downloaded_at', 0.5)} as downloaded_p50,
      ${between('o.ready_at', 'o.downloaded_at', 0.95)} as downloaded_p95,
      ${between('o.downloaded_at', 'o.installed_at', 0.5)} as installed_p50,
      ${between('o.downloaded_at', 'o.installed_at', 0.95)} as installed_p95,
      ${between('o.installed_at', 'o.active_at', 0.5)} as active_p50,
      ${between('o.installed_at', 'o.active_at', 0.95)} as active_p95
    from gesim.provisioner_carriers c left join gesim.provisioner_orders o on o.book = c.book
    where ${books === undefined} or c.book = any(${[...(books ?? [])]}::int[])
    group by c.book, c.name order by c.book`.execute(db)
  return rows
}

/** Everything a carrier's page shows, from our own rows, the journal and the registry. Without books: all of them. */
export async function carrierBooks(
  db: Db,
  registry: Registry | undefined,
  books?: readonly number[],
): Promise<CarrierBook[]> {
  const rows = await funnels(db, books)
  return Promise.all(rows.map((row) => bookOf(db, registry, row)))
}

async function bookOf(db: Db, registry: Registry | undefined, row: FunnelRow): Promise<CarrierBook> {
  const { book } = row
  const [money, payouts, receipts, failures, telemetry, used] = await Promise.all([
    moneyOf(db, book),
    payoutsOf(db, book),
    receiptsOf(db, book),
    failuresOf(db, book),
    telemetryOf(db, book),
    usedKeys(db, book),
  ])
  const carrierId = (await registry?.carrierOf(book).catch(() => 0)) ?? 0
  const keys = await Promise.all(
    used.map((one) => registry?.keyOf(carrierId, one.role, one.key).catch(() => undefined)),
  )
  const ended = row.active + row.failed
  const step = (p50: number | null, p95: number | null) => ({
    ...(p50 === null ? {} : { p50Ms: Math.round(p50) }),
    ...(p95 === null ? {} : { p95Ms: Math.round(p95) }),
  })
  return {
    carrierId,
    name: row.name,
    book,
    funnel: {
      ordered: row.ordered,
      ready: row.ready,
      downloaded: row.downloaded,
      installed: row.installed,
      active: row.active,
      failed: row.failed,
    },
    ...(ended === 0 ? {} : { successPct: Math.round((1000 * row.active) / ended) / 10 }),
    ...step(row.ready_p50, row.ready_p95),
    steps: {
      ready: step(row.ready_p50, row.ready_p95),
      downloaded: step(row.downloaded_p50, row.downloaded_p95),
      installed: step(row.installed_p50, row.installed_p95),
      active: step(row.active_p50, row.active_p95),
    },
    failures,
    escrowedMicros: money?.escrowed ?? '0',
    chargedMicros: money?.charged ?? '0',
    settledMicros: money?.settled ?? '0',
    payouts,
    keys: keys.filter((one) => one !== undefined),
    receipts,
    telemetry,
    warm: row.warm,
  }
}

async function moneyOf(db: Db, book: number) {
  const { rows } = await sql<{ escrowed: string; charged: string; settled: string }>`
    select escrowed_micros::text as escrowed, charged_micros::text as charged, settled_micros::text as settled
    from gesim.billing_books where book = ${book}`.execute(db)
  return rows[0]
}

async function payoutsOf(db: Db, book: number): Promise<CarrierBook['payouts']> {
  const { rows } = await sql<CarrierBook['payouts'][number] & { at: Date }>`
    select (body ->> 'epoch')::int as epoch, body ->> 'grossMicros' as "grossMicros", body ->> 'feeMicros' as "feeMicros",
      body ->> 'to' as "to", body ->> 'txHash' as "txHash", at
    from gesim.journal where kind = 'payout.claimed' and (body ->> 'book')::int = ${book}
    order by tx desc, seq desc limit 50`.execute(db)
  return rows.map(({ at, ...payout }) => ({ ...payout, atMs: at.getTime() }))
}

async function receiptsOf(db: Db, book: number): Promise<CarrierBook['receipts']> {
  const { rows } = await sql<{ intent_id: Hex; digest: Hex; state: string; at: Date }>`
    select r.intent_id, r.digest, o.state, r.at from gesim.provisioner_receipts r
    join gesim.provisioner_orders o on o.intent_id = r.intent_id and o.attempt = r.attempt
    where o.book = ${book} order by r.at desc limit 50`.execute(db)
  return rows.map((row) => ({
    intentId: row.intent_id,
    digest: row.digest,
    atMs: row.at.getTime(),
    state: row.state,
  }))
}

async function failuresOf(db: Db, book: number): Promise<CarrierBook['failures']> {
  const { rows } = await sql<{ code: string; count: number }>`select code, count(*)::int as count
    from gesim.provisioner_orders where book = ${book} and code is not null group by code order by 2 desc`.execute(
    db,
  )
  return rows
}

async function telemetryOf(db: Db, book: number): Promise<CarrierBook['telemetry']> {
  const { rows } = await sql<{
    region: string
    minute: Date
    rsrp_dbm: number
    latency_ms: number
    throughput_mbps: number
    loss_ratio: number
  }>`select * from gesim.smart_switch_radio where book = ${book} order by minute desc limit 120`.execute(db)
  return rows.map((row) => ({
    region: row.region,
    atMs: row.minute.getTime(),
    rsrpDbm: row.rsrp_dbm,
    latencyMs: row.latency_ms,
    throughputMbps: row.throughput_mbps,
    lossRatio: row.loss_ratio,
  }))
}

/** The keys that signed for the book, so far as our rows know them. */
async function usedKeys(db: Db, book: number): Promise<{ role: 'PROVISIONING' | 'USAGE'; key: Hex }[]> {
  const { rows } = await sql<{ role: 'PROVISIONING' | 'USAGE'; key: Hex }>`
    select distinct 'PROVISIONING' as role, r.carrier_key as key from gesim.provisioner_receipts r
      where (r.receipt ->> 'book')::int = ${book}
    union
    select distinct 'USAGE', m.signer from gesim.metering_records m
      join gesim.provisioner_orders o on o.intent_id = m.intent_id and o.book = ${book}
      where m.side = 'carrier'`.execute(db)
  return rows
}
