import { refuse } from '@gesim/base'
import {
  G,
  type GroupPoint,
  INFINITY,
  type PlainPoint,
  plain,
  pointOf,
  randomScalar,
  times,
} from './curve.ts'

/** (r * G, m * G + r * P): amounts add when ciphertexts do. */
export interface Ciphertext {
  readonly a: PlainPoint
  readonly b: PlainPoint
}

export const NO_AMOUNT: Ciphertext = { a: plain(INFINITY), b: plain(INFINITY) }

/** Encrypts an amount in micro-USDC. Who is shown `random` can check the amount (see `opens`), so it is a secret too. */
export function encrypt(amount: bigint, publicKey: PlainPoint, random = randomScalar()): Ciphertext {
  if (amount < 0n || amount >> 64n) throw refuse('proofs.out-of-range', { field: 'amount' })
  return {
    a: plain(times(G, random)),
    b: plain(times(G, amount).add(times(pointOf(publicKey), random))),
  }
}

/** Whether a ciphertext is of this amount with this randomness: what a co-signer checks before it signs. */
export function opens(
  ciphertext: Ciphertext,
  publicKey: PlainPoint,
  amount: bigint,
  random: bigint,
): boolean {
  const { a, b } = encrypt(amount, publicKey, random)
  const isA = a.x === ciphertext.a.x && a.y === ciphertext.a.y
  return isA && b.x === ciphertext.b.x && b.y === ciphertext.b.y
}

/** The ciphertext of the sum. */
export function sum(ciphertexts: readonly Ciphertext[]): Ciphertext {
  const total = (part: (one: Ciphertext) => PlainPoint) =>
    plain(ciphertexts.reduce((all, one) => all.add(pointOf(part(one))), INFINITY))
  return { a: total((one) => one.a), b: total((one) => one.b) }
}

/**
 * The amount m in m * G, up to `most`, by baby steps and giant steps: both time and memory grow with the square root. Throws
 * `proofs.no-such-amount` when there is none.
 */
export function amountIn(point: GroupPoint, most: bigint): bigint {
  let steps = 1n
  while (steps * steps <= most) steps *= 2n
  const babies = new Map<bigint, bigint>()
  // Infinity has no affine x of its own; no other point of the curve has x = 0 and y = 0.
  const nameOf = (one: GroupPoint) => {
    const { x, y } = plain(one)
    return (x << 1n) | (y & 1n)
  }
  let baby = INFINITY
  for (let i = 0n; i < steps; i++) {
    babies.set(nameOf(baby), i)
    baby = baby.add(G)
  }
  const giant = times(G, steps).negate()
  let rest = point
  for (let i = 0n; i * steps <= most; i++) {
    const found = babies.get(nameOf(rest))
    if (found !== undefined && i * steps + found <= most) return i * steps + found
    rest = rest.add(giant)
  }
  throw refuse('proofs.no-such-amount', { most })
}
