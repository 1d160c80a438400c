import { refuse } from '@gesim/base'
import type { Hex } from 'viem'
import type { LeafValue } from './words.ts'

/** A leaf with the intent it belongs to and its place. */
export interface PlacedLeaf extends LeafValue {
  readonly intentId: Hex
  readonly book: number
  readonly index: number
}

const MAX_U64 = (1n << 64n) - 1n
const DIGIT = new Int8Array(128).fill(-1)
for (let i = 0; i < 16; i++) {
  DIGIT['0123456789abcdef'.charCodeAt(i)] = i
  DIGIT['0123456789ABCDEF'.charCodeAt(i)] = i
}
const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Writes the 96 bytes of a leaf behind its tag. Throws `proofs.out-of-range` for figures that do not fit. */
export function writeRecord(into: Uint8Array, leaf: LeafValue & { readonly intentId: Hex }): void {
  writeBytes32(into, 0, leaf.intentId, 'intentId')
  const view = new DataView(into.buffer, into.byteOffset)
  view.setBigUint64(32, u64(leaf.amount, 'amount'))
  view.setBigUint64(40, u64(leaf.coSigned, 'coSigned'))
  view.setBigUint64(48, u64(leaf.bytesUsed, 'bytesUsed'))
  view.setUint32(56, u32(leaf.seq, 'seq'))
  view.setUint32(60, u32(leaf.flags, 'flags'))
  writeBytes32(into, 64, leaf.evidence, 'evidence')
}

/** The leaf that a record says, at a place. */
export function readRecord(from: Uint8Array, place: number): PlacedLeaf {
  const view = new DataView(from.buffer, from.byteOffset)
  return {
    intentId: `0x${quickHex(from.subarray(0, 32))}`,
    book: place >>> 20,
    index: place & 0xfffff,
    amount: view.getBigUint64(32),
    coSigned: view.getBigUint64(40),
    bytesUsed: view.getBigUint64(48),
    seq: view.getUint32(56),
    flags: view.getUint32(60),
    evidence: `0x${quickHex(from.subarray(64, 96))}`,
  }
}

/** Lower-case hex, without a division into digits: proofs are a thousand bytes long. */
export function quickHex(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; i++) out += PAIRS[bytes[i]!]!
  return out
}

function writeBytes32(into: Uint8Array, at: number, hex: string, field: string): void {
  const start = hex.startsWith('0x') ? 2 : 0
  let isHex = hex.length - start === 64
  for (let i = 0; isHex && i < 32; i++) {
    const high = DIGIT[hex.charCodeAt(start + 2 * i)] ?? -1
    const low = DIGIT[hex.charCodeAt(start + 2 * i + 1)] ?? -1
    isHex = high >= 0 && low >= 0
    into[at + i] = high * 16 + low
  }
  if (!isHex) throw refuse('proofs.out-of-range', { field, length: hex.length })
}

/** A figure that fits 64 bits. */
export function u64(value: bigint, field: string): bigint {
  if (value < 0n || value > MAX_U64) throw refuse('proofs.out-of-range', { field, value })
  return value
}

/** A figure that fits 32 bits. */
export function u32(value: number, field: string): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
    throw refuse('proofs.out-of-range', { field, value })
  return value
}
