import fc from 'fast-check'
import { keccak256, toHex } from 'viem'
import { afterAll, describe, expect, it } from 'vitest'
import { leafNode, type Node, parentOf, positionOf, showNode } from './sum-node.ts'
import { SumTree } from './sum-tree.ts'
import { kernel } from './sum-tree-kernel/kernel.ts'
import { PlainKernel } from './sum-tree-kernel/plain.ts'
import { type PackedLeaves, PackedTree, RECORD_WORDS, recordAt } from './sum-tree-packed.ts'
import { HashThreads } from './sum-tree-parallel.ts'
import { type PlacedLeaf, readRecord, writeRecord } from './sum-tree-record.ts'

const MAX_U64 = (1n << 64n) - 1n
const plain = new PlainKernel()

const amounts = fc.oneof(
  fc.bigInt({ min: 0n, max: 1n << 40n }),
  fc.constantFrom(0n, 1n, MAX_U64 >> 1n, (MAX_U64 >> 1n) + 1n, MAX_U64 - 1n, MAX_U64),
)
const leaf = fc
  .record({
    book: fc.oneof(fc.constantFrom(0, 1, 2, 2047, 2048, 4095), fc.nat(4095)),
    index: fc.oneof(fc.nat(9), fc.constantFrom(2 ** 19, 2 ** 20 - 1), fc.nat(2 ** 20 - 1)),
    amount: amounts,
    coSigned: amounts,
    bytesUsed: amounts,
    seq: fc.nat(2 ** 32 - 1),
    flags: fc.nat(7),
    salt: fc.nat(),
  })
  .map(
    ({ salt, ...rest }): PlacedLeaf => ({
      ...rest,
      intentId: keccak256(toHex(salt)),
      evidence: keccak256(toHex(salt + 1)),
    }),
  )
const leaves = fc.uniqueArray(leaf, {
  maxLength: 40,
  selector: ({ book, index }) => positionOf(book, index),
})

/** The tree by its definition: recursion over halves, no arrays, no kernel. */
function byDefinition(all: readonly PlacedLeaf[], level = 32, first = 0): Node | null {
  if (all.length === 0) return null
  if (level === 0) return leafNode(all[0]!.intentId, all[0]!)
  const middle = first + 2 ** (level - 1)
  const isLeft = (one: PlacedLeaf) => positionOf(one.book, one.index) < middle
  return parentOf(
    byDefinition(all.filter(isLeft), level - 1, first),
    byDefinition(
      all.filter((one) => !isLeft(one)),
      level - 1,
      middle,
    ),
  )
}

function outcome(find: () => unknown): unknown {
  try {
    return find()
  } catch (error) {
    return (error as { code: string }).code
  }
}

function packed(all: readonly PlacedLeaf[]): PackedLeaves {
  const sorted = [...all].sort((a, b) => positionOf(a.book, a.index) - positionOf(b.book, b.index))
  const records = new Int32Array(sorted.length * RECORD_WORDS)
  sorted.forEach((one, i) => {
    writeRecord(recordAt(records, i), one)
  })
  return { places: Uint32Array.from(sorted, (one) => positionOf(one.book, one.index)), records }
}

/** Many leaves in several books, dense and sparse. */
function many(count: number): PackedLeaves {
  const places = Uint32Array.from({ length: count }, (_, i) => (i % 3 === 0 ? 3 * i : 3 * i + (i % 2)))
  const records = new Int32Array(count * RECORD_WORDS).map((_, i) => Math.imul(i, 0x9e3779b1))
  // Amounts of 32 bits, so that nothing carries.
  for (let i = 0; i < count; i++) records[i * RECORD_WORDS + 8] = records[i * RECORD_WORDS + 10] = 0
  return { places, records }
}

describe('the packed tree', () => {
  it('is in WebAssembly, in TypeScript and by definition the same, carries included', () => {
    let carries = 0
    fc.assert(
      fc.property(leaves, (all) => {
        const expected = outcome(() => showNode(byDefinition(all)))
        if (expected === 'proofs.carry') carries++
        expect(outcome(() => new SumTree(all, kernel()).root())).toEqual(expected)
        expect(outcome(() => new SumTree(all, plain).root())).toEqual(expected)
      }),
      { numRuns: 150 },
    )
    expect(carries).toBeGreaterThan(20)
  })

  it('keeps what its records say', () => {
    fc.assert(
      fc.property(leaf, (one) => {
        const { records, places } = packed([one])
        expect(readRecord(recordAt(records, 0), places[0]!)).toEqual(one)
      }),
      { numRuns: 50 },
    )
  })

  it('is after changes what it would be if it had been made so, wherever the changes are', () => {
    fc.assert(
      fc.property(leaves, leaves, fc.boolean(), (before, after, isReplacing) => {
        const small = (one: PlacedLeaf) => ({
          ...one,
          amount: one.amount >> 8n,
          coSigned: one.coSigned >> 8n,
        })
        const changes = isReplacing
          ? before.filter((_, i) => i % 2 === 0).map((one) => ({ ...small(one), seq: 7 }))
          : after.map(small)
        const tree = PackedTree.of(packed(before.map(small)))
        tree.hash(kernel())
        const { tree: changed, rehash } = tree.merge(packed(changes))
        rehash(kernel())
        expect(changed === tree).toBe(isReplacing || changes.length === 0 || changed === tree)
        const anew = PackedTree.of(tree.merge(packed(changes)).tree.mergeLeaves(packed([])))
        anew.hash(plain)
        expect(changed.levels.map(({ places, nodes }) => [places, nodes])).toEqual(
          anew.levels.map(({ places, nodes }) => [places, nodes]),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('is whole again after a carry, however often it is asked', () => {
    const at = (index: number, amount: bigint): PlacedLeaf => ({
      intentId: keccak256(toHex(index)),
      book: 5,
      index,
      amount,
      coSigned: 0n,
      bytesUsed: 0n,
      seq: 1,
      flags: 0,
      evidence: keccak256('0x01'),
    })
    const tree = new SumTree([at(0, MAX_U64 - 1n), at(9, 1n), at(70, 0n)])
    tree.root()
    for (const index of [70, 71]) {
      tree.set(at(index, 1n))
      expect(() => tree.root()).toThrow(/proofs\.carry/)
      expect(() => tree.leafProof(5, 0)).toThrow(/proofs\.carry/)
      tree.set(at(index, 0n))
      expect(tree.root()).toEqual(new SumTree(tree.leaves(), plain).root())
    }
  })
})

describe('a tree made by several threads', () => {
  const threads = new HashThreads(3)
  afterAll(() => threads[Symbol.asyncDispose]())

  it('is the tree of one thread', async () => {
    for (const count of [0, 1, 5_000, 20_001]) {
      const one = PackedTree.of(many(count))
      one.hash(kernel())
      const several = await threads.build(many(count))
      expect(several.levels.length).toBe(33)
      for (const [level, { nodes }] of several.levels.entries())
        expect(Buffer.compare(Buffer.from(nodes), Buffer.from(one.levels[level]!.nodes))).toBe(0)
    }
  })

  it('refuses carries, in whichever part they are, and goes on', async () => {
    for (const at of [10, 19_990]) {
      const all = many(20_000)
      all.records.fill(-1, at * RECORD_WORDS + 8, at * RECORD_WORDS + 12)
      await expect(threads.build(all)).rejects.toThrow(/proofs\.carry/)
    }
    expect((await threads.build(many(5_000))).levels[32]!.places.length).toBe(1)
  })
})
