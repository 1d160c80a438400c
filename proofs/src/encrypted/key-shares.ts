import { refuse } from '@gesim/base'
import {
  G,
  type GroupPoint,
  INFINITY,
  inverse,
  mod,
  type PlainPoint,
  plain,
  pointOf,
  randomScalar,
  times,
} from './curve.ts'

/** One member's part of the key: the value of a secret polynomial at the member's number, which is not 0. */
export interface KeyShare {
  readonly member: number
  readonly secret: bigint
}

/** What everybody may know: Feldman's commitments c_k * G to the coefficients. The first is the public key. */
export type Commitments = readonly PlainPoint[]

/** A polynomial dealt out: each share goes to its member alone, over a channel that nobody reads. */
export interface Dealing {
  readonly commitments: Commitments
  readonly shares: readonly KeyShare[]
}

/** Shares of a fresh secret for members 1 to `members`, any `threshold` of whom can use it. */
export function deal(threshold: number, members: number, random: () => bigint = randomScalar): Dealing {
  if (!(threshold >= 1 && threshold <= members))
    throw refuse('proofs.out-of-range', { field: 'threshold', threshold })
  const coefficients = Array.from({ length: threshold }, () => random())
  const valueAt = (x: bigint) => coefficients.reduceRight((value, each) => mod(value * x + each), 0n)
  return {
    commitments: coefficients.map((each) => plain(times(G, each))),
    shares: Array.from({ length: members }, (_, i) => ({ member: i + 1, secret: valueAt(BigInt(i + 1)) })),
  }
}

/** secret * G of a member, from the commitments alone. */
export function publicShare(commitments: Commitments, member: number): GroupPoint {
  return commitments.reduceRight<GroupPoint>(
    (value, each) => times(value, BigInt(member)).add(pointOf(each)),
    INFINITY,
  )
}

/** Whether a share is of the dealing with these commitments: what a member checks before it takes part. */
export function isShareOf(commitments: Commitments, share: KeyShare): boolean {
  return times(G, share.secret).equals(publicShare(commitments, share.member))
}

/**
 * The key of several dealings, of which every member made one, so that nobody ever knew the key (joint Feldman). A member
 * passes the shares it was dealt. Throws `proofs.wrong-share` when one is not of its dealing.
 *
 * The last to deal can bend some bits of the public key, not learn the secret; publish hashes of all commitments first.
 */
export function joinDealings(
  member: number,
  dealt: readonly { readonly commitments: Commitments; readonly share: KeyShare }[],
): { commitments: Commitments; share: KeyShare } {
  for (const [dealer, { commitments, share }] of dealt.entries())
    if (share.member !== member || !isShareOf(commitments, share))
      throw refuse('proofs.wrong-share', { dealer })
  const degree = dealt[0]?.commitments.length ?? 0
  if (dealt.some(({ commitments }) => commitments.length !== degree))
    throw refuse('proofs.wrong-share', { degree })
  return {
    commitments: Array.from({ length: degree }, (_, k) =>
      plain(dealt.reduce<GroupPoint>((all, { commitments }) => all.add(pointOf(commitments[k]!)), INFINITY)),
    ),
    share: { member, secret: mod(dealt.reduce((all, { share }) => all + share.secret, 0n)) },
  }
}

/** Lagrange's factor of a member for the value at 0, among those who take part. */
export function factorOf(member: number, members: readonly number[]): bigint {
  let [above, below] = [1n, 1n]
  for (const other of members) {
    if (other === member) continue
    above = mod(above * BigInt(other))
    below = mod(below * BigInt(other - member))
  }
  return mod(above * inverse(below))
}
