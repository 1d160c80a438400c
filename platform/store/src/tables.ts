import type { Generated, Kysely, Transaction } from 'kysely'

/**
 * The tables that the store itself keeps. A stage declares its own rows and names them where it queries:
 * `store.db.withTables<{ intents: IntentRow }>()`. Kysely's queries go to the schema `gesim`; raw `sql` names it.
 */
export interface Tables {
  journal: {
    seq: Generated<bigint>
    tx: Generated<string>
    kind: string
    version: Generated<number>
    intent_id: string | null
    at: Generated<Date>
    body: unknown
  }
  journal_cursors: { reader: string; tx: string; seq: bigint; moved_at: Generated<Date> }
  journal_parked: {
    reader: string
    seq: bigint
    intent_id: string | null
    code: string
    why: string
    attempts: number
    parked_at: Generated<Date>
    released: Generated<boolean>
  }
}

export type Db = Kysely<Tables>

/** An open transaction: everything written through it commits together or not at all. */
export type Tx = Transaction<Tables>
