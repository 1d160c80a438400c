import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { G, pointOf, times } from './curve.ts'
import {
  amountIn,
  answerOf,
  type Ciphertext,
  type Commitments,
  deal,
  encrypt,
  isShareOf,
  isTotal,
  joinAnswers,
  joinDealings,
  type KeyShare,
  NO_AMOUNT,
  nonceOf,
  opens,
  partialOf,
  type Settling,
  sum,
  totalOf,
} from './index.ts'

const settling: Settling = { chainId: 31337, contract: `0x${'e5'.repeat(20)}`, book: 3, epoch: 7 }

/** Three rounds of some members: hashes, points, answers. */
function prove(of: Ciphertext, total: bigint, commitments: Commitments, shares: readonly KeyShare[]) {
  const nonces = shares.map(({ member }) => nonceOf(of, member))
  const promised = nonces.map(({ hash }) => hash)
  const shown = nonces.map(({ secret: _, ...rest }) => rest)
  const answers = shares.map((share, i) =>
    answerOf(settling, of, total, commitments, share, nonces[i]!, promised, shown),
  )
  return { nonces, promised, shown, answers }
}

describe('encrypted amounts', () => {
  it('add without being known, and any two of three members find the total and prove it', () => {
    const { commitments, shares } = deal(2, 3)
    const key = commitments[0]!
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 0n, max: 20_000n }), { minLength: 1, maxLength: 4 }),
        (amounts) => {
          const of = sum(amounts.map((amount) => encrypt(amount, key)))
          const expected = amounts.reduce((a, b) => a + b)
          for (const [a, b] of [
            [0, 1],
            [2, 0],
          ] as const) {
            const two = [shares[a]!, shares[b]!]
            const partials = two.map((share) => partialOf(settling, of, share))
            expect(totalOf(settling, of, commitments, partials, 100_000n)).toBe(expected)
            const { shown, answers } = prove(of, expected, commitments, two)
            const proof = joinAnswers(settling, of, expected, commitments, shown, answers)
            expect(isTotal(settling, of, expected, key, proof)).toBe(true)
            expect(isTotal(settling, of, expected + 1n, key, proof)).toBe(false)
            expect(isTotal({ ...settling, epoch: 8 }, of, expected, key, proof)).toBe(false)
            expect(isTotal({ ...settling, chainId: 1 }, of, expected, key, proof)).toBe(false)
          }
        },
      ),
      { numRuns: 4 },
    )
  })

  it('cannot be proven to be another total, not even by all members', () => {
    const { commitments, shares } = deal(2, 3)
    const of = sum([encrypt(5n, commitments[0]!), encrypt(6n, commitments[0]!)])
    const { shown, answers } = prove(of, 12n, commitments, shares)
    expect(() => joinAnswers(settling, of, 12n, commitments, shown, answers)).toThrow(/wrong-share/)
  })

  it('are not decrypted by fewer than the threshold, nor by a member that counts twice or lies', () => {
    const { commitments, shares } = deal(2, 3)
    const of = encrypt(9n, commitments[0]!)
    const [a, b] = shares.map((share) => partialOf(settling, of, share))
    const total = (partials: Parameters<typeof totalOf>[3]) =>
      totalOf(settling, of, commitments, partials, 100n)
    expect(total([a!, b!])).toBe(9n)
    expect(() => total([a!])).toThrow(/wrong-share/)
    expect(() => total([a!, a!])).toThrow(/wrong-share/)
    expect(() => total([a!, { ...b!, point: a!.point }])).toThrow(/wrong-share/)
    expect(() => total([a!, { ...b!, member: 3 }])).toThrow(/wrong-share/)
  })

  it('open to one amount only', () => {
    const key = deal(1, 1).commitments[0]!
    const of = encrypt(77n, key, 1234567n)
    expect(opens(of, key, 77n, 1234567n)).toBe(true)
    expect(opens(of, key, 78n, 1234567n)).toBe(false)
    expect(opens(of, key, 77n, 1234568n)).toBe(false)
    expect(() => encrypt(-1n, key)).toThrow(/out-of-range/)
    expect(() => encrypt(1n << 64n, key)).toThrow(/out-of-range/)
  })

  it('are found up to a bound and not above', () => {
    for (const amount of [0n, 1n, 63n, 64n, 65n, 999n, 1000n])
      expect(amountIn(times(G, amount), 1000n)).toBe(amount)
    expect(() => amountIn(times(G, 1001n), 1000n)).toThrow(/no-such-amount/)
    expect(() => amountIn(times(G, -1n), 1000n)).toThrow(/no-such-amount/)
    expect(sum([])).toEqual(NO_AMOUNT)
    expect(() => pointOf({ x: 1n, y: 3n })).toThrow(/not-on-curve/)
  })
})

describe('the shares of a key', () => {
  it('are checked by their members, and another secret is found', () => {
    const { commitments, shares } = deal(3, 5)
    for (const share of shares) {
      expect(isShareOf(commitments, share)).toBe(true)
      expect(isShareOf(commitments, { ...share, secret: share.secret + 1n })).toBe(false)
      expect(isShareOf(commitments, { ...share, member: share.member + 1 })).toBe(false)
    }
    expect(() => deal(4, 3)).toThrow(/out-of-range/)
    expect(() => deal(0, 3)).toThrow(/out-of-range/)
  })

  it('may come from dealings of all members, so that nobody ever has the key', () => {
    const dealings = [1, 2, 3].map(() => deal(2, 3))
    const joined = [1, 2, 3].map((member) =>
      joinDealings(
        member,
        dealings.map(({ commitments, shares }) => ({ commitments, share: shares[member - 1]! })),
      ),
    )
    const { commitments } = joined[0]!
    for (const one of joined) {
      expect(one.commitments).toEqual(commitments)
      expect(isShareOf(commitments, one.share)).toBe(true)
    }
    const of = encrypt(42n, commitments[0]!)
    const partials = joined.slice(1).map(({ share }) => partialOf(settling, of, share))
    expect(totalOf(settling, of, commitments, partials, 50n)).toBe(42n)
    expect(() =>
      joinDealings(1, [{ commitments: dealings[0]!.commitments, share: dealings[1]!.shares[0]! }]),
    ).toThrow(/wrong-share/)
  })

  it('answer only when every point is the one that was promised', () => {
    const { commitments, shares } = deal(2, 2)
    const of = encrypt(1n, commitments[0]!)
    const { nonces, promised, shown, answers } = prove(of, 1n, commitments, shares)
    const answer = (hashes: typeof promised, points: typeof shown, nonce = nonces[0]!) =>
      answerOf(settling, of, 1n, commitments, shares[0]!, nonce, hashes, points)
    expect(answer(promised, shown)).toBe(answers[0])
    const other = nonceOf(of, 2)
    expect(() => answer(promised, [shown[0]!, other])).toThrow(/wrong-share/)
    expect(() => answer(promised, [shown[0]!, { ...other, hash: promised[1]! }])).toThrow(/wrong-share/)
    expect(() => answer(promised, shown, nonceOf(of, 1))).toThrow(/wrong-share/)
    expect(() => joinAnswers(settling, of, 1n, commitments, shown, [answers[0]!, 5n])).toThrow(/wrong-share/)
  })
})
