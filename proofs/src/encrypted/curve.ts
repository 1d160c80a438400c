import { refuse } from '@gesim/base'
import { bn254 } from '@noble/curves/bn254.js'

/** The group that precompiles 6 and 7 compute in (EIP-196). Of prime order: every point but infinity generates it. */
const { Point } = bn254.G1
export type GroupPoint = InstanceType<typeof Point>

export const ORDER = Point.Fn.ORDER
export const G = Point.BASE
export const INFINITY = Point.ZERO

/** A point as the contracts take it; (0, 0) is infinity. */
export interface PlainPoint {
  readonly x: bigint
  readonly y: bigint
}

/** A scalar below the order. */
export const mod = (value: bigint): bigint => ((value % ORDER) + ORDER) % ORDER

/** scalar * point, for any scalar and point; not in constant time where one of them is zero. */
export function times(point: GroupPoint, scalar: bigint): GroupPoint {
  const reduced = mod(scalar)
  return reduced === 0n || point.is0() ? INFINITY : point.multiply(reduced)
}

/** The coordinates. */
export function plain(point: GroupPoint): PlainPoint {
  if (point.is0()) return { x: 0n, y: 0n }
  const { x, y } = point.toAffine()
  return { x, y }
}

/** The point with these coordinates. Throws `proofs.not-on-curve`. */
export function pointOf({ x, y }: PlainPoint): GroupPoint {
  if (x === 0n && y === 0n) return INFINITY
  try {
    const point = Point.fromAffine({ x, y })
    point.assertValidity()
    return point
  } catch (cause) {
    throw refuse('proofs.not-on-curve', { x, y }, cause)
  }
}

/** The inverse of a scalar that is not zero. */
export const inverse = (scalar: bigint): bigint => Point.Fn.inv(mod(scalar))

/** A scalar nobody can guess: 64 random bytes, so that no remainder is likelier than another. */
export function randomScalar(): bigint {
  const bytes = crypto.getRandomValues(new Uint8Array(64))
  const scalar = mod(bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n))
  return scalar === 0n ? randomScalar() : scalar
}
