import { fromHex, refuse, toHex } from '@gesim/base'
import { keccak_256 } from '@noble/hashes/sha3.js'
import type { Hex } from 'viem'
import type { LeafProof, LeafValue, NodeProof, SumNode } from './words.ts'

/** Levels of the tree: 12 for the book, 20 for the index in the book. */
export const DEPTH = 32
export const BOOK_LEVELS = 12
export const INDEX_LEVELS = 20

/** A serialised node: hash, total, coSigned. */
export const NODE_BYTES = 48

/** A node in bytes and numbers; the empty one is `null`. */
export interface Node {
  readonly hash: Uint8Array
  readonly total: bigint
  readonly coSigned: bigint
}

/** The empty node as a proof or commitment shows it. */
export const EMPTY_NODE: SumNode = { hash: `0x${'0'.repeat(64)}`, total: 0n, coSigned: 0n }

const MAX_U64 = (1n << 64n) - 1n
const LEAF_TAG = keccak_256(new TextEncoder().encode('GeSIM leaf v1'))

/** Place of an intent in the tree: book * 2^20 + index. */
export function positionOf(book: number, index: number): number {
  if (!Number.isInteger(book) || book < 0 || book >= 2 ** BOOK_LEVELS)
    throw refuse('proofs.out-of-range', { field: 'book', book })
  if (!Number.isInteger(index) || index < 0 || index >= 2 ** INDEX_LEVELS)
    throw refuse('proofs.out-of-range', { field: 'index', index })
  return book * 2 ** INDEX_LEVELS + index
}

/** Whether a leaf says nothing at all, which proves that there is none. */
export function isEmptyLeaf(leaf: LeafValue): boolean {
  return (
    leaf.amount === 0n &&
    leaf.coSigned === 0n &&
    leaf.bytesUsed === 0n &&
    leaf.seq === 0 &&
    leaf.flags === 0 &&
    /^0x0{64}$/.test(leaf.evidence)
  )
}

/** keccak256 of tag, intent id, packed figures and evidence: 128 bytes, so never a node's 96. */
export function leafNode(intentId: Hex, leaf: LeafValue): Node | null {
  if (isEmptyLeaf(leaf)) return null
  const hash = keccak_256(leafPreimage(intentId, leaf))
  return { hash, total: leaf.amount, coSigned: leaf.coSigned }
}

/** What a leaf's node hashes. */
export function leafPreimage(intentId: Hex, leaf: LeafValue): Uint8Array {
  const preimage = new Uint8Array(128)
  preimage.set(LEAF_TAG, 0)
  preimage.set(bytes32(intentId), 32)
  const view = new DataView(preimage.buffer)
  view.setBigUint64(64, u64(leaf.amount, 'amount'))
  view.setBigUint64(72, u64(leaf.coSigned, 'coSigned'))
  view.setBigUint64(80, u64(leaf.bytesUsed, 'bytesUsed'))
  view.setUint32(88, u32(leaf.seq, 'seq'))
  view.setUint32(92, u32(leaf.flags, 'flags'))
  preimage.set(bytes32(leaf.evidence), 96)
  return preimage
}

/** The parent of two nodes; of two empty ones the empty one. Throws `proofs.carry` above 64 bits. */
export function parentOf(left: Node | null, right: Node | null): Node | null {
  if (left === null && right === null) return null
  const total = (left?.total ?? 0n) + (right?.total ?? 0n)
  const coSigned = (left?.coSigned ?? 0n) + (right?.coSigned ?? 0n)
  if (total > MAX_U64 || coSigned > MAX_U64) throw refuse('proofs.carry', { total, coSigned })
  const preimage = new Uint8Array(2 * NODE_BYTES)
  if (left) writeNode(preimage, 0, left)
  if (right) writeNode(preimage, NODE_BYTES, right)
  return { hash: keccak_256(preimage), total, coSigned }
}

/** Writes the 48 bytes of a node. */
export function writeNode(into: Uint8Array, at: number, node: Node): void {
  into.set(node.hash, at)
  const view = new DataView(into.buffer, into.byteOffset)
  view.setBigUint64(at + 32, node.total)
  view.setBigUint64(at + 40, node.coSigned)
}

/** Reads the 48 bytes of a node; all zero is the empty one. */
export function readNode(from: Uint8Array, at: number): Node | null {
  const bytes = from.subarray(at, at + NODE_BYTES)
  if (bytes.every((byte) => byte === 0)) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return { hash: bytes.slice(0, 32), total: view.getBigUint64(32), coSigned: view.getBigUint64(40) }
}

/** A node for proofs, commitments and JSON. */
export function showNode(node: Node | null): SumNode {
  if (node === null) return EMPTY_NODE
  return { hash: `0x${toHex(node.hash)}`, total: node.total, coSigned: node.coSigned }
}

/** The root that a leaf with its path leads to. Throws `proofs.malformed-path` and `proofs.carry`. */
export function rootOfLeaf(intentId: Hex, position: number, proof: LeafProof): SumNode {
  return showNode(climb(leafNode(intentId, proof), position, DEPTH, proof.bitmap, proof.siblings))
}

/** The root that a book's node with its path leads to. */
export function rootOfBook(book: number, proof: NodeProof): SumNode {
  positionOf(book, 0)
  const hash = bytes32(proof.hash)
  const isEmpty = proof.total === 0n && proof.coSigned === 0n && hash.every((byte) => byte === 0)
  const node = isEmpty
    ? null
    : { hash, total: u64(proof.total, 'total'), coSigned: u64(proof.coSigned, 'coSigned') }
  return showNode(climb(node, book, BOOK_LEVELS, proof.bitmap, proof.siblings))
}

/** Whether a leaf is in the tree with this root, at this place, with these sums. Never throws. */
export function verifyLeafProof(root: SumNode, intentId: Hex, position: number, proof: LeafProof): boolean {
  return leadsTo(root, () => rootOfLeaf(intentId, position, proof))
}

/** Whether a book has this node in the tree with this root. Never throws. */
export function verifyNodeProof(root: SumNode, book: number, proof: NodeProof): boolean {
  return leadsTo(root, () => rootOfBook(book, proof))
}

function leadsTo(root: SumNode, find: () => SumNode): boolean {
  try {
    const found = find()
    return (
      found.hash === root.hash.toLowerCase() && found.total === root.total && found.coSigned === root.coSigned
    )
  } catch {
    return false
  }
}

function climb(start: Node | null, place: number, steps: number, bitmap: bigint, siblings: Hex): Node | null {
  if (bitmap < 0n || bitmap >> BigInt(steps) !== 0n) throw refuse('proofs.malformed-path', { bitmap })
  let path: Uint8Array
  try {
    path = fromHex(siblings)
  } catch (cause) {
    throw refuse('proofs.malformed-path', {}, cause)
  }
  let node = start
  let at = 0
  for (let step = 0; step < steps; step++) {
    let sibling: Node | null = null
    if ((bitmap >> BigInt(step)) & 1n) {
      if (at + NODE_BYTES > path.length) throw refuse('proofs.malformed-path', { step })
      sibling = readNode(path, at)
      at += NODE_BYTES
    }
    // Positions have 32 bits: JavaScript's bit operators would make the upper half negative.
    const isRight = Math.floor(place / 2 ** step) % 2 === 1
    node = isRight ? parentOf(sibling, node) : parentOf(node, sibling)
  }
  if (at !== path.length) throw refuse('proofs.malformed-path', { bytes: path.length - at })
  return node
}

function bytes32(hex: Hex): Uint8Array {
  const bytes = fromHex(hex)
  if (bytes.length !== 32) throw refuse('proofs.out-of-range', { field: 'bytes32', length: bytes.length })
  return bytes
}

function u64(value: bigint, field: string): bigint {
  if (value < 0n || value > MAX_U64) throw refuse('proofs.out-of-range', { field, value })
  return value
}

function u32(value: number, field: string): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
    throw refuse('proofs.out-of-range', { field, value })
  return value
}
