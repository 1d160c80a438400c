// RFC 6962, section 2.1: the Merkle tree of an append-only log, and its two kinds of proof.
import { bytesEqual, concatBytes, refuse } from '@gesim/base'
import { sha256 } from '@noble/hashes/sha2.js'

/** A hash function of bytes. The log uses SHA-256. */
export type Hash = (bytes: Uint8Array) => Uint8Array

const LEAF_PREFIX = Uint8Array.of(0)
const NODE_PREFIX = Uint8Array.of(1)

/** Hash of an entry: SHA-256(0x00 ‖ entry). */
export function logLeafHash(entry: Uint8Array, hash: Hash = sha256): Uint8Array {
  return hash(concatBytes(LEAF_PREFIX, entry))
}

/** Hash of two subtrees: SHA-256(0x01 ‖ left ‖ right). */
export function logNodeHash(left: Uint8Array, right: Uint8Array, hash: Hash = sha256): Uint8Array {
  return hash(concatBytes(NODE_PREFIX, left, right))
}

/** Merkle tree hash of entries; of none: the hash of nothing. */
export function treeHash(entries: readonly Uint8Array[], hash: Hash = sha256): Uint8Array {
  return logRoot(
    entries.map((entry) => logLeafHash(entry, hash)),
    hash,
  )
}

/** The root over leaf hashes. */
export function logRoot(leaves: readonly Uint8Array[], hash: Hash = sha256): Uint8Array {
  if (leaves.length === 0) return hash(new Uint8Array())
  return subtree(leaves, 0, leaves.length, hash)
}

/** The audit path of an entry in the first `size` entries (2.1.1), from below upwards. Throws `proofs.no-such-entry`. */
export function inclusionProof(
  leaves: readonly Uint8Array[],
  index: number,
  size = leaves.length,
): Uint8Array[] {
  if (!(index >= 0 && index < size && size <= leaves.length))
    throw refuse('proofs.no-such-entry', { index, size, entries: leaves.length })
  const path: Uint8Array[] = []
  const walk = (from: number, to: number): void => {
    if (to - from === 1) return
    const middle = from + split(to - from)
    if (index < middle) {
      walk(from, middle)
      path.push(subtree(leaves, middle, to, sha256))
    } else {
      walk(middle, to)
      path.push(subtree(leaves, from, middle, sha256))
    }
  }
  walk(0, size)
  return path
}

/** Whether an entry with this leaf hash stands at `index` in the log of `size` entries with this root. */
export function verifyInclusion(
  root: Uint8Array,
  size: number,
  index: number,
  leaf: Uint8Array,
  path: readonly Uint8Array[],
): boolean {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) return false
  // RFC 9162, 2.1.3.2: the algorithm that RFC 6962 describes without steps.
  let at = index
  let last = size - 1
  let node = leaf
  for (const sibling of path) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      node = logNodeHash(sibling, node)
      while (at % 2 === 0 && at !== 0) {
        at = Math.floor(at / 2)
        last = Math.floor(last / 2)
      }
    } else {
      node = logNodeHash(node, sibling)
    }
    at = Math.floor(at / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && bytesEqual(node, root)
}

/** Proof that the log of `first` entries is a beginning of the log of `second` (2.1.2). Throws `proofs.no-such-entry`. */
export function consistencyProof(
  leaves: readonly Uint8Array[],
  first: number,
  second = leaves.length,
): Uint8Array[] {
  if (!(first >= 0 && first <= second && second <= leaves.length))
    throw refuse('proofs.no-such-entry', { first, second, entries: leaves.length })
  if (first === 0 || first === second) return []
  const walk = (old: number, from: number, to: number, isWhole: boolean): Uint8Array[] => {
    if (old === to - from) return isWhole ? [] : [subtree(leaves, from, to, sha256)]
    const half = split(to - from)
    if (old <= half)
      return [...walk(old, from, from + half, isWhole), subtree(leaves, from + half, to, sha256)]
    return [...walk(old - half, from + half, to, false), subtree(leaves, from, from + half, sha256)]
  }
  return walk(first, 0, second, true)
}

/** Whether the log with the second root only appended to the log with the first. */
export function verifyConsistency(
  firstRoot: Uint8Array,
  first: number,
  secondRoot: Uint8Array,
  second: number,
  path: readonly Uint8Array[],
): boolean {
  if (!(Number.isSafeInteger(first) && Number.isSafeInteger(second) && first >= 0 && first <= second))
    return false
  if (first === second) return path.length === 0 && bytesEqual(firstRoot, secondRoot)
  if (first === 0) return path.length === 0
  // RFC 9162, 2.1.4.2. A first size that is a power of two is a node of the second tree, so the path omits it.
  const isPower = Number.isInteger(Math.log2(first))
  const nodes = isPower ? [firstRoot, ...path] : [...path]
  const start = nodes.shift()
  if (!start) return false
  let old = first - 1
  let last = second - 1
  while (old % 2 === 1) {
    old = Math.floor(old / 2)
    last = Math.floor(last / 2)
  }
  let oldHash = start
  let newHash = start
  for (const node of nodes) {
    if (last === 0) return false
    if (old % 2 === 1 || old === last) {
      oldHash = logNodeHash(node, oldHash)
      newHash = logNodeHash(node, newHash)
      while (old % 2 === 0 && old !== 0) {
        old = Math.floor(old / 2)
        last = Math.floor(last / 2)
      }
    } else {
      newHash = logNodeHash(newHash, node)
    }
    old = Math.floor(old / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && bytesEqual(oldHash, firstRoot) && bytesEqual(newHash, secondRoot)
}

function subtree(leaves: readonly Uint8Array[], from: number, to: number, hash: Hash): Uint8Array {
  if (to - from === 1) return leaves[from]!
  const middle = from + split(to - from)
  return logNodeHash(subtree(leaves, from, middle, hash), subtree(leaves, middle, to, hash), hash)
}

/** The largest power of two below n. */
function split(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}
