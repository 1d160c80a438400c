import type { Hex } from 'viem'
import { type MultiProof, type Place, proveTogether } from './sum-multi-proof.ts'
import {
  BOOK_LEVELS,
  DEPTH,
  INDEX_LEVELS,
  isEmptyLeaf,
  leafPreimage,
  NODE_BYTES,
  positionOf,
  readNode,
  showNode,
} from './sum-node.ts'
import { kernel as bestKernel } from './sum-tree-kernel/kernel.ts'
import type { Kernel } from './sum-tree-kernel/layout.ts'
import { type PackedLeaves, PackedTree, RECORD_WORDS, recordAt, saysNothing } from './sum-tree-packed.ts'
import { type PlacedLeaf, quickHex, readRecord, writeRecord } from './sum-tree-record.ts'
import type { LeafProof, LeafValue, NodeProof, SumNode, TreePath } from './words.ts'

const NOTHING: LeafValue = {
  amount: 0n,
  coSigned: 0n,
  bytesUsed: 0n,
  seq: 0,
  flags: 0,
  evidence: `0x${'0'.repeat(64)}`,
}

/**
 * The tree of all charges: one leaf an intent, at book * 2^20 + index, sums upwards. Sparse, so it costs what it holds;
 * incremental, so setting k leaves rehashes their paths only, once, when the next root or proof is asked for.
 *
 * @example
 * const tree = new SumTree()
 * tree.set({ intentId, book: 1, index: 0, amount: 5n, coSigned: 5n, bytesUsed: 9n, seq: 1, flags: 0, evidence })
 * verifyLeafProof(tree.root(), intentId, positionOf(1, 0), tree.leafProof(1, 0)) // true
 */
export class SumTree {
  readonly #kernel: Kernel
  #tree = PackedTree.of({ places: new Uint32Array(), records: new Int32Array() })
  /** Whether the nodes of the tree are those of its leaves; not so after a carry. */
  #isWhole = true
  /** Leaves that are not in the tree yet: places with the numbers of their records. */
  readonly #pending = new Map<number, number>()
  #records = new Int32Array(RECORD_WORDS)
  #recordCount = 0
  #size = 0

  /** Hashes with the fastest kernel that runs here, unless told which. */
  constructor(leaves: Iterable<PlacedLeaf> = [], kernel: Kernel = bestKernel()) {
    this.#kernel = kernel
    for (const leaf of leaves) this.set(leaf)
  }

  /** Sets the leaf of an intent; one that says nothing is taken away. Throws `proofs.out-of-range` for figures that do not fit. */
  set(leaf: PlacedLeaf): void {
    const position = positionOf(leaf.book, leaf.index)
    this.#makeRoom()
    writeRecord(recordAt(this.#records, this.#recordCount), leaf)
    const had = this.#pending.get(position)
    const isThere =
      had === undefined ? this.#tree.indexOf(0, position) >= 0 : !saysNothing(this.#records, had)
    this.#size += (saysNothing(this.#records, this.#recordCount) ? 0 : 1) - (isThere ? 1 : 0)
    this.#pending.set(position, this.#recordCount++)
  }

  /** The leaf at a place. */
  get(book: number, index: number): PlacedLeaf | undefined {
    const position = positionOf(book, index)
    const pending = this.#pending.get(position)
    const record = pending === undefined ? this.#tree.recordBytes(position) : recordAt(this.#records, pending)
    const leaf = record && readRecord(record, position)
    return leaf && !isEmptyLeaf(leaf) ? leaf : undefined
  }

  /** All leaves in ascending places. */
  leaves(): PlacedLeaf[] {
    const { places, records } = this.#tree.mergeLeaves(this.#changes())
    return Array.from(places, (place, i) => readRecord(recordAt(records, i), place))
  }

  /** How many leaves there are. */
  get size(): number {
    return this.#size
  }

  /** The root node. Throws `proofs.carry` when a sum exceeds 64 bits. */
  root(): SumNode {
    return this.#show(DEPTH, 0)
  }

  /** The sums of a book. */
  bookNode(book: number): SumNode {
    positionOf(book, 0)
    return this.#show(INDEX_LEVELS, book)
  }

  /** The leaf at a place with its path; where there is none, the proof that there is none. */
  leafProof(book: number, index: number): LeafProof {
    const position = positionOf(book, index)
    this.#rehash()
    const { amount, coSigned, bytesUsed, seq, flags, evidence } = this.get(book, index) ?? NOTHING
    return { amount, coSigned, bytesUsed, seq, flags, evidence, ...this.#path(position, 0, DEPTH) }
  }

  /** One proof of what stands at several places; where there is nothing, that there is nothing. */
  multiProof(places: readonly Place[]): MultiProof {
    this.#rehash()
    return proveTogether(
      places.map(({ book, index }) => positionOf(book, index)),
      (level, place) => this.#tree.nodeBytes(level, place),
    )
  }

  /** The node of a book with its path. */
  nodeProof(book: number): NodeProof {
    return { ...this.bookNode(book), ...this.#path(book, INDEX_LEVELS, BOOK_LEVELS) }
  }

  /**
   * A node at any height with its path to the root; `children` are the 96 bytes it hashes, of a leaf the 128. For proofs of
   * faults above single leaves (see the contracts' `proveSumMismatch`).
   */
  nodeAt(level: number, place: number): NodeProof & { children: Hex } {
    const node = this.#show(level, place)
    const children = level === 0 ? this.#leafBytes(place) : this.#childBytes(level, place)
    return { ...node, ...this.#path(place, level, DEPTH - level), children: `0x${quickHex(children)}` }
  }

  #leafBytes(place: number): Uint8Array {
    const leaf = this.get(Math.floor(place / 2 ** INDEX_LEVELS), place % 2 ** INDEX_LEVELS)
    return leaf ? leafPreimage(leaf.intentId, leaf) : new Uint8Array()
  }

  #childBytes(level: number, place: number): Uint8Array {
    const children = new Uint8Array(2 * NODE_BYTES)
    for (const side of [0, 1]) {
      const child = this.#tree.nodeBytes(level - 1, 2 * place + side)
      if (child) children.set(child, side * NODE_BYTES)
    }
    return children
  }

  #show(level: number, place: number): SumNode {
    this.#rehash()
    const bytes = this.#tree.nodeBytes(level, place)
    return showNode(bytes && readNode(bytes, 0))
  }

  #path(place: number, level: number, steps: number): TreePath {
    let bitmap = 0n
    let siblings = ''
    for (let step = 0, at = place; step < steps; step++, at = at >>> 1) {
      const sibling = this.#tree.nodeBytes(level + step, (at ^ 1) >>> 0)
      if (!sibling) continue
      bitmap |= 1n << BigInt(step)
      siblings += quickHex(sibling)
    }
    return { bitmap, siblings: `0x${siblings}` }
  }

  #changes(): PackedLeaves {
    const places = Uint32Array.from(this.#pending.keys()).sort()
    const records = new Int32Array(places.length * RECORD_WORDS)
    for (let i = 0; i < places.length; i++) {
      const from = this.#pending.get(places[i]!)! * RECORD_WORDS
      records.set(this.#records.subarray(from, from + RECORD_WORDS), i * RECORD_WORDS)
    }
    return { places, records }
  }

  #makeRoom(): void {
    if ((this.#recordCount + 1) * RECORD_WORDS <= this.#records.length) return
    const larger = new Int32Array(2 * this.#records.length)
    larger.set(this.#records)
    this.#records = larger
  }

  #rehash(): void {
    if (this.#pending.size > 0) {
      const { tree, rehash } = this.#tree.merge(this.#changes())
      const hasNodes = this.#isWhole && this.#tree.records.length > 0
      this.#tree = tree
      this.#pending.clear()
      this.#records = new Int32Array(RECORD_WORDS)
      this.#recordCount = 0
      this.#isWhole = false
      if (hasNodes) {
        rehash(this.#kernel)
        this.#isWhole = true
      }
    }
    // All at once the first time, and after a carry, which left some nodes unmade.
    if (!this.#isWhole) this.#tree.hash(this.#kernel)
    this.#isWhole = true
  }
}
