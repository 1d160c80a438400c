import { refuse, utf8 } from '@gesim/base'
import type { AkaFunctions } from './algorithm.ts'
import { keccakF1600 } from './keccak.ts'

/** Lengths in bytes, as the operator chose them (TS 35.231, 6). */
export interface TuakOptions {
  readonly macBytes?: 8 | 16 | 32
  readonly resBytes?: 4 | 8 | 16 | 32
  readonly ckBytes?: 16 | 32
  readonly ikBytes?: 16 | 32
  /** How often the permutation runs. */
  readonly keccakCount?: number
}

const ALGORITHM_NAME = utf8('TUAK1.0')

/** The state is filled and read from its end: TS 35.231 numbers bits from the least significant one. */
const reversed = (bytes: Uint8Array) => bytes.slice().reverse()

function run(
  top: Uint8Array,
  instance: number,
  ki: Uint8Array,
  count: number,
  rand: Uint8Array = new Uint8Array(16),
  sqn: Uint8Array = new Uint8Array(6),
  amf: Uint8Array = new Uint8Array(2),
): Uint8Array {
  const state = new Uint8Array(200)
  state.set(reversed(top), 0)
  state[32] = instance
  state.set(reversed(ALGORITHM_NAME), 33)
  state.set(reversed(rand), 40)
  state.set(reversed(amf), 56)
  state.set(reversed(sqn), 58)
  state.set(reversed(ki), 64)
  // Padding of the Keccak capacity: first bits 1111, last bit 1 of the rate of 1088.
  state[96] = 0x1f
  state[135] = 0x80
  for (let i = 0; i < count; i++) keccakF1600(state)
  return state
}

const keyBit = (ki: Uint8Array) => (ki.length === 32 ? 1 : 0)

/** TOPc of an operator's TOP and a subscriber's key (TS 35.231, 6.2). */
export function topcOf(ki: Uint8Array, top: Uint8Array, keccakCount = 1): Uint8Array {
  return reversed(run(top, keyBit(ki), ki, keccakCount).subarray(0, 32))
}

/** TUAK (TS 35.231) over Keccak-f[1600]. */
export function tuak(ki: Uint8Array, topc: Uint8Array, options: TuakOptions = {}): AkaFunctions {
  if ((ki.length !== 16 && ki.length !== 32) || topc.length !== 32)
    throw refuse('euicc.aka-keys', { algorithm: 'tuak', ki: ki.length, opc: topc.length })
  const { macBytes = 8, resBytes = 8, ckBytes = 16, ikBytes = 16, keccakCount = 1 } = options
  const key = keyBit(ki)
  // Lengths of 64, 128 and 256 bits are the numbers 8, 16, 32 in the instance, 32 bits of RES are 0.
  const resCode = resBytes === 4 ? 0 : resBytes
  const answerInstance = 0x40 | resCode | (ckBytes === 32 ? 4 : 0) | (ikBytes === 32 ? 2 : 0) | key
  const take = (state: Uint8Array, at: number, length: number) => reversed(state.subarray(at, at + length))
  return {
    f1: (rand, sqn, amf) => take(run(topc, macBytes | key, ki, keccakCount, rand, sqn, amf), 0, macBytes),
    f1star: (rand, sqn, amf) =>
      take(run(topc, 0x80 | macBytes | key, ki, keccakCount, rand, sqn, amf), 0, macBytes),
    f2345: (rand) => {
      const state = run(topc, answerInstance, ki, keccakCount, rand)
      return {
        res: take(state, 0, resBytes),
        ck: take(state, 32, ckBytes),
        ik: take(state, 64, ikBytes),
        ak: take(state, 96, 6),
      }
    },
    f5star: (rand) => take(run(topc, 0xc0 | key, ki, keccakCount, rand), 96, 6),
  }
}
