import { broken } from '@gesim/base'
import type { EventBodies, EventKind, Hex, JourneyEvent } from '@gesim/journey'
import { EVENTS } from '@gesim/journey'
import { type Kysely, sql } from 'kysely'
import type { Tables, Tx } from './tables.ts'

/** The channel on which every append is announced at commit; the payload is the kind. */
export const JOURNAL_CHANNEL = 'gesim_journal'

/** Writes an event in the caller's transaction: it exists when, and only when, that commits. Returns its `seq`. */
export async function append<Kind extends EventKind>(
  tx: Tx,
  kind: Kind,
  intentId: Hex | null,
  body: EventBodies[Kind],
): Promise<bigint> {
  const row = EVENTS[kind]
  if (!row) throw broken('store.unknown-event', { kind })
  const { rows } = await sql<{ seq: bigint }>`
    with added as (
      insert into gesim.journal (kind, version, intent_id, body)
      values (${kind}, ${row.version}, ${intentId?.toLowerCase() ?? null}, ${JSON.stringify(body)}::jsonb)
      returning seq
    )
    select seq, pg_notify(${JOURNAL_CHANNEL}, ${kind}) from added`.execute(tx)
  return rows[0]!.seq
}

/** What to read of the journal. */
export interface ReadQuery {
  /** Only events after the one with this `seq`, in the order of commit. 0 reads from the beginning. */
  readonly after?: bigint
  readonly kinds?: readonly EventKind[]
  readonly intentId?: Hex
  /** The newest ones, newest first, in place of the oldest after `after`. */
  readonly newestFirst?: boolean
  /** At most so many (default 200, at most 5000). */
  readonly limit?: number
}

export interface JournalRow {
  seq: bigint
  tx: string
  kind: string
  version: number
  intent_id: string | null
  at: Date
  body: unknown
}

/** A row as the event it is. */
export function toEvent(row: JournalRow): JourneyEvent {
  return {
    seq: row.seq,
    kind: row.kind as EventKind,
    version: row.version,
    intentId: row.intent_id as Hex | null,
    atMs: row.at.getTime(),
    body: row.body as EventBodies[EventKind],
  }
}

/** Reads settled events in the order in which every reader sees them. */
export async function read(db: Kysely<Tables>, query: ReadQuery): Promise<JourneyEvent[]> {
  const after = query.after ?? 0n
  const limit = Math.min(query.limit ?? 200, 5000)
  const { rows } = await sql<JournalRow>`
    select seq, tx, kind, version, intent_id, at, body from gesim.journal
    where tx < pg_snapshot_xmin(pg_current_snapshot())
      and (tx, seq) > (coalesce((select tx from gesim.journal where seq = ${after}), '0'::xid8), ${after}::bigint)
      ${query.kinds ? sql`and kind = any(${query.kinds as string[]}::text[])` : sql``}
      ${query.intentId ? sql`and intent_id = ${query.intentId.toLowerCase()}` : sql``}
    order by ${query.newestFirst ? sql`tx desc, seq desc` : sql`tx, seq`} limit ${limit}`.execute(db)
  return rows.map(toEvent)
}
