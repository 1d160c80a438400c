import type { Hex } from '@gesim/journey'
import type { Db, Tx } from '@gesim/store'
import { sql } from 'kysely'
import type { Emitter } from './decode.ts'
import type { Block } from './ports.ts'

export interface Cursor {
  readonly block: bigint
  readonly hash: Hex
}

export async function readCursor(db: Db | Tx, chainId: number): Promise<Cursor | undefined> {
  const { rows } = await sql<Cursor>`
    select block, hash from gesim.indexer_cursor where chain_id = ${chainId}`.execute(db)
  return rows[0]
}

export async function writeCursor(tx: Tx, chainId: number, cursor: Cursor): Promise<void> {
  await sql`insert into gesim.indexer_cursor values (${chainId}, ${cursor.block}, ${cursor.hash})
    on conflict (chain_id) do update set block = excluded.block, hash = excluded.hash`.execute(tx)
}

export async function addBlocks(tx: Tx, chainId: number, blocks: readonly Block[]): Promise<void> {
  for (const block of blocks)
    await sql`insert into gesim.indexer_blocks
      values (${chainId}, ${block.number}, ${block.hash}, ${block.parent}, ${block.at})
      on conflict (chain_id, block) do update set hash = excluded.hash, parent = excluded.parent, at = excluded.at`.execute(
      tx,
    )
}

/** The stored hashes, newest first, from a block downwards. */
export async function storedBlocks(db: Db, chainId: number, from: bigint): Promise<Cursor[]> {
  const { rows } = await sql<Cursor>`select block, hash from gesim.indexer_blocks
    where chain_id = ${chainId} and block <= ${from} order by block desc limit 5000`.execute(db)
  return rows
}

export async function forgetBlocks(tx: Tx, chainId: number, below: bigint): Promise<void> {
  await sql`delete from gesim.indexer_blocks where chain_id = ${chainId} and block < ${below}`.execute(tx)
}

/** A log to keep. */
export interface LogRow {
  readonly block: bigint
  readonly block_hash: Hex
  readonly at: number
  readonly tx_hash: Hex
  readonly log_index: number
  readonly address: Hex
  readonly content: Hex
  readonly event: string
  readonly intent_id: Hex | null
  readonly book: number | null
  readonly facts: Record<string, unknown>
  readonly gas_used: bigint
}

/** Keeps a log. Returns false when it is known already. */
export async function addLog(tx: Tx, chainId: number, row: LogRow): Promise<void> {
  // The same log mined again after a reorganisation keeps the event that it made the first time.
  await sql`
    insert into gesim.indexer_logs (chain_id, block, block_hash, at, tx_hash, log_index, address, content, event,
      intent_id, book, facts, gas_used, seq)
    values (${chainId}, ${row.block}, ${row.block_hash}, ${row.at}, ${row.tx_hash}, ${row.log_index}, ${row.address},
      ${row.content}, ${row.event}, ${row.intent_id}, ${row.book}, ${JSON.stringify(row.facts)}::jsonb, ${row.gas_used},
      (select o.seq from gesim.indexer_logs o
       where o.chain_id = ${chainId} and o.tx_hash = ${row.tx_hash} and o.content = ${row.content}
         and o.orphaned_at is not null and o.seq is not null
         and not exists (select from gesim.indexer_logs n where n.chain_id = o.chain_id and n.seq = o.seq
           and n.seq > 0 and n.orphaned_at is null)
       order by o.id limit 1))
    on conflict (chain_id, tx_hash, log_index, block_hash)
      do update set orphaned_at = null`.execute(tx)
}

/** A log that has not become an event yet. */
export interface WaitingRow {
  readonly id: bigint
  readonly emitter?: Emitter
  readonly address: Hex
  readonly event: string
  readonly intent_id: Hex | null
  readonly facts: Record<string, unknown>
  readonly tx_hash: Hex
  readonly gas_used: bigint
  readonly book: number | null
}

/** The logs up to a block that still wait, in the order of the chain. */
export async function waitingLogs(tx: Tx, chainId: number, upTo: bigint): Promise<WaitingRow[]> {
  const { rows } = await sql<WaitingRow>`
    select l.id, l.address, l.event, l.intent_id, l.facts, l.tx_hash, l.gas_used,
      coalesce(l.book, (select a.book from gesim.indexer_logs a where a.intent_id = l.intent_id
        and a.event = 'IntentActivated' and a.orphaned_at is null limit 1)) as book
    from gesim.indexer_logs l
    where l.chain_id = ${chainId} and l.seq is null and l.orphaned_at is null and l.block <= ${upTo}
    order by l.block, l.log_index limit 1000`.execute(tx)
  return rows
}

export async function markPublished(tx: Tx, id: bigint, seq: bigint): Promise<void> {
  await sql`update gesim.indexer_logs set seq = ${seq} where id = ${id}`.execute(tx)
}

/** Marks everything above a block as taken away by a reorganisation. Returns how many logs that were. */
export async function orphanAbove(tx: Tx, chainId: number, block: bigint): Promise<number> {
  const { numAffectedRows } = await sql`update gesim.indexer_logs set orphaned_at = now()
    where chain_id = ${chainId} and block > ${block} and orphaned_at is null`.execute(tx)
  await sql`delete from gesim.indexer_blocks where chain_id = ${chainId} and block > ${block}`.execute(tx)
  return Number(numAffectedRows ?? 0n)
}

/** An event whose log is gone: orphaned up to a block of the old branch, and not mined again. */
export interface UndoneRow {
  readonly id: bigint
  readonly seq: bigint
  readonly event: string
  readonly intent_id: Hex | null
  readonly tx_hash: Hex
  readonly block: bigint
}

/** Events whose logs the new branch does not hold although it has passed their old block. */
export async function undoneLogs(tx: Tx, chainId: number, upTo: bigint): Promise<UndoneRow[]> {
  const { rows } = await sql<UndoneRow>`
    select o.id, o.seq, o.event, o.intent_id, o.tx_hash, o.block from gesim.indexer_logs o
    where o.chain_id = ${chainId} and o.orphaned_at is not null and o.seq > 0 and o.block <= ${upTo}
      and not exists (select from gesim.indexer_logs n where n.chain_id = o.chain_id and n.seq = o.seq
        and n.orphaned_at is null)
    order by o.seq`.execute(tx)
  return rows
}

/** An undone log makes no event any more; if it is mined after all, it makes a new one. */
export async function markUndone(tx: Tx, id: bigint): Promise<void> {
  await sql`update gesim.indexer_logs set seq = null where id = ${id}`.execute(tx)
}
