// The tree of RFC 6962 over stored hashes of complete subtrees: a node of level n at place p covers the entries from
// p * 2^n to (p + 1) * 2^n. Every root and every proof is made of such nodes, a logarithm of them.
import { logNodeHash, logRoot } from '@gesim/proofs'

export interface NodeKey {
  readonly level: number
  readonly place: number
}

/** Looks a complete subtree's hash up. */
export type Lookup = (key: NodeKey) => Uint8Array

/** The nodes that become complete when an entry is appended at `index`, leaf first. */
export function completedNodes(
  index: number,
  leaf: Uint8Array,
  lookup: Lookup,
): { key: NodeKey; hash: Uint8Array }[] {
  const nodes = [{ key: { level: 0, place: index }, hash: leaf }]
  for (let level = 0, place = index, hash = leaf; place % 2 === 1; ) {
    hash = logNodeHash(lookup({ level, place: place - 1 }), hash)
    level += 1
    place = (place - 1) / 2
    nodes.push({ key: { level, place }, hash })
  }
  return nodes
}

/** The root over the first `size` entries. */
export function rootOf(size: number, lookup: Lookup): Uint8Array {
  return size === 0 ? logRoot([]) : rangeHash(0, size, lookup)
}

/** The audit path of an entry in the first `size` entries, from below upwards (RFC 6962, 2.1.1). */
export function inclusionPath(index: number, size: number, lookup: Lookup): Uint8Array[] {
  const path: Uint8Array[] = []
  let from = 0
  let to = size
  while (to - from > 1) {
    const middle = from + split(to - from)
    if (index < middle) {
      path.push(rangeHash(middle, to, lookup))
      to = middle
    } else {
      path.push(rangeHash(from, middle, lookup))
      from = middle
    }
  }
  return path.reverse()
}

/** The proof that the first `first` entries are the beginning of the first `second` (RFC 6962, 2.1.2). */
export function consistencyPath(first: number, second: number, lookup: Lookup): Uint8Array[] {
  if (first === 0 || first === second) return []
  const path: Uint8Array[] = []
  let from = 0
  let to = second
  let isWhole = true
  while (first !== to) {
    const middle = from + split(to - from)
    if (first <= middle) {
      path.push(rangeHash(middle, to, lookup))
      to = middle
    } else {
      path.push(rangeHash(from, middle, lookup))
      from = middle
      isWhole = false
    }
  }
  if (!isWhole) path.push(rangeHash(from, to, lookup))
  return path.reverse()
}

/** The nodes that a computation looks up: it is run once with nothing known, and then with what was read. */
export function nodesNeeded(compute: (lookup: Lookup) => unknown): NodeKey[] {
  const needed: NodeKey[] = []
  const nothing = new Uint8Array(32)
  compute((key) => {
    needed.push(key)
    return nothing
  })
  return needed
}

function rangeHash(from: number, to: number, lookup: Lookup): Uint8Array {
  const count = to - from
  const level = Math.log2(count)
  // In the recursion of RFC 6962 a range whose length is a power of two begins at a multiple of it.
  if (Number.isInteger(level)) return lookup({ level, place: from / count })
  const middle = from + split(count)
  return logNodeHash(rangeHash(from, middle, lookup), rangeHash(middle, to, lookup))
}

/** The largest power of two below n. */
function split(n: number): number {
  return 2 ** Math.ceil(Math.log2(n) - 1)
}
