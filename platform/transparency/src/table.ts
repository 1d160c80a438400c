import { fromHex, toHex } from '@gesim/base'
import type { Db, Tx } from '@gesim/store'
import { sql } from 'kysely'
import type { Entry } from './entries.ts'
import { type Lookup, type NodeKey, nodesNeeded } from './tree.ts'

export interface EntryRow {
  index: bigint
  leaf_hash: string
  kind: string
  entry: string
  at: Date
}

/** How many entries the log has. */
export async function readSize(db: Db): Promise<number> {
  const { rows } = await sql<{ size: bigint }>`
    select coalesce(max(index) + 1, 0)::bigint as size from gesim.transparency_entries`.execute(db)
  return Number(rows[0]!.size)
}

export async function readEntries(db: Db, from: number, to: number): Promise<EntryRow[]> {
  const { rows } = await sql<EntryRow>`
    select index, leaf_hash, kind, entry, at from gesim.transparency_entries
    where index >= ${from} and index < ${to} order by index`.execute(db)
  return rows
}

export async function findEntry(db: Db, leafHash: string): Promise<EntryRow | null> {
  const { rows } = await sql<EntryRow>`
    select index, leaf_hash, kind, entry, at from gesim.transparency_entries
    where leaf_hash = ${leafHash.toLowerCase()}`.execute(db)
  return rows[0] ?? null
}

/** Computes over stored nodes: what it needs is read in one query. */
export async function overNodes<T>(db: Db, compute: (lookup: Lookup) => T): Promise<T> {
  const needed = nodesNeeded(compute)
  const { rows } = await sql<{ level: number; place: bigint; hash: string }>`
    select n.level, n.place, n.hash
    from unnest(${needed.map((key) => key.level)}::smallint[], ${needed.map((key) => key.place)}::bigint[])
      as asked(level, place)
    join gesim.transparency_nodes n using (level, place)`.execute(db)
  const hashes = new Map(rows.map((row) => [nameOf({ ...row, place: Number(row.place) }), fromHex(row.hash)]))
  return compute((key) => hashes.get(nameOf(key))!)
}

function nameOf({ level, place }: NodeKey): string {
  return `${level}:${place}`
}

export async function insertEntry(
  tx: Tx,
  index: number,
  entry: Entry,
  cause: { seq: bigint; intentId: string | null },
  nodes: readonly { key: NodeKey; hash: Uint8Array }[],
): Promise<void> {
  await sql`
    insert into gesim.transparency_entries (index, leaf_hash, kind, entry, intent_id, cause)
    values (${index}, ${entry.leafHash}, ${entry.kind}, ${entry.text}, ${cause.intentId}, ${cause.seq})`.execute(
    tx,
  )
  await sql`
    insert into gesim.transparency_nodes (level, place, hash)
    select * from unnest(${nodes.map(({ key }) => key.level)}::smallint[],
      ${nodes.map(({ key }) => key.place)}::bigint[],
      ${nodes.map(({ hash }) => `0x${toHex(hash)}`)}::text[])`.execute(tx)
}
