import { sql } from 'kysely'
import type { Store } from '../store.ts'

/** Waits until a reader of the journal has read an event. */
export async function readsOn({ db }: Store, reader: string, seq: bigint): Promise<void> {
  const endMs = Date.now() + 10_000
  for (;;) {
    const { rows } = await sql<{ seq: bigint }>`
      select seq from gesim.journal_cursors where reader = ${reader}`.execute(db)
    if ((rows[0]?.seq ?? 0n) >= seq) return
    if (Date.now() > endMs) throw new Error(`${reader} did not read on`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Waits until `look` answers something, and gives it. */
export async function eventually<T>(
  look: () => Promise<T | undefined | null | false>,
  withinMs = 20_000,
): Promise<T> {
  const endMs = Date.now() + withinMs
  for (;;) {
    const seen = await look()
    if (seen) return seen
    if (Date.now() > endMs) throw new Error('it did not happen in time')
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

/**
 * Waits until everything that is in the journal can be read: the journal shows an event once no older transaction, of any
 * database of the server, can still commit, and the server of the tests has other tests' transactions.
 */
export async function settled({ db }: Pick<Store, 'db'>): Promise<void> {
  await eventually(async () => {
    const { rows } = await sql<{ quiet: boolean | null }>`
      select max(tx) < pg_snapshot_xmin(pg_current_snapshot()) as quiet from gesim.journal`.execute(db)
    return rows[0]!.quiet !== false
  })
}
