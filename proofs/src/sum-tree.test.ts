import { isFailure } from '@gesim/base'
import fc from 'fast-check'
import { type Hex, keccak256, toHex } from 'viem'
import { describe, expect, it } from 'vitest'
import {
  EMPTY_NODE,
  NODE_BYTES,
  positionOf,
  rootOfBook,
  rootOfLeaf,
  verifyLeafProof,
  verifyNodeProof,
} from './sum-node.ts'
import { SumTree } from './sum-tree.ts'
import type { PlacedLeaf } from './sum-tree-record.ts'

const MAX_U64 = (1n << 64n) - 1n

const idOf = (n: number): Hex => keccak256(toHex(n, { size: 32 }))

function leafAt(book: number, index: number, amount: bigint, coSigned = amount): PlacedLeaf {
  const intentId = idOf(book * 1_000_003 + index)
  return { intentId, book, index, amount, coSigned, bytesUsed: 7n, seq: 1, flags: 0, evidence: idOf(index) }
}

const places = fc.record({
  book: fc.oneof(fc.constantFrom(0, 1, 2, 2047, 2048, 4095), fc.integer({ min: 0, max: 4095 })),
  index: fc.oneof(fc.constantFrom(0, 1, 2, 3, 2 ** 20 - 1), fc.integer({ min: 0, max: 2 ** 20 - 1 })),
  amount: fc.bigInt({ min: 0n, max: 1n << 50n }),
})
const leaves = fc
  .uniqueArray(places, { maxLength: 24, selector: ({ book, index }) => positionOf(book, index) })
  .map((all) => all.map(({ book, index, amount }) => leafAt(book, index, amount, amount / 2n)))

describe('the sum tree', () => {
  it('is empty without leaves', () => {
    expect(new SumTree().root()).toEqual(EMPTY_NODE)
  })

  it('carries the sums of all its leaves', () => {
    fc.assert(
      fc.property(leaves, (all) => {
        const root = new SumTree(all).root()
        expect(root.total).toBe(all.reduce((sum, leaf) => sum + leaf.amount, 0n))
        expect(root.coSigned).toBe(all.reduce((sum, leaf) => sum + leaf.coSigned, 0n))
      }),
      { numRuns: 60 },
    )
  })

  it('proves each leaf and each book, and no other figure, place or intent', () => {
    fc.assert(
      fc.property(leaves, fc.nat(), (all, pick) => {
        fc.pre(all.length > 0)
        const tree = new SumTree(all)
        const root = tree.root()
        const leaf = all[pick % all.length]!
        const position = positionOf(leaf.book, leaf.index)
        const proof = tree.leafProof(leaf.book, leaf.index)
        expect(verifyLeafProof(root, leaf.intentId, position, proof)).toBe(true)
        expect(verifyLeafProof(root, idOf(-1 >>> 0), position, proof)).toBe(false)
        expect(verifyLeafProof(root, leaf.intentId, position ^ 1, proof)).toBe(false)
        expect(verifyLeafProof(root, leaf.intentId, position, { ...proof, amount: proof.amount + 1n })).toBe(
          false,
        )
        expect(verifyLeafProof(root, leaf.intentId, position, { ...proof, flags: proof.flags ^ 1 })).toBe(
          false,
        )
        const node = tree.nodeProof(leaf.book)
        expect(verifyNodeProof(root, leaf.book, node)).toBe(true)
        expect(verifyNodeProof(root, leaf.book, { ...node, total: node.total + 1n })).toBe(false)
        expect(node.total).toBe(
          all.filter((each) => each.book === leaf.book).reduce((sum, each) => sum + each.amount, 0n),
        )
      }),
      { numRuns: 40 },
    )
  })

  it('proves that a place is empty, and that a taken one is not', () => {
    const tree = new SumTree([leafAt(1, 0, 5n), leafAt(1, 2, 6n), leafAt(3, 0, 7n)])
    const absent = tree.leafProof(1, 1)
    expect(verifyLeafProof(tree.root(), idOf(9), positionOf(1, 1), absent)).toBe(true)
    expect(verifyLeafProof(tree.root(), idOf(9), positionOf(2, 4), tree.leafProof(2, 4))).toBe(true)
    expect(
      verifyLeafProof(tree.root(), idOf(9), positionOf(1, 0), { ...tree.leafProof(1, 0), ...absent }),
    ).toBe(false)
  })

  it('is the same whichever way it grew', () => {
    fc.assert(
      fc.property(leaves, (all) => {
        const grown = new SumTree()
        for (const leaf of [...all].reverse()) {
          grown.set({ ...leaf, amount: leaf.amount + 1n })
          grown.root()
          grown.set(leaf)
        }
        expect(grown.root()).toEqual(new SumTree(all).root())
        for (const leaf of all)
          grown.set({ ...leaf, amount: 0n, coSigned: 0n, bytesUsed: 0n, seq: 0, evidence: EMPTY_NODE.hash })
        expect(grown.root()).toEqual(EMPTY_NODE)
        expect(grown.size).toBe(0)
      }),
      { numRuns: 20 },
    )
  })

  it('agrees with a reference that hashes two leaves by hand', () => {
    const [a, b] = [leafAt(0, 0, 3n, 1n), leafAt(0, 1, MAX_U64 - 3n, 0n)]
    const tree = new SumTree([a, b])
    const hex = (value: bigint | number, bytes: number) => toHex(value, { size: bytes }).slice(2)
    const tag = keccak256(toHex('GeSIM leaf v1')).slice(2)
    const leafHash = (leaf: PlacedLeaf) =>
      keccak256(
        `0x${tag}${leaf.intentId.slice(2)}${hex(leaf.amount, 8)}${hex(leaf.coSigned, 8)}${hex(leaf.bytesUsed, 8)}${hex(leaf.seq, 4)}${hex(leaf.flags, 4)}${leaf.evidence.slice(2)}`,
      ).slice(2)
    let node = keccak256(
      `0x${leafHash(a)}${hex(a.amount, 8)}${hex(a.coSigned, 8)}${leafHash(b)}${hex(b.amount, 8)}${hex(b.coSigned, 8)}`,
    )
    for (let level = 1; level < 32; level++)
      node = keccak256(`${node}${hex(MAX_U64, 8)}${hex(1n, 8)}${'00'.repeat(NODE_BYTES)}`)
    expect(tree.root()).toEqual({ hash: node, total: MAX_U64, coSigned: 1n })
  })

  it('refuses sums above 64 bits, and is whole again without them', () => {
    const tree = new SumTree([leafAt(1, 0, MAX_U64, 0n), leafAt(4095, 5, 1n)])
    expect(() => tree.root()).toThrow(/proofs\.carry/)
    tree.set(leafAt(4095, 5, 0n))
    expect(tree.root().total).toBe(MAX_U64)
    const other = new SumTree([leafAt(1, 0, MAX_U64, MAX_U64)])
    const proof = other.leafProof(1, 0)
    const crafted = {
      ...proof,
      bitmap: 1n,
      siblings: `0x${'11'.repeat(32)}${'00'.repeat(7)}01${'00'.repeat(8)}`,
    } as const
    expect(() => rootOfLeaf(idOf(1), positionOf(1, 0), crafted)).toThrow(/proofs\.carry/)
    expect(verifyLeafProof(other.root(), idOf(1), positionOf(1, 0), crafted)).toBe(false)
  })

  it('refuses paths that do not fit their bitmap', () => {
    const tree = new SumTree([leafAt(1, 0, 5n), leafAt(2, 0, 5n)])
    const proof = tree.leafProof(1, 0)
    const at = positionOf(1, 0)
    const malformed = (change: object) => {
      try {
        rootOfLeaf(idOf(1), at, { ...proof, ...change })
      } catch (error) {
        return isFailure(error, 'proofs.malformed-path')
      }
      return false
    }
    expect(malformed({ siblings: `${proof.siblings}00` })).toBe(true)
    expect(malformed({ siblings: proof.siblings.slice(0, -2) })).toBe(true)
    expect(malformed({ siblings: '0xzz' })).toBe(true)
    expect(malformed({ bitmap: proof.bitmap | (1n << 32n) })).toBe(true)
    expect(malformed({ bitmap: proof.bitmap | 1n })).toBe(true)
    const node = tree.nodeProof(1)
    expect(() => rootOfBook(1, { ...node, bitmap: 1n << 12n })).toThrow(/malformed-path/)
  })

  it('refuses figures and places that the chain cannot hold', () => {
    const tree = new SumTree()
    expect(() => tree.set(leafAt(4096, 0, 1n))).toThrow(/proofs\.out-of-range/)
    expect(() => tree.set(leafAt(1, 2 ** 20, 1n))).toThrow(/proofs\.out-of-range/)
    expect(() => tree.set(leafAt(1, 0, MAX_U64 + 1n))).toThrow(/proofs\.out-of-range/)
    expect(() => tree.set(leafAt(1, 0, -1n))).toThrow(/proofs\.out-of-range/)
    expect(() => tree.set({ ...leafAt(1, 0, 1n), seq: 2 ** 32 })).toThrow(/proofs\.out-of-range/)
  })

  it('shows a node of any height with its children', () => {
    const tree = new SumTree([leafAt(1, 0, 5n), leafAt(1, 1, 6n)])
    const node = tree.nodeAt(1, 2 ** 19)
    expect(node.total).toBe(11n)
    expect(keccak256(node.children)).toBe(node.hash)
  })
})
