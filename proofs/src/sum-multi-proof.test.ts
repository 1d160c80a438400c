import fc from 'fast-check'
import { type Hex, keccak256, toHex } from 'viem'
import { describe, expect, it } from 'vitest'
import { type MultiProof, rootOfLeaves, verifyMultiProof } from './sum-multi-proof.ts'
import { positionOf } from './sum-node.ts'
import { SumTree } from './sum-tree.ts'
import type { PlacedLeaf } from './sum-tree-record.ts'

const ZERO: Hex = `0x${'0'.repeat(64)}`
const places = fc.record({
  book: fc.oneof(fc.constantFrom(0, 1, 4095), fc.nat(4095)),
  index: fc.oneof(fc.nat(12), fc.nat(2 ** 20 - 1)),
})
const distinct = (maxLength: number, minLength = 0) =>
  fc.uniqueArray(places, { minLength, maxLength, selector: ({ book, index }) => positionOf(book, index) })

const leafAt = ({ book, index }: { book: number; index: number }): PlacedLeaf => ({
  intentId: keccak256(toHex(positionOf(book, index))),
  book,
  index,
  amount: BigInt(index + 1),
  coSigned: BigInt(index),
  bytesUsed: 9n,
  seq: 1,
  flags: 0,
  evidence: keccak256('0xe0'),
})
const nothingAt = ({ book, index }: { book: number; index: number }): PlacedLeaf => ({
  ...leafAt({ book, index }),
  amount: 0n,
  coSigned: 0n,
  bytesUsed: 0n,
  seq: 0,
  evidence: ZERO,
})
const byPosition = (all: readonly PlacedLeaf[]) =>
  [...all].sort((a, b) => positionOf(a.book, a.index) - positionOf(b.book, b.index))

/** A tree of some leaves, and a proof of some of them and of some empty places. */
const cases = fc.tuple(distinct(20), distinct(5, 1), fc.nat(7)).map(([taken, others, every]) => {
  const tree = new SumTree(taken.map(leafAt))
  const chosen = [...taken.filter((_, i) => i % (every + 1) === 0), ...others]
  const unique = [...new Map(chosen.map((one) => [positionOf(one.book, one.index), one])).values()]
  const leaves = byPosition(unique.map((one) => tree.get(one.book, one.index) ?? nothingAt(one)))
  return { tree, leaves, proof: tree.multiProof(unique) }
})

describe('a multi-proof', () => {
  it('proves leaves and empty places together, in fewer bytes than their proofs', () => {
    fc.assert(
      fc.property(cases, ({ tree, leaves, proof }) => {
        expect(rootOfLeaves(leaves, proof)).toEqual(tree.root())
        expect(verifyMultiProof(tree.root(), leaves, proof)).toBe(true)
        const single = leaves.map((one) => tree.leafProof(one.book, one.index).siblings.length - 2)
        expect(proof.siblings.length - 2).toBeLessThanOrEqual(single.reduce((a, b) => a + b))
      }),
      { numRuns: 100 },
    )
  })

  it('proves no other figure, place, intent or sum', () => {
    fc.assert(
      fc.property(cases, fc.nat(), fc.nat(5), ({ tree, leaves, proof }, pick, field) => {
        const at = pick % leaves.length
        const one = leaves[at]!
        const isEmpty = one.seq === 0
        const changed = [
          { ...one, amount: one.amount + 1n },
          { ...one, coSigned: one.coSigned + 1n },
          { ...one, flags: one.flags ^ 1 },
          { ...one, index: one.index ^ 1 },
          { ...one, evidence: keccak256('0x99') },
          isEmpty ? { ...one, seq: 2 } : { ...one, intentId: keccak256('0x98') },
        ][field]!
        const other = leaves.map((each, i) => (i === at ? changed : each))
        // An empty place beside an empty place is one too.
        fc.pre(!(isEmpty && field === 3))
        expect(verifyMultiProof(tree.root(), other, proof)).toBe(false)
        const { total } = tree.root()
        expect(verifyMultiProof({ ...tree.root(), total: total + 1n }, leaves, proof)).toBe(false)
      }),
      { numRuns: 150 },
    )
  })

  it('is refused when any bit of it is another, and when it is longer or shorter', () => {
    fc.assert(
      fc.property(cases, fc.nat(), fc.nat(7), ({ tree, leaves, proof }, pick, bit) => {
        const flip = (hex: Hex): Hex => {
          if (hex === '0x') return '0x01'
          const bytes = Buffer.from(hex.slice(2), 'hex')
          bytes[pick % bytes.length]! ^= 1 << bit
          return `0x${bytes.toString('hex')}`
        }
        const corrupted: MultiProof[] = [
          { ...proof, flags: flip(proof.flags) },
          { ...proof, siblings: flip(proof.siblings) },
          { ...proof, flags: `${proof.flags}00` },
          { ...proof, siblings: `${proof.siblings}${'00'.repeat(48)}` },
          { ...proof, siblings: `${proof.siblings}00` },
          { ...proof, flags: proof.flags === '0x' ? '0x01' : (proof.flags.slice(0, -2) as Hex) },
          { ...proof, siblings: '0xzz' },
        ]
        for (const each of corrupted) expect(verifyMultiProof(tree.root(), leaves, each)).toBe(false)
      }),
      { numRuns: 100 },
    )
  })

  it('is refused for leaves that do not ascend, stand twice or are none', () => {
    const tree = new SumTree([leafAt({ book: 1, index: 0 }), leafAt({ book: 1, index: 1 })])
    const [a, b] = tree.leaves() as [PlacedLeaf, PlacedLeaf]
    const proof = tree.multiProof([a, b])
    expect(verifyMultiProof(tree.root(), [a, b], proof)).toBe(true)
    for (const leaves of [[b, a], [a, a], [a, b, b], []])
      expect(verifyMultiProof(tree.root(), leaves, proof)).toBe(false)
  })

  it('shows an empty sibling by no bit, never by zeros', () => {
    const tree = new SumTree([leafAt({ book: 1, index: 0 })])
    const proof = tree.multiProof([{ book: 1, index: 0 }])
    expect(proof).toEqual({ flags: '0x00000000', siblings: '0x' })
    const padded: MultiProof = { flags: '0x01000000', siblings: `0x${'00'.repeat(48)}` }
    expect(verifyMultiProof(tree.root(), tree.leaves(), padded)).toBe(false)
  })
})
