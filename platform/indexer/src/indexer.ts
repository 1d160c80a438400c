import { isFailure, type Log, unreachable } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { Store, Tx } from '@gesim/store'
import { sql } from 'kysely'
import { concat, keccak256 } from 'viem'
import { decode, draftOf, type Emitter, factsOf } from './decode.ts'
import type { Block, Chain, RawLog } from './ports.ts'
import type { Confirmations } from './settings.ts'
import {
  addBlocks,
  addLog,
  type Cursor,
  forgetBlocks,
  type LogRow,
  markPublished,
  markUndone,
  orphanAbove,
  readCursor,
  storedBlocks,
  undoneLogs,
  waitingLogs,
  writeCursor,
} from './table.ts'

/** Headers kept for finding the fork of a reorganisation. */
const KEPT_BLOCKS = 1_024n
/** Blocks read in one step while catching up. */
const STEP_BLOCKS = 500n
/** Near the tip every header is read and linked to its parent. */
const LINKED_BLOCKS = 64n

export interface IndexerOptions {
  readonly store: Store
  readonly chain: Chain
  readonly chainId: number
  readonly emitters: ReadonlyMap<string, Emitter>
  /** Where to begin when nothing was read yet. */
  readonly fromBlock: bigint
  readonly confirmations: Confirmations
  readonly log: Log
}

/** Reads the chain step by step; everything of a step commits together. */
export interface Indexer {
  /** One step. True when there is more to read at once. Throws `indexer.no-chain`, `indexer.moving`. */
  step(): Promise<boolean>
}

export function makeIndexer(options: IndexerOptions): Indexer {
  const { store, chain, chainId, emitters, log } = options
  const addresses = [...emitters.keys()] as Hex[]
  let lastConfirmed = -1n

  async function step(): Promise<boolean> {
    const cursor = await readCursor(store.db, chainId)
    const head = await chain.block('latest')
    if (!head) throw unreachable('indexer.moving', { why: 'no head' })
    const confirmed = await confirmedBlock(head)

    if (
      cursor &&
      (head.number < cursor.block || (head.number === cursor.block && head.hash !== cursor.hash))
    ) {
      await rewind(cursor, head)
      return true
    }
    const from = cursor ? cursor.block + 1n : options.fromBlock
    if (from > head.number) {
      if (confirmed > lastConfirmed) await commit(cursor, [], [], confirmed)
      lastConfirmed = confirmed
      return false
    }
    const to = head.number - from >= STEP_BLOCKS ? from + STEP_BLOCKS - 1n : head.number
    const blocks = await headers(from, to, head)
    if (cursor && blocks[0]!.number === from && blocks[0]!.parent !== cursor.hash) {
      await rewind(cursor, head)
      return true
    }
    const logs = await chain.logs(addresses, from, to)
    const rows = await toRows(logs, blocks)
    await commit(cursor, blocks, rows, confirmed)
    lastConfirmed = confirmed
    return to < head.number
  }

  async function confirmedBlock(head: Block): Promise<bigint> {
    if (options.confirmations === 'finalized') return (await chain.block('finalized'))?.number ?? -1n
    return head.number - BigInt(options.confirmations)
  }

  /** The headers of a range: all of them near the tip, linked; only the last one far below it, which nobody reorganises. */
  async function headers(from: bigint, to: bigint, head: Block): Promise<Block[]> {
    const linkedFrom = head.number - to < LINKED_BLOCKS ? maxOf(from, to - LINKED_BLOCKS + 1n) : to
    const numbers: bigint[] = []
    if (linkedFrom > from) numbers.push(from)
    for (let number = linkedFrom; number <= to; number++) numbers.push(number)
    const blocks = await Promise.all(
      numbers.map(async (number) => {
        const block = number === head.number ? head : await chain.block(number)
        if (!block) throw unreachable('indexer.moving', { block: number })
        return block
      }),
    )
    for (let i = 1; i < blocks.length; i++) {
      const linked = blocks[i]!.number === blocks[i - 1]!.number + 1n
      if (linked && blocks[i]!.parent !== blocks[i - 1]!.hash)
        throw unreachable('indexer.moving', { block: blocks[i]!.number })
    }
    return blocks
  }

  async function toRows(logs: readonly RawLog[], blocks: readonly Block[]): Promise<LogRow[]> {
    const known = new Map(blocks.map((block) => [block.number, block]))
    const gas = new Map<Hex, bigint>()
    await Promise.all(
      [...new Set(logs.map((raw) => raw.txHash))].map(async (txHash) => {
        gas.set(txHash, await chain.gasUsed(txHash))
      }),
    )
    const rows: LogRow[] = []
    for (const raw of logs) {
      const emitter = emitters.get(raw.address)
      const decoded = emitter && decode(emitter, raw)
      if (!decoded) continue
      const block = known.get(raw.block) ?? (await chain.block(raw.block))
      if (!block || block.hash !== raw.blockHash) throw unreachable('indexer.moving', { block: raw.block })
      known.set(raw.block, block)
      const facts = factsOf(decoded)
      rows.push({
        block: raw.block,
        block_hash: raw.blockHash,
        at: block.at,
        tx_hash: raw.txHash,
        log_index: raw.logIndex,
        address: raw.address,
        content: keccak256(concat([raw.address, ...raw.topics, raw.data])),
        event: decoded.event,
        intent_id: (facts.intentId as Hex | undefined) ?? null,
        book: facts.book === undefined ? null : Number(facts.book),
        facts,
        gas_used: gas.get(raw.txHash)!,
      })
    }
    return rows
  }

  async function commit(
    before: Cursor | undefined,
    blocks: readonly Block[],
    rows: readonly LogRow[],
    confirmed: bigint,
  ): Promise<void> {
    await store.tx(async (tx) => {
      if (!(await stillAt(tx, before))) return
      for (const row of rows) await addLog(tx, chainId, row)
      await addBlocks(tx, chainId, blocks)
      const last = blocks.at(-1)
      if (last) {
        await writeCursor(tx, chainId, { block: last.number, hash: last.hash })
        if (last.number % 64n === 0n) await forgetBlocks(tx, chainId, last.number - KEPT_BLOCKS)
      }
      await publish(tx, confirmed)
      const tip = last?.number ?? before?.block
      if (tip !== undefined) await undo(tx, tip)
    })
  }

  /** Takes the indexer's lock; false when another process has read on since `before`. */
  async function stillAt(tx: Tx, before: Cursor | undefined): Promise<boolean> {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`gesim.indexer:${chainId}`}, 0))`.execute(tx)
    const now = await readCursor(tx, chainId)
    return now?.block === before?.block && now?.hash === before?.hash
  }

  async function publish(tx: Tx, confirmed: bigint): Promise<void> {
    for (const row of await waitingLogs(tx, chainId, confirmed)) {
      const draft = draftOf(emitters.get(row.address)!, row.event, row.facts, {
        txHash: row.tx_hash,
        gasUsed: row.gas_used.toString(),
        book: row.book,
      })
      const seq = draft ? await store.append(tx, draft.kind, draft.intentId, draft.body) : 0n
      await markPublished(tx, row.id, seq)
    }
  }

  /** Tells of events whose logs a reorganisation took away and the new branch did not bring back. */
  async function undo(tx: Tx, tip: bigint): Promise<void> {
    for (const row of await undoneLogs(tx, chainId, tip)) {
      log.error('an event of the chain was undone', {
        code: 'indexer.undone',
        event: row.event,
        seq: row.seq,
        intentId: row.intent_id,
        hash: row.tx_hash,
        block: row.block,
      })
      await store.append(tx, 'chain.undone', row.intent_id, {
        seq: row.seq.toString(),
        event: row.event,
        txHash: row.tx_hash,
        block: Number(row.block),
      })
      await markUndone(tx, row.id)
    }
  }

  /** Goes back to the newest block that the chain still has; what lay above it is orphaned. */
  async function rewind(cursor: Cursor, head: Block): Promise<void> {
    let fork: Cursor | undefined
    for (const stored of await storedBlocks(store.db, chainId, minOf(cursor.block, head.number))) {
      if ((await chain.block(stored.block))?.hash === stored.hash) {
        fork = stored
        break
      }
    }
    const to = fork?.block ?? options.fromBlock - 1n
    await store.tx(async (tx) => {
      if (!(await stillAt(tx, cursor))) return
      const count = await orphanAbove(tx, chainId, to)
      log.warn('the chain was reorganised', { from: cursor.block, to, count, hash: head.hash })
      if (fork) await writeCursor(tx, chainId, fork)
      else await sql`delete from gesim.indexer_cursor where chain_id = ${chainId}`.execute(tx)
    })
    lastConfirmed = -1n
  }

  return { step }
}

/** Whether a step shall simply be tried again. */
export function isPassing(error: unknown): boolean {
  return isFailure(error) && error.kind === 'unreachable'
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function minOf(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
