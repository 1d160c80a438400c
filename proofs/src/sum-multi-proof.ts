import { fromHex, refuse } from '@gesim/base'
import type { Hex } from 'viem'
import {
  DEPTH,
  leafNode,
  NODE_BYTES,
  type Node,
  parentOf,
  positionOf,
  readNode,
  showNode,
} from './sum-node.ts'
import { type PlacedLeaf, quickHex } from './sum-tree-record.ts'
import type { SumNode } from './words.ts'

/** Where a leaf stands or could stand. */
export interface Place {
  readonly book: number
  readonly index: number
}

/**
 * One proof of several leaves. From below upwards and from left to right: a node whose sibling is known as well needs
 * nothing; each other one takes the next bit of `flags` (the lowest of a byte first), and where it is set the next 48
 * bytes of `siblings`. A bit that is not set says that the sibling is empty.
 */
export interface MultiProof {
  readonly flags: Hex
  readonly siblings: Hex
}

/** A multi-proof of ascending or unordered positions; each counts once. `nodeBytes` finds the nodes of the tree. */
export function proveTogether(
  positions: readonly number[],
  nodeBytes: (level: number, place: number) => Uint8Array | null,
): MultiProof {
  const flags: number[] = []
  let siblings = ''
  let bits = 0
  let places = [...new Set(positions)].sort((a, b) => a - b)
  for (let level = 0; level < DEPTH && places.length > 0; level++) {
    const above: number[] = []
    for (let i = 0; i < places.length; i++) {
      const place = places[i]!
      above.push(place >>> 1)
      if (places[i + 1] === (place | 1) >>> 0 && (place & 1) === 0) {
        i++
        continue
      }
      const sibling = nodeBytes(level, (place ^ 1) >>> 0)
      if (bits % 8 === 0) flags.push(0)
      if (sibling) {
        flags[flags.length - 1]! |= 1 << (bits % 8)
        siblings += quickHex(sibling)
      }
      bits++
    }
    places = above
  }
  return { flags: `0x${quickHex(Uint8Array.from(flags))}`, siblings: `0x${siblings}` }
}

/**
 * The root that several leaves lead to, by ascending places; a leaf of zeros says that its place is empty. Throws
 * `proofs.malformed-path` unless the proof is exactly what these places need, and `proofs.carry`.
 */
export function rootOfLeaves(leaves: readonly PlacedLeaf[], proof: MultiProof): SumNode {
  if (leaves.length === 0) throw refuse('proofs.malformed-path', { leaves: 0 })
  const [flags, siblings] = [bytesOf(proof.flags), bytesOf(proof.siblings)]
  let places = leaves.map(({ book, index }) => positionOf(book, index))
  for (let i = 1; i < places.length; i++)
    if (places[i]! <= places[i - 1]!) throw refuse('proofs.malformed-path', { position: places[i] })
  let nodes: (Node | null)[] = leaves.map((leaf) => leafNode(leaf.intentId, leaf))
  let bits = 0
  let at = 0
  const nextSibling = (): Node | null => {
    const byte = flags[bits >> 3]
    if (byte === undefined) throw refuse('proofs.malformed-path', { bits })
    if (((byte >> (bits++ & 7)) & 1) === 0) return null
    if (at + NODE_BYTES > siblings.length) throw refuse('proofs.malformed-path', { bytes: siblings.length })
    const node = readNode(siblings, at)
    // An empty sibling has one form only: no bit.
    if (node === null) throw refuse('proofs.malformed-path', { at })
    at += NODE_BYTES
    return node
  }
  for (let level = 0; level < DEPTH; level++) {
    const [abovePlaces, aboveNodes]: [number[], (Node | null)[]] = [[], []]
    for (let i = 0; i < places.length; i++) {
      const place = places[i]!
      const node = nodes[i]!
      abovePlaces.push(place >>> 1)
      if ((place & 1) === 1) aboveNodes.push(parentOf(nextSibling(), node))
      else if (places[i + 1] === (place | 1) >>> 0) aboveNodes.push(parentOf(node, nodes[++i]!))
      else aboveNodes.push(parentOf(node, nextSibling()))
    }
    places = abovePlaces
    nodes = aboveNodes
  }
  const isRead = at === siblings.length && flags.length === (bits + 7) >> 3
  const unusedBits = bits % 8 === 0 ? 0 : flags.at(-1)! >> (bits % 8)
  if (!isRead || unusedBits !== 0) throw refuse('proofs.malformed-path', { bits, at })
  return showNode(nodes[0]!)
}

/** Whether all leaves are in the tree with this root, at their places, with these sums. Never throws. */
export function verifyMultiProof(root: SumNode, leaves: readonly PlacedLeaf[], proof: MultiProof): boolean {
  try {
    const { hash, total, coSigned } = rootOfLeaves(leaves, proof)
    return hash === root.hash.toLowerCase() && total === root.total && coSigned === root.coSigned
  } catch {
    return false
  }
}

function bytesOf(hex: Hex): Uint8Array {
  try {
    return fromHex(hex)
  } catch (cause) {
    throw refuse('proofs.malformed-path', {}, cause)
  }
}
