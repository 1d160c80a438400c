import { toHex } from '@gesim/base'
import type { Hex } from 'viem'
import {
  BOOK_LEVELS,
  DEPTH,
  INDEX_LEVELS,
  leafNode,
  NODE_BYTES,
  type Node,
  parentOf,
  positionOf,
  showNode,
  writeNode,
} from './sum-node.ts'
import type { LeafProof, LeafValue, NodeProof, SumNode, TreePath } from './words.ts'

/** A leaf with the intent it belongs to and its place. */
export interface PlacedLeaf extends LeafValue {
  readonly intentId: Hex
  readonly book: number
  readonly index: number
}

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
  readonly #levels: Map<number, Node>[] = Array.from({ length: DEPTH + 1 }, () => new Map())
  readonly #leaves = new Map<number, PlacedLeaf>()
  #dirty = new Set<number>()

  constructor(leaves: Iterable<PlacedLeaf> = []) {
    for (const leaf of leaves) this.set(leaf)
  }

  /** Sets the leaf of an intent. Throws `proofs.out-of-range` for figures that do not fit. */
  set(leaf: PlacedLeaf): void {
    const position = positionOf(leaf.book, leaf.index)
    const node = leafNode(leaf.intentId, leaf)
    if (node === null) {
      this.#levels[0]!.delete(position)
      this.#leaves.delete(position)
    } else {
      this.#levels[0]!.set(position, node)
      this.#leaves.set(position, leaf)
    }
    this.#dirty.add(position)
  }

  /** The leaf at a place. */
  get(book: number, index: number): PlacedLeaf | undefined {
    return this.#leaves.get(positionOf(book, index))
  }

  /** All leaves in ascending places. */
  leaves(): PlacedLeaf[] {
    return [...this.#leaves.entries()].sort(([a], [b]) => a - b).map(([, leaf]) => leaf)
  }

  /** How many leaves there are. */
  get size(): number {
    return this.#leaves.size
  }

  /** The root node. Throws `proofs.carry` when a sum exceeds 64 bits. */
  root(): SumNode {
    this.#rehash()
    return showNode(this.#levels[DEPTH]!.get(0) ?? null)
  }

  /** The sums of a book. */
  bookNode(book: number): SumNode {
    positionOf(book, 0)
    this.#rehash()
    return showNode(this.#levels[INDEX_LEVELS]!.get(book) ?? null)
  }

  /** The leaf at a place with its path; where there is none, the proof that there is none. */
  leafProof(book: number, index: number): LeafProof {
    const position = positionOf(book, index)
    this.#rehash()
    const { amount, coSigned, bytesUsed, seq, flags, evidence } = this.#leaves.get(position) ?? NOTHING
    return { amount, coSigned, bytesUsed, seq, flags, evidence, ...this.#path(position, 0, DEPTH) }
  }

  /** The node of a book with its path. */
  nodeProof(book: number): NodeProof {
    return { ...this.bookNode(book), ...this.#path(book, INDEX_LEVELS, BOOK_LEVELS) }
  }

  /**
   * A node at any height with its path to the root; `children` are the 96 bytes it hashes. For proofs of faults above
   * single leaves (see the contracts' `proveSumMismatch`).
   */
  nodeAt(level: number, place: number): NodeProof & { children: Hex } {
    this.#rehash()
    const children = new Uint8Array(2 * NODE_BYTES)
    for (const side of [0, 1]) {
      const child = level > 0 ? this.#levels[level - 1]!.get(2 * place + side) : undefined
      if (child) writeNode(children, side * NODE_BYTES, child)
    }
    const node = showNode(this.#levels[level]!.get(place) ?? null)
    return { ...node, ...this.#path(place, level, DEPTH - level), children: `0x${toHex(children)}` }
  }

  #path(place: number, level: number, steps: number): TreePath {
    let bitmap = 0n
    const found: Node[] = []
    for (let step = 0, at = place; step < steps; step++, at = Math.floor(at / 2)) {
      const sibling = this.#levels[level + step]!.get(at % 2 === 1 ? at - 1 : at + 1)
      if (!sibling) continue
      bitmap |= 1n << BigInt(step)
      found.push(sibling)
    }
    const siblings = new Uint8Array(found.length * NODE_BYTES)
    found.forEach((node, i) => {
      writeNode(siblings, i * NODE_BYTES, node)
    })
    return { bitmap, siblings: `0x${toHex(siblings)}` }
  }

  #rehash(): void {
    if (this.#dirty.size === 0) return
    let dirty = this.#dirty
    for (let level = 0; level < DEPTH; level++) {
      const above = new Set<number>()
      for (const place of dirty) above.add(Math.floor(place / 2))
      for (const place of above) {
        const parent = parentOf(
          this.#levels[level]!.get(2 * place) ?? null,
          this.#levels[level]!.get(2 * place + 1) ?? null,
        )
        if (parent) this.#levels[level + 1]!.set(place, parent)
        else this.#levels[level + 1]!.delete(place)
      }
      dirty = above
    }
    // Only now: a carry leaves the leaves dirty, so that the next attempt starts from them again.
    this.#dirty = new Set()
  }
}
