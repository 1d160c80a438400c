import { concatBytes, fromHex, refuse, toHex, utf8 } from '@gesim/base'
import { keccak_256 } from '@noble/hashes/sha3.js'
import type { Address, Hex } from 'viem'
import { encodeAbiParameters } from 'viem'
import { treeHash } from './log.ts'
import { INDEX_LEVELS, positionOf } from './sum-node.ts'
import type { PlacedLeaf } from './sum-tree-record.ts'

const INPUTS_TAG = 'GeSIM epoch inputs v1'

/** Which epoch a time falls into. */
export function epochAt(seconds: number, epochSeconds: number): number {
  return Math.floor(seconds / epochSeconds)
}

/** When an epoch ends: its root describes the chain as of the last block before. */
export function cutoffOf(epoch: number, epochSeconds: number): number {
  return (epoch + 1) * epochSeconds
}

/**
 * Hash of everything an epoch's tree is made of: keccak256 over a tag, the epoch, the number of leaves, and each leaf in
 * ascending places (position u32, intent id, amount u64, coSigned u64, bytesUsed u64, seq u32, flags u32, evidence; all
 * big-endian). The evidence of a leaf is the hash of the digests that were signed, so this binds them too.
 */
export function epochInputsHash(epoch: number, leaves: readonly PlacedLeaf[]): Hex {
  const sorted = leaves
    .map((leaf) => ({ leaf, position: positionOf(leaf.book, leaf.index) }))
    .sort((a, b) => a.position - b.position)
  const bytes = new Uint8Array(8 + sorted.length * 100)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, epoch)
  view.setUint32(4, sorted.length)
  sorted.forEach(({ leaf, position }, i) => {
    const at = 8 + i * 100
    view.setUint32(at, position)
    bytes.set(fromHex(leaf.intentId), at + 4)
    view.setBigUint64(at + 36, leaf.amount)
    view.setBigUint64(at + 44, leaf.coSigned)
    view.setBigUint64(at + 52, leaf.bytesUsed)
    view.setUint32(at + 60, leaf.seq)
    view.setUint32(at + 64, leaf.flags)
    bytes.set(fromHex(leaf.evidence), at + 68)
  })
  return `0x${toHex(keccak_256(concatBytes(utf8(INPUTS_TAG), bytes)))}`
}

/** What an epoch adds to the amount of one intent. */
export interface Delta {
  readonly book: number
  readonly index: number
  /** Increase of the leaf's amount since the epoch posted before. */
  readonly increase: bigint
}

/** The `deltas` of `postEpoch`: the inputs' hash, then 12 bytes each: position u32, increase u64. */
export function encodeDeltas(inputsHash: Hex, deltas: readonly Delta[]): Hex {
  const sorted = deltas
    .map(({ book, index, increase }) => ({ position: positionOf(book, index), increase }))
    .sort((a, b) => a.position - b.position)
  const bytes = new Uint8Array(32 + sorted.length * 12)
  bytes.set(fromHex(inputsHash), 0)
  const view = new DataView(bytes.buffer)
  sorted.forEach(({ position, increase }, i) => {
    view.setUint32(32 + i * 12, position)
    view.setBigUint64(36 + i * 12, increase)
  })
  return `0x${toHex(bytes)}`
}

/** Reads `deltas`. Throws `proofs.malformed-deltas`. */
export function decodeDeltas(hex: Hex): { inputsHash: Hex; deltas: Delta[] } {
  const bytes = fromHex(hex)
  if (bytes.length < 32 || (bytes.length - 32) % 12 !== 0)
    throw refuse('proofs.malformed-deltas', { bytes: bytes.length })
  const view = new DataView(bytes.buffer)
  const deltas: Delta[] = []
  let before = -1
  for (let at = 32; at < bytes.length; at += 12) {
    const position = view.getUint32(at)
    if (position <= before) throw refuse('proofs.malformed-deltas', { position })
    before = position
    deltas.push({
      book: Math.floor(position / 2 ** INDEX_LEVELS),
      index: position % 2 ** INDEX_LEVELS,
      increase: view.getBigUint64(at + 4),
    })
  }
  return { inputsHash: `0x${toHex(bytes.subarray(0, 32))}`, deltas }
}

/** `EpochCommitment.dataHash`: keccak256 of the deltas, which the contract checks. */
export function dataHashOf(deltas: Hex): Hex {
  return `0x${toHex(keccak_256(fromHex(deltas)))}`
}

/** A log as a node answers it (viem's `Log` fits). */
export interface ChainLog {
  readonly address: Address
  readonly blockNumber: bigint
  readonly logIndex: number
  readonly topics: readonly Hex[]
  readonly data: Hex
}

/**
 * `EpochCommitment.eventsRoot`: what an attestor has read of the chain. Over all logs of the escrow, and of no other
 * contract, in the blocks `fromBlock` to `toBlock` inclusive, ordered by block and log index: the Merkle tree hash of
 * RFC 6962, section 2.1, with keccak256 in place of SHA-256 and leaf data
 * abi.encode(uint64 blockNumber, uint32 logIndex, bytes32[] topics, bytes data). No logs: keccak256 of nothing.
 * Throws `proofs.out-of-range` for a log of another address.
 */
export function eventsRoot(escrow: Address, logs: readonly ChainLog[]): Hex {
  const sorted = [...logs].sort((a, b) =>
    a.blockNumber === b.blockNumber ? a.logIndex - b.logIndex : a.blockNumber < b.blockNumber ? -1 : 1,
  )
  const data = sorted.map((log) => {
    if (log.address.toLowerCase() !== escrow.toLowerCase())
      throw refuse('proofs.out-of-range', { field: 'address', address: log.address })
    return fromHex(
      encodeAbiParameters(
        [{ type: 'uint64' }, { type: 'uint32' }, { type: 'bytes32[]' }, { type: 'bytes' }],
        [log.blockNumber, log.logIndex, [...log.topics], log.data],
      ),
    )
  })
  return `0x${toHex(treeHash(data, keccak_256))}`
}
