// Keccak-f[1600] (FIPS 202, 3.2 and 3.3) on two states at once, as WebAssembly SIMD: lane i of both in one v128.
import { type Code, littleEndian, op } from './assemble.ts'

/** Round constants by the linear feedback shift register of FIPS 202, algorithm 5. */
const ROUND_CONSTANTS: readonly bigint[] = roundConstants()

/** Rotation offsets by the walk of FIPS 202, algorithm 2; index x + 5y. */
const OFFSETS: readonly number[] = rotationOffsets()

/** Numbers of the v128 locals that a permutation needs, from the first given one. */
export function keccakLocals(first: number) {
  const run = (from: number, count: number) => Array.from({ length: count }, (_, i) => first + from + i)
  return {
    state: run(0, 25),
    next: run(25, 25),
    mix: run(50, 5),
    row: run(55, 5),
    parity: run(60, 5),
    count: 65,
  }
}
export type KeccakLocals = ReturnType<typeof keccakLocals>

/**
 * The permutation for a state whose lanes in `zero` are zero (and not set), up to its first four lanes, which are left in
 * `state[0..3]`: a hash reads no more of them. The round constants lie at `constantsAt`; `cursor` is an i32 local.
 */
export function permute(
  locals: KeccakLocals,
  cursor: number,
  zero: ReadonlySet<number>,
  constantsAt: number,
): number[] {
  const constant = (round: number) => op.v128.const(ROUND_CONSTANTS[round]!, ROUND_CONSTANTS[round]!)
  const read = (offset: number) => [...op.get(cursor), ...op.v128.load64Splat(offset)]
  const { state, next } = locals
  return [
    ...parities(locals, zero),
    ...round(locals, state, next, constant(0), zero),
    ...op.i32.const(constantsAt + 8),
    ...op.set(cursor),
    ...op.loop,
    ...round(locals, next, state, read(0)),
    ...round(locals, state, next, read(8)),
    ...op.get(cursor),
    ...op.i32.const(16),
    ...op.i32.add,
    ...op.tee(cursor),
    ...op.i32.const(constantsAt + 8 * 23),
    ...op.i32.ltU,
    ...op.brIf(0),
    ...op.end,
    ...round(locals, next, state, constant(23), new Set(), 4),
  ]
}

/** Column parities of the first state, from its locals. */
function parities({ state, parity }: KeccakLocals, zero: ReadonlySet<number>): number[] {
  return [0, 1, 2, 3, 4].flatMap((x) => {
    const column = [0, 5, 10, 15, 20].map((y) => x + y).filter((lane) => !zero.has(lane))
    const sum = column.flatMap((lane, i) => [...op.get(state[lane]!), ...(i > 0 ? op.v128.xor : [])])
    return [...sum, ...op.set(parity[x]!)]
  })
}

/** One round from one set of locals to the other; only the first `wanted` lanes are made. */
function round(
  { mix, row, parity }: KeccakLocals,
  from: readonly number[],
  to: readonly number[],
  constant: Code,
  zero: ReadonlySet<number> = new Set(),
  wanted = 25,
): number[] {
  const code: number[] = []
  // theta
  for (let x = 0; x < 5; x++) {
    code.push(...rotate(parity[(x + 1) % 5]!, 1), ...op.get(parity[(x + 4) % 5]!), ...op.v128.xor)
    code.push(...op.set(mix[x]!))
  }
  for (let y = 0; y < 5 && 5 * y < wanted; y++) {
    // rho and pi: lane (x, y) comes from (x + 3y, x).
    for (let x = 0; x < 5; x++) {
      const column = (x + 3 * y) % 5
      const source = column + 5 * x
      code.push(...op.get(mix[column]!))
      if (!zero.has(source)) code.push(...op.get(from[source]!), ...op.v128.xor)
      code.push(...op.set(row[x]!), ...rotate(row[x]!, OFFSETS[source]!), ...op.set(row[x]!))
    }
    // chi, and iota in lane 0; the parities of the next round grow as lanes are made.
    for (let x = 0; x < 5 && x + 5 * y < wanted; x++) {
      code.push(...op.get(row[(x + 2) % 5]!), ...op.get(row[(x + 1) % 5]!), ...op.v128.andnot)
      code.push(...op.get(row[x]!), ...op.v128.xor)
      if (x + 5 * y === 0) code.push(...constant, ...op.v128.xor)
      code.push(...op.tee(to[x + 5 * y]!), ...(y > 0 ? [...op.get(parity[x]!), ...op.v128.xor] : []))
      code.push(...op.set(parity[x]!))
    }
  }
  return code
}

/** A local, rotated left in both halves. */
function rotate(local: number, offset: number): number[] {
  if (offset === 0) return [...op.get(local)]
  // Whole bytes: one shuffle in place of two shifts.
  if (offset % 8 === 0) {
    const lanes = Array.from({ length: 16 }, (_, i) => (i & 8) | ((i - offset / 8) & 7))
    return [...op.get(local), ...op.get(local), ...op.i8x16.shuffle(lanes)]
  }
  // An addition doubles on more execution ports than a shift does.
  const left = offset === 1 ? [...op.get(local), ...op.i64x2.add] : [...op.i32.const(offset), ...op.i64x2.shl]
  return [
    ...op.get(local),
    ...left,
    ...op.get(local),
    ...op.i32.const(64 - offset),
    ...op.i64x2.shrU,
    ...op.v128.or,
  ]
}

/** The constants as bytes in memory. */
export function constantBytes(): number[] {
  return ROUND_CONSTANTS.flatMap(littleEndian)
}

function roundConstants(): bigint[] {
  let register = 1
  const bit = (): bigint => {
    const out = BigInt(register & 1)
    register = register & 0x80 ? ((register << 1) ^ 0x171) & 0xff : register << 1
    return out
  }
  return Array.from({ length: 24 }, () => {
    let constant = 0n
    for (let j = 0; j <= 6; j++) constant |= bit() << BigInt(2 ** j - 1)
    return constant
  })
}

function rotationOffsets(): number[] {
  const offsets = Array.from({ length: 25 }, () => 0)
  for (let t = 0, x = 1, y = 0; t < 24; t++) {
    offsets[x + 5 * y] = (((t + 1) * (t + 2)) / 2) % 64
    const below = (2 * x + 3 * y) % 5
    x = y
    y = below
  }
  return offsets
}
