import type { Db, Tx } from '@gesim/store'
import { sql } from 'kysely'
import { formatRate, type KeptRate, parseRate, type Reading } from './decide.ts'
import type { CountrySignal } from './ports.ts'

interface RateRow {
  pair: string
  rate: string
  updated_at: bigint
  read_at: bigint
  refused_at: bigint | null
}

const shown = (row: RateRow) => ({
  pair: row.pair,
  rate: row.rate,
  updatedAt: Number(row.updated_at),
  readAt: Number(row.read_at),
})

export async function readRate(db: Db, pair: string) {
  const { rows } = await sql<RateRow>`
    select pair, trim_scale(rate)::text as rate, updated_at, read_at, refused_at from gesim.oracles_rates
    where pair = ${pair}`.execute(db)
  return rows[0] ? shown(rows[0]) : null
}

const rateRows = async (db: Db) => {
  const { rows } = await sql<RateRow>`
    select pair, trim_scale(rate)::text as rate, updated_at, read_at, refused_at
    from gesim.oracles_rates order by pair`.execute(db)
  return rows
}

export async function readRateList(db: Db) {
  return (await rateRows(db)).map(shown)
}

export async function keptRates(db: Db): Promise<KeptRate[]> {
  return (await rateRows(db)).map((row) => ({
    pair: row.pair,
    price: parseRate(row.rate),
    updatedAt: Number(row.updated_at),
    readAt: Number(row.read_at),
    refusedAt: row.refused_at === null ? null : Number(row.refused_at),
  }))
}

/** The oracle refuses a pair: what is known of it stays, and is not used. */
export async function noteRefusal(db: Db, pair: string, refusedAt: number): Promise<void> {
  await sql`update gesim.oracles_rates set refused_at = ${refusedAt} where pair = ${pair}`.execute(db)
}

export async function writeRate(db: Db, reading: Reading, readAt: number): Promise<void> {
  await sql`
    insert into gesim.oracles_rates values
      (${reading.pair}, ${formatRate(reading.price)}::numeric, ${reading.updatedAt}, ${readAt}, null)
    on conflict (pair) do update set rate = excluded.rate, updated_at = excluded.updated_at,
      read_at = excluded.read_at, refused_at = null`.execute(db)
}

/** The signals as they stand on chain now; what is not among them holds no more. */
export async function writeSignals(tx: Tx, signals: readonly CountrySignal[], readAt: number): Promise<void> {
  await sql`delete from gesim.oracles_signals
    where country <> all(${signals.map((one) => one.country)}::text[])`.execute(tx)
  for (const one of signals)
    await sql`insert into gesim.oracles_signals values (${one.country}, ${one.requirement},
        ${one.publisher.toLowerCase()}, ${one.source}, ${one.validUntil}, ${readAt})
      on conflict (country) do update set requirement = excluded.requirement, publisher = excluded.publisher,
        source = excluded.source, valid_until = excluded.valid_until, read_at = excluded.read_at`.execute(tx)
}

/** What countries ask, one or all. */
export async function readCompliance(db: Db, country?: string) {
  const { rows } = await sql<{
    country: string
    requirement: 'none' | 'registration' | 'blocked'
    note: string
    source: string
    noted_on: string
  }>`
    select country, requirement, note, source, noted_on::text as noted_on from gesim.oracles_compliance
    ${country === undefined ? sql`` : sql`where country = ${country}`} order by country`.execute(db)
  return rows.map(({ noted_on, ...row }) => ({ ...row, notedOn: noted_on }))
}
