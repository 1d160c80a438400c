import { refuse } from '@gesim/base'
import { BATCH, type Kernel } from './sum-tree-kernel/layout.ts'

/** Words of 32 bits in a leaf's record and in a node. */
export const RECORD_WORDS = 24
export const NODE_WORDS = 12

const LEVELS = 32

/** Leaves as the kernel reads them: places ascending, 24 words (96 bytes: intent id, packed figures, evidence) each. */
export interface PackedLeaves {
  readonly places: Uint32Array
  readonly records: Int32Array
}

/** The nodes of one height that are not empty, from left to right. */
export interface Level {
  readonly places: Uint32Array
  /** (number of the first child) * 4 + 1 for a left + 2 for a right child; none at the height of leaves. */
  readonly links: Uint32Array
  readonly nodes: Int32Array
}

/** Where the arrays of a tree live: `SharedArrayBuffer` for several workers. */
export type Allocate = (bytes: number) => ArrayBufferLike
const inHeap: Allocate = (bytes) => new ArrayBuffer(bytes)

/**
 * The sum tree in flat arrays: for each height the places that are not empty, links to their children, and their nodes.
 * A million leaves take 220 MB. All heights are kept, so a proof is a few copies and a change hashes its paths only.
 */
export class PackedTree {
  readonly records: Int32Array
  /** From the leaves (0) to the root (32). */
  readonly levels: readonly Level[]

  private constructor(records: Int32Array, levels: readonly Level[]) {
    this.records = records
    this.levels = levels
  }

  /** The structure of a tree; its nodes are not made yet. The leaves' arrays become part of it. */
  static of({ places, records }: PackedLeaves, allocate: Allocate = inHeap): PackedTree {
    const nodes = new Int32Array(allocate(4 * NODE_WORDS * places.length))
    const levels: Level[] = [{ places, links: new Uint32Array(), nodes }]
    for (let level = 0; level < LEVELS; level++) levels.push(parentsOf(levels[level]!.places, allocate))
    return new PackedTree(records, levels)
  }

  /** A tree over arrays that exist, for another thread. */
  static over(records: Int32Array, levels: readonly Level[]): PackedTree {
    return new PackedTree(records, levels)
  }

  /** Makes all nodes. Throws `proofs.carry` when a sum exceeds 64 bits. */
  hash(kernel: Kernel): void {
    for (let level = 0; level <= LEVELS; level++)
      this.hashRange(kernel, level, 0, this.levels[level]!.places.length)
  }

  /** Makes the nodes of one height from `from` to `to`. */
  hashRange(kernel: Kernel, level: number, from: number, to: number): void {
    const { links, nodes } = this.levels[level]!
    for (let start = from; start < to; start += BATCH) {
      const end = start + BATCH < to ? start + BATCH : to
      if (level === 0) {
        kernel.input.set(this.records.subarray(start * RECORD_WORDS, end * RECORD_WORDS))
        kernel.leaves(end - start)
      } else {
        const first = links[start]! >>> 2
        const last = links[end - 1]!
        const after = (last >>> 2) + ((last & 3) === 3 ? 2 : 1)
        kernel.input.set(this.levels[level - 1]!.nodes.subarray(first * NODE_WORDS, after * NODE_WORDS))
        kernel.links.set(links.subarray(start, end))
        if (kernel.nodes(end - start, first) !== 0) throw refuse('proofs.carry', { level })
      }
      nodes.set(kernel.output.subarray(0, (end - start) * NODE_WORDS), start * NODE_WORDS)
    }
  }

  /**
   * The tree with other leaves in some places; a record that says nothing takes its leaf away. When all of them replace
   * leaves it is this tree itself, changed where it lies; otherwise a new one, and this one stays as it is. `rehash` then
   * makes the nodes of the touched paths, and throws `proofs.carry` when a sum exceeds 64 bits.
   */
  merge(changes: PackedLeaves): { tree: PackedTree; rehash: (kernel: Kernel) => void } {
    const { places, records } = changes
    const found = this.#indicesOf(changes)
    if (found === null) {
      const tree = PackedTree.of(this.mergeLeaves(changes))
      return { tree, rehash: (kernel) => tree.#rehashBeside(kernel, this, places) }
    }
    for (let i = 0; i < found.length; i++)
      copyWords(records, i * RECORD_WORDS, this.records, found[i]! * RECORD_WORDS, RECORD_WORDS)
    return { tree: this, rehash: (kernel) => this.#rehashInPlace(kernel, found) }
  }

  /** Numbers of the leaves that change; nothing when one of them is new or taken away. */
  #indicesOf({ places, records }: PackedLeaves): Uint32Array | null {
    const old = this.levels[0]!.places
    const found = new Uint32Array(places.length)
    let near = 0
    for (let i = 0; i < places.length; i++) {
      near = lowerBound(old, places[i]!, near)
      if (old[near] !== places[i] || saysNothing(records, i)) return null
      found[i] = near
    }
    return found
  }

  /** The number of a place among those of its height that are not empty; negative when it is empty. */
  indexOf(level: number, place: number): number {
    const { places } = this.levels[level]!
    const index = lowerBound(places, place, 0)
    return places[index] === place ? index : -1
  }

  /** The 48 bytes of a node, where they lie; nothing for an empty one. */
  nodeBytes(level: number, place: number): Uint8Array | null {
    const index = this.indexOf(level, place)
    if (index < 0) return null
    const { nodes } = this.levels[level]!
    return new Uint8Array(nodes.buffer, nodes.byteOffset + 4 * NODE_WORDS * index, 4 * NODE_WORDS)
  }

  /** The 96 bytes of a leaf's record, where they lie; nothing for a place without a leaf. */
  recordBytes(place: number): Uint8Array | null {
    const index = this.indexOf(0, place)
    return index < 0 ? null : recordAt(this.records, index)
  }

  /** The leaves after the changes. */
  mergeLeaves(changes: PackedLeaves): PackedLeaves {
    const old = this.levels[0]!.places
    const most = old.length + changes.places.length
    const places = new Uint32Array(most)
    const records = new Int32Array(most * RECORD_WORDS)
    let from = 0
    let to = 0
    const keep = (until: number): void => {
      places.set(old.subarray(from, until), to)
      records.set(this.records.subarray(from * RECORD_WORDS, until * RECORD_WORDS), to * RECORD_WORDS)
      to += until - from
      from = until
    }
    for (let i = 0; i < changes.places.length; i++) {
      const place = changes.places[i]!
      keep(lowerBound(old, place, from))
      if (old[from] === place) from++
      if (saysNothing(changes.records, i)) continue
      places[to] = place
      copyWords(changes.records, i * RECORD_WORDS, records, to * RECORD_WORDS, RECORD_WORDS)
      to++
    }
    keep(old.length)
    return { places: places.subarray(0, to), records: records.subarray(0, to * RECORD_WORDS) }
  }

  #rehashInPlace(kernel: Kernel, leaves: Uint32Array): void {
    this.#hashLeaves(kernel, leaves)
    let indices = leaves
    for (let level = 1; level <= LEVELS; level++) {
      indices = this.#parentIndices(level, indices)
      this.#hashNodes(kernel, level, indices)
    }
  }

  #rehashBeside(kernel: Kernel, old: PackedTree, changed: Uint32Array): void {
    let touched = changed
    this.#hashLeaves(kernel, copyAround(old, this, 0, touched))
    for (let level = 1; level <= LEVELS; level++) {
      touched = halved(touched)
      this.#hashNodes(kernel, level, copyAround(old, this, level, touched))
    }
  }

  /** Numbers of the parents of ascending children. */
  #parentIndices(level: number, children: Uint32Array): Uint32Array<ArrayBuffer> {
    const { links } = this.levels[level]!
    const parents = new Uint32Array(children.length)
    let count = 0
    let parent = 0
    let before = 0
    for (const child of children) {
      // No parent has more than two children: the next one is at least that far away, and in a full tree just there.
      parent += (child - before) >>> 1
      while (parent + 1 < links.length && links[parent + 1]! >>> 2 <= child) parent++
      before = links[parent]! >>> 2
      if (count === 0 || parents[count - 1] !== parent) parents[count++] = parent
    }
    return parents.subarray(0, count)
  }

  #hashLeaves(kernel: Kernel, indices: Uint32Array): void {
    const { nodes } = this.levels[0]!
    for (let start = 0; start < indices.length; start += BATCH) {
      const batch = indices.subarray(start, start + BATCH)
      for (let i = 0; i < batch.length; i++)
        copyWords(this.records, batch[i]! * RECORD_WORDS, kernel.input, i * RECORD_WORDS, RECORD_WORDS)
      kernel.leaves(batch.length)
      scatter(kernel, nodes, batch)
    }
  }

  #hashNodes(kernel: Kernel, level: number, indices: Uint32Array): void {
    const { links, nodes } = this.levels[level]!
    const below = this.levels[level - 1]!.nodes
    for (let start = 0; start < indices.length; start += BATCH) {
      const batch = indices.subarray(start, start + BATCH)
      for (let i = 0; i < batch.length; i++) kernel.links[i] = links[batch[i]!]!
      fetchLines(kernel, below, nodes, batch)
      for (let i = 0; i < batch.length; i++) {
        const link = kernel.links[i]!
        const child = (link >>> 2) * NODE_WORDS
        copyWords(
          below,
          child,
          kernel.input,
          2 * i * NODE_WORDS,
          (link & 3) === 3 ? 2 * NODE_WORDS : NODE_WORDS,
        )
        kernel.links[i] = 8 * i + (link & 3)
      }
      if (kernel.nodes(batch.length, 0) !== 0) throw refuse('proofs.carry', { level })
      scatter(kernel, nodes, batch)
    }
  }
}

/** The output of a batch to where its nodes belong. */
function scatter(kernel: Kernel, nodes: Int32Array, batch: Uint32Array): void {
  const { output } = kernel
  for (let i = 0; i < batch.length; i++)
    copyWords(output, i * NODE_WORDS, nodes, batch[i]! * NODE_WORDS, NODE_WORDS)
}

/** Reads a word of each line that will be needed: a short loop lets the processor wait for many of them at once. */
function fetchLines(kernel: Kernel, below: Int32Array, nodes: Int32Array, batch: Uint32Array): void {
  let seen = 0
  for (let i = 0; i < batch.length; i++) {
    const child = (kernel.links[i]! >>> 2) * NODE_WORDS
    seen |= below[child]! | below[child + NODE_WORDS - 1]! | nodes[batch[i]! * NODE_WORDS]!
  }
  // Kept, so that no compiler finds the loop to be without use.
  kernel.output[0] = seen
}

/** The 96 bytes of a record by its number, where they lie. */
export function recordAt(records: Int32Array, index: number): Uint8Array {
  return new Uint8Array(records.buffer, records.byteOffset + 4 * RECORD_WORDS * index, 4 * RECORD_WORDS)
}

/** Whether a record has neither figures nor evidence: such a leaf is an empty place. */
export function saysNothing(records: Int32Array, index: number): boolean {
  for (let word = 8; word < RECORD_WORDS; word++) if (records[index * RECORD_WORDS + word] !== 0) return false
  return true
}

/** The level above: one node for each pair of places of which one is not empty. */
function parentsOf(below: Uint32Array, allocate: Allocate): Level {
  // Two children of one parent stand side by side. Counting first takes less time than arrays that are too long.
  let count = below.length
  for (let i = 1; i < below.length; i++) if (below[i]! >>> 1 === below[i - 1]! >>> 1) count--
  const places = new Uint32Array(allocate(4 * count))
  const links = new Uint32Array(allocate(4 * count))
  const last = below.length - 1
  for (let i = 0, to = 0; i <= last; i++, to++) {
    const place = below[i]!
    places[to] = place >>> 1
    if ((place & 1) === 0 && i < last && (below[i + 1]! ^ place) === 1) links[to] = 4 * i++ + 3
    else links[to] = 4 * i + (place & 1) + 1
  }
  return { places, links, nodes: new Int32Array(allocate(4 * NODE_WORDS * count)) }
}

/** Copies the nodes between touched places into the new tree. Returns the numbers of those touched that are not empty. */
function copyAround(
  from: PackedTree,
  to: PackedTree,
  level: number,
  touched: Uint32Array,
): Uint32Array<ArrayBuffer> {
  const old = from.levels[level]!
  const fresh = to.levels[level]!
  const indices = new Uint32Array(touched.length)
  let count = 0
  let read = 0
  let write = 0
  const keep = (until: number): void => {
    fresh.nodes.set(old.nodes.subarray(read * NODE_WORDS, until * NODE_WORDS), write * NODE_WORDS)
    write += until - read
    read = until
  }
  for (const place of touched) {
    keep(lowerBound(old.places, place, read))
    if (old.places[read] === place) read++
    if (fresh.places[write] === place) indices[count++] = write++
  }
  keep(old.places.length)
  return indices.subarray(0, count)
}

/** Places of the parents, each once. */
function halved(places: Uint32Array): Uint32Array<ArrayBuffer> {
  const parents = new Uint32Array(places.length)
  let count = 0
  for (const place of places) {
    const parent = place >>> 1
    if (count === 0 || parents[count - 1] !== parent) parents[count++] = parent
  }
  return parents.subarray(0, count)
}

/** The first number from `start` on whose place is not below; quick where it is near. */
function lowerBound(places: Uint32Array, place: number, start: number): number {
  let low = start
  let high = start
  for (let step = 1; high < places.length && places[high]! < place; step *= 2) {
    low = high + 1
    high += step
  }
  if (high > places.length) high = places.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (places[middle]! < place) low = middle + 1
    else high = middle
  }
  return low
}

/** Few words: faster than a view and `set`. */
function copyWords(from: Int32Array, read: number, to: Int32Array, write: number, count: number): void {
  for (let i = 0; i < count; i++) to[write + i] = from[read + i]!
}
