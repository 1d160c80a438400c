import type { Hex } from '@gesim/journey'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from './tables.ts'

/** Whose rows are looked for. */
export interface Holder {
  /** The keyed reference of the sign-in, never a name. */
  readonly subject: string
  readonly account: Hex | null
  /** The purchases of both, as the stages that know them say. */
  readonly intents: readonly Hex[]
}

/** How a value is told: as it is, as a moment, as money, as bytes, or not at all because it is a secret of others or sealed. */
export type HeldKind = 'text' | 'time' | 'micros' | 'octets' | 'sealed'

/** One column, by the code under which a page translates it. */
export interface HeldField {
  readonly code: string
  readonly kind: HeldKind
  /** The column counts seconds since 1970. */
  readonly seconds?: true
}

/**
 * What a stage stores about a traveller in one table: which rows are theirs, every column, why it is kept and until when. The
 * codes are those of `storedWords` in platform/wire. A test of apps/node holds the list against the catalogue of the database.
 */
export interface Holding {
  readonly group: string
  /** The table with its schema. */
  readonly table: `${string}.${string}`
  /** Which rows are the traveller's, as an SQL condition. */
  readonly mine: (who: Holder) => RawBuilder<unknown>
  readonly fields: Readonly<Record<string, HeldField>>
  readonly why: string
  readonly until: string
  /** Deleted with the account. What is not names the account at most, which stands on chain, and leads to no sign-in. */
  readonly forgotten?: true
  /** The column that decides which rows come first. */
  readonly newest: string
  /** The column that names purchases: other stages know them by this number only. */
  readonly intents?: string
}

export const text = (code: string): HeldField => ({ code, kind: 'text' })
export const time = (code: string): HeldField => ({ code, kind: 'time' })
export const seconds = (code: string): HeldField => ({ code, kind: 'time', seconds: true })
export const micros = (code: string): HeldField => ({ code, kind: 'micros' })
export const octets = (code: string): HeldField => ({ code, kind: 'octets' })
export const sealed = (code: string): HeldField => ({ code, kind: 'sealed' })

/** Rows of the traveller's purchases. */
export const ofIntents =
  (column = 'intent_id') =>
  (who: Holder): RawBuilder<unknown> =>
    sql`${sql.ref(column)} = any(${who.intents as Hex[]}::text[])`

/** Rows of the traveller's account. */
export const ofAccount =
  (column = 'account') =>
  (who: Holder): RawBuilder<unknown> =>
    sql`${sql.ref(column)} = ${who.account}`

/** Rows of the traveller's sign-in. */
export const ofSubject =
  (column = 'subject_ref') =>
  (who: Holder): RawBuilder<unknown> =>
    sql`${sql.ref(column)} = ${who.subject}`

/** The rows of a holding, each a value by the code of its field; what is empty is left out. */
export interface Held {
  readonly holding: Holding
  readonly total: number
  readonly rows: readonly Readonly<Record<string, string>>[]
}

/** The purchases of a sign-in and an account, as the holdings that name them say. */
export async function intentsHeld(
  db: Db,
  holdings: readonly Holding[],
  who: Omit<Holder, 'intents'>,
): Promise<Hex[]> {
  const found = new Set<Hex>()
  for (const { intents, mine, table } of holdings) {
    if (!intents) continue
    const { rows } = await sql<{ id: Hex }>`select distinct ${sql.ref(intents)} as id from ${sql.table(table)}
      where ${mine({ ...who, intents: [] })}`.execute(db)
    for (const { id } of rows) found.add(id)
  }
  return [...found]
}

/** What the holdings hold about somebody, `most` rows of each from `skip` on; a holding without rows is left out. */
export async function readHeld(
  db: Db,
  holdings: readonly Holding[],
  who: Holder,
  { skip = 0, most = 100 }: { readonly skip?: number; readonly most?: number } = {},
): Promise<Held[]> {
  const held: Held[] = []
  for (const holding of holdings) {
    const columns = Object.keys(holding.fields)
    const { rows } = await sql<Record<string, unknown> & { held_total: bigint }>`
      select ${sql.join(columns.map((column) => sql.ref(column)))}, count(*) over () as held_total
      from ${sql.table(holding.table)} where ${holding.mine(who)}
      order by ${sql.ref(holding.newest)} desc, ${sql.join(columns.map((_, at) => sql.raw(`${at + 1}`)))}
      limit ${most} offset ${skip}`.execute(db)
    if (rows[0])
      held.push({ holding, total: Number(rows[0].held_total), rows: rows.map((row) => told(holding, row)) })
  }
  return held
}

function told(holding: Holding, row: Readonly<Record<string, unknown>>): Record<string, string> {
  const values: Record<string, string> = {}
  for (const [column, field] of Object.entries(holding.fields)) {
    const value = row[column]
    if (value === null || value === undefined) continue
    values[field.code] = field.kind === 'sealed' ? 'sealed' : words(value, field)
  }
  return values
}

function words(value: unknown, field: HeldField): string {
  if (field.seconds) return new Date(Number(value) * 1000).toISOString()
  if (value instanceof Date) return value.toISOString()
  if (Buffer.isBuffer(value)) return value.toString('hex')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** What the store itself keeps that names a purchase or an account. */
export const storeHoldings: readonly Holding[] = [
  {
    group: 'events',
    table: 'gesim.journal',
    mine: ({ intents, account }) => sql`intent_id = any(${intents as Hex[]}::text[])
      or (intent_id is null and kind in ('account.registered', 'account.forgotten', 'identity.minted', 'identity.burned',
        'burn.wanted', 'budget.granted', 'gas.charged')
        and body ->> 'account' = ${account})`,
    fields: {
      seq: text('event'),
      tx: text('place'),
      kind: text('kind'),
      version: text('version'),
      intent_id: text('intent'),
      at: time('at'),
      body: text('content'),
    },
    why: 'running',
    until: 'stays',
    newest: 'seq',
  },
  {
    group: 'parked-events',
    table: 'gesim.journal_parked',
    mine: ofIntents(),
    fields: {
      reader: text('role'),
      seq: text('event'),
      intent_id: text('intent'),
      code: text('failure'),
      why: text('reason'),
      attempts: text('tries'),
      parked_at: time('at'),
      released: text('released'),
    },
    why: 'faults',
    until: 'stays',
    newest: 'seq',
  },
  {
    group: 'jobs',
    table: 'gesim_jobs.job',
    mine: ({ intents }) =>
      sql`coalesce(data ->> 'intentId', data ->> 'intent_id') = any(${intents as Hex[]}::text[])`,
    fields: {
      id: text('number'),
      name: text('kind'),
      state: text('state'),
      data: text('content'),
      created_on: time('created'),
      start_after: time('due'),
    },
    why: 'running',
    until: 'job',
    newest: 'created_on',
  },
]
