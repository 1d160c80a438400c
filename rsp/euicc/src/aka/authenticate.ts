import { bytesEqual, concatBytes } from '@gesim/base'
import { type AkaFunctions, type Answer, xor } from './algorithm.ts'

/** What a USIM remembers of sequence numbers: the highest SEQ for each of 32 indices (TS 33.102, C.1.1.3). */
export type SequenceNumbers = bigint[]

const INDEX_BITS = 5n
const INDICES = 32
/** SEQ may jump ahead by this much at most (C.3.1: 2^28). */
export const DEFAULT_DELTA = 1n << 28n

export function freshSequenceNumbers(): SequenceNumbers {
  return new Array<bigint>(INDICES).fill(0n)
}

function toBigint(bytes: Uint8Array): bigint {
  let out = 0n
  for (const byte of bytes) out = (out << 8n) | BigInt(byte)
  return out
}

function sixBytes(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 6 }, (_, i) => Number((value >> BigInt(40 - 8 * i)) & 0xffn))
}

/** How a USIM answers a challenge. */
export type Authentication =
  | { readonly result: 'success'; readonly answer: Answer }
  /** The sequence number was used or is too far ahead: AUTS tells the network where the card is. */
  | { readonly result: 'synchronise'; readonly auts: Uint8Array }
  | { readonly result: 'mac-failure' }

/**
 * Authenticates the network and answers (TS 33.102, 6.3.3). Accepted sequence numbers are remembered in `sequence`.
 * `rand` and `autn` have 16 bytes each.
 */
export function authenticate(
  functions: AkaFunctions,
  sequence: SequenceNumbers,
  rand: Uint8Array,
  autn: Uint8Array,
  delta = DEFAULT_DELTA,
): Authentication {
  const answer = functions.f2345(rand)
  const sqn = xor(autn.subarray(0, 6), answer.ak)
  const amf = autn.subarray(6, 8)
  if (!bytesEqual(functions.f1(rand, sqn, amf), autn.subarray(8))) return { result: 'mac-failure' }
  if (functions.resynchronises?.(amf)) return { result: 'synchronise', auts: autsOf(functions, rand, sqn) }
  const value = toBigint(sqn)
  const [seq, index] = [value >> INDEX_BITS, Number(value & 31n)]
  const highest = sequence.reduce((most, each) => (each > most ? each : most), 0n)
  if (seq > sequence[index]! && seq <= highest + delta) {
    sequence[index] = seq
    return { result: 'success', answer }
  }
  const highestIndex = sequence.indexOf(highest)
  const sqnMs = sixBytes((highest << INDEX_BITS) | BigInt(highestIndex))
  return { result: 'synchronise', auts: autsOf(functions, rand, sqnMs) }
}

/** AUTS: the card's sequence number, concealed, and its MAC-S. */
function autsOf(functions: AkaFunctions, rand: Uint8Array, sqnMs: Uint8Array): Uint8Array {
  // TS 33.102, 6.3.3: the AMF of a resynchronisation is all zeros.
  const macS = functions.f1star(rand, sqnMs, Uint8Array.of(0, 0))
  return concatBytes(xor(sqnMs, functions.f5star(rand)), macS.subarray(0, 8))
}

/** One authentication vector, as an authentication centre makes it for a challenge. */
export interface Vector {
  readonly rand: Uint8Array
  readonly autn: Uint8Array
  readonly xres: Uint8Array
  readonly ck: Uint8Array
  readonly ik: Uint8Array
}

/** The network's side: the vector for a challenge and a sequence number. */
export function vectorOf(
  functions: AkaFunctions,
  rand: Uint8Array,
  sqn: bigint,
  amf = Uint8Array.of(0x80, 0),
): Vector {
  const { res, ck, ik, ak } = functions.f2345(rand)
  const number = sixBytes(sqn)
  const autn = concatBytes(xor(number, ak), amf, functions.f1(rand, number, amf))
  return { rand, autn, xres: res, ck, ik }
}

/** The network's side of a resynchronisation: where the card is, or `undefined` when AUTS is not the card's. */
export function sqnOfAuts(functions: AkaFunctions, rand: Uint8Array, auts: Uint8Array): bigint | undefined {
  if (auts.length !== 14) return undefined
  const sqn = xor(auts.subarray(0, 6), functions.f5star(rand))
  const macS = functions.f1star(rand, sqn, Uint8Array.of(0, 0))
  return bytesEqual(macS.subarray(0, 8), auts.subarray(6)) ? toBigint(sqn) : undefined
}

/** SRES and Kc of the GSM context (TS 33.102, 6.8.1.2: conversion functions c2 and c3). */
export function gsmAnswer(answer: Answer): { sres: Uint8Array; kc: Uint8Array } {
  const fold = (bytes: Uint8Array, width: number) => {
    let out = new Uint8Array(width)
    for (let at = 0; at < bytes.length; at += width)
      out = Uint8Array.from(xor(out, concatBytes(bytes.subarray(at, at + width), new Uint8Array(width))))
    return out
  }
  return { sres: fold(answer.res, 4), kc: fold(concatBytes(answer.ck, answer.ik), 8) }
}
