import { fromHex, refuse, toHex } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { Db, Running, Store, Tx } from '@gesim/store'
import { type LogKey, signCheckpoint } from './checkpoint.ts'
import { entryOf, LOGGED, type LoggedEvent } from './entries.ts'
import { type EntryRow, findEntry, insertEntry, overNodes, readEntries, readSize } from './table.ts'
import { completedNodes, consistencyPath, inclusionPath, rootOf } from './tree.ts'

const MOST_ENTRIES = 500

/** The transparency log: what was signed, in an order that can only grow, and proofs of it. */
export class TransparencyLog {
  readonly #store: Pick<Store, 'db' | 'follow'>
  readonly #origin: string
  readonly #key: LogKey

  constructor(store: Pick<Store, 'db' | 'follow'>, origin: string, key: LogKey) {
    this.#store = store
    this.#origin = origin
    this.#key = key
  }

  /** Follows the journal. One process of all appends at a time: the reader's lock sees to it. */
  start(): Running {
    return this.#store.follow({ reader: 'transparency', kinds: LOGGED }, (event, tx) =>
      this.append(event as LoggedEvent, tx),
    )
  }

  /** Appends the entry of an event. */
  async append(event: LoggedEvent, tx: Tx): Promise<void> {
    const entry = entryOf(event)
    const index = await readSize(tx)
    const leaf = fromHex(entry.leafHash)
    const nodes = await overNodes(tx, (lookup) => completedNodes(index, leaf, lookup))
    const intentId = event.kind === 'profile.installed' ? event.intentId : null
    await insertEntry(tx, index, entry, { seq: event.seq, intentId }, nodes)
  }

  /** The signed head of the log. */
  async checkpoint(db: Db = this.#store.db) {
    const size = await readSize(db)
    const root = await overNodes(db, (lookup) => rootOf(size, lookup))
    return signCheckpoint(this.#origin, size, root, this.#key)
  }

  async entries(from: number, to?: number) {
    const size = await readSize(this.#store.db)
    const rows = await readEntries(this.#store.db, from, Math.min(to ?? size, from + MOST_ENTRIES))
    return { entries: rows.map(shown), size }
  }

  /** The proof that an entry is in the log. Throws `transparency.unknown-entry`. */
  async proof(leafHash: string) {
    // One snapshot, so that the path leads to the very head that is signed.
    return await this.#store.db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (tx) => {
        const row = await findEntry(tx, leafHash)
        if (!row) throw refuse('transparency.unknown-entry', { leafHash })
        const checkpoint = await this.checkpoint(tx)
        const path = await overNodes(tx, (lookup) =>
          inclusionPath(Number(row.index), checkpoint.size, lookup),
        )
        return { entry: shown(row), path: path.map(hexOf), checkpoint }
      })
  }

  /** The proof that an earlier head is a beginning of a later one. Throws `transparency.unknown-size`. */
  async consistency(first: number, second: number) {
    const size = await readSize(this.#store.db)
    if (first > second || second > size) throw refuse('transparency.unknown-size', { first, second, size })
    const path = await overNodes(this.#store.db, (lookup) => consistencyPath(first, second, lookup))
    return { first, second, path: path.map(hexOf) }
  }
}

function hexOf(bytes: Uint8Array): Hex {
  return `0x${toHex(bytes)}`
}

function shown(row: EntryRow) {
  return {
    index: Number(row.index),
    leafHash: row.leaf_hash as Hex,
    kind: row.kind,
    entry: row.entry,
    atMs: row.at.getTime(),
  }
}
