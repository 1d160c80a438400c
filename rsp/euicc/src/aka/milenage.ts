import { createCipheriv } from 'node:crypto'
import { concatBytes, refuse } from '@gesim/base'
import { type AkaFunctions, xor } from './algorithm.ts'

/** Constants of the operator; the defaults are those of TS 35.206, 4.1. */
export interface MilenageConstants {
  /** Five rotations r1 to r5, 0 to 127 bits. */
  readonly rotations?: Uint8Array
  /** Five constants c1 to c5 of 16 bytes, one after another. */
  readonly constants?: Uint8Array
}

const ROTATIONS = Uint8Array.of(64, 0, 32, 64, 96)

const CONSTANTS = (() => {
  const out = new Uint8Array(80)
  ;[0, 1, 2, 4, 8].forEach((bits, i) => {
    out[16 * i + 15] = bits
  })
  return out
})()

function encrypt(key: Uint8Array, block: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
  return Uint8Array.from(cipher.update(block))
}

/** OPc of an operator's OP and a subscriber's key: OP xor E(OP). */
export function opcOf(ki: Uint8Array, op: Uint8Array): Uint8Array {
  return xor(op, encrypt(ki, op))
}

function rotateLeft(block: Uint8Array, bits: number): Uint8Array {
  const bytes = (bits >> 3) % 16
  const turned = concatBytes(block.subarray(bytes), block.subarray(0, bytes))
  const rest = bits & 7
  if (rest === 0) return turned
  return turned.map((byte, i) => (byte << rest) | (turned[(i + 1) % 16]! >> (8 - rest)))
}

/** Milenage (TS 35.206) over AES-128, with MAC, RES and CK, IK of 64, 64 and 128 bits. */
export function milenage(ki: Uint8Array, opc: Uint8Array, constants: MilenageConstants = {}): AkaFunctions {
  if (ki.length !== 16 || opc.length !== 16)
    throw refuse('euicc.aka-keys', { algorithm: 'milenage', ki: ki.length, opc: opc.length })
  const r = constants.rotations ?? ROTATIONS
  const c = constants.constants ?? CONSTANTS
  const constant = (i: number) => c.subarray(16 * i, 16 * i + 16)
  const temp = (rand: Uint8Array) => encrypt(ki, xor(rand, opc))
  /** OUT2 to OUT5; `i` counts from 1 for the second constant. */
  const out = (rand: Uint8Array, i: number) =>
    xor(encrypt(ki, xor(rotateLeft(xor(temp(rand), opc), r[i]!), constant(i))), opc)
  const out1 = (rand: Uint8Array, sqn: Uint8Array, amf: Uint8Array) => {
    const in1 = concatBytes(sqn, amf, sqn, amf)
    const mixed = xor(xor(temp(rand), rotateLeft(xor(in1, opc), r[0]!)), constant(0))
    return xor(encrypt(ki, mixed), opc)
  }
  return {
    f1: (rand, sqn, amf) => out1(rand, sqn, amf).subarray(0, 8),
    f1star: (rand, sqn, amf) => out1(rand, sqn, amf).subarray(8),
    f2345: (rand) => {
      const out2 = out(rand, 1)
      return { res: out2.subarray(8), ck: out(rand, 2), ik: out(rand, 3), ak: out2.subarray(0, 6) }
    },
    f5star: (rand) => out(rand, 4).subarray(0, 6),
  }
}
