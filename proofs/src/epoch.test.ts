import fc from 'fast-check'
import { encodeAbiParameters, keccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import {
  type ChainLog,
  cutoffOf,
  dataHashOf,
  decodeDeltas,
  encodeDeltas,
  epochAt,
  epochInputsHash,
  eventsRoot,
} from './epoch.ts'
import type { PlacedLeaf } from './sum-tree-record.ts'
import { ZERO_HASH } from './typed-data.ts'

const ESCROW = '0x00000000000000000000000000000000000000aa'
const hash = (n: number) => `0x${n.toString(16).padStart(64, '0')}` as const

const leaf = (index: number, amount: bigint): PlacedLeaf => ({
  intentId: hash(index + 1),
  book: 1,
  index,
  amount,
  coSigned: 0n,
  bytesUsed: 1n,
  seq: 1,
  flags: 0,
  evidence: hash(7),
})

const logAt = (blockNumber: bigint, logIndex: number): ChainLog => ({
  address: ESCROW,
  blockNumber,
  logIndex,
  topics: [hash(1)],
  data: '0x01',
})

describe('an epoch', () => {
  it('ends where the next begins', () => {
    expect(epochAt(cutoffOf(7, 30), 30)).toBe(8)
    expect(epochAt(cutoffOf(7, 30) - 1, 30)).toBe(7)
  })

  it('has one inputs hash in whatever order its leaves come, and another for any other figure', () => {
    const one = epochInputsHash(5, [leaf(0, 1n), leaf(1, 2n)])
    expect(epochInputsHash(5, [leaf(1, 2n), leaf(0, 1n)])).toBe(one)
    expect(epochInputsHash(6, [leaf(0, 1n), leaf(1, 2n)])).not.toBe(one)
    expect(epochInputsHash(5, [leaf(0, 1n), leaf(1, 3n)])).not.toBe(one)
    expect(epochInputsHash(5, [leaf(0, 1n)])).not.toBe(one)
  })

  it('writes deltas that read back, in ascending places', () => {
    const deltas = fc.uniqueArray(
      fc.record({
        book: fc.integer({ min: 0, max: 4095 }),
        index: fc.integer({ min: 0, max: 2 ** 20 - 1 }),
        increase: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      }),
      { selector: ({ book, index }) => book * 2 ** 20 + index },
    )
    fc.assert(
      fc.property(deltas, (all) => {
        const encoded = encodeDeltas(hash(9), all)
        const read = decodeDeltas(encoded)
        expect(read.inputsHash).toBe(hash(9))
        expect(read.deltas).toEqual([...all].sort((a, b) => a.book - b.book || a.index - b.index))
        expect(dataHashOf(encoded)).toBe(keccak256(encoded))
      }),
    )
  })

  it('refuses deltas of another length or order', () => {
    expect(() => decodeDeltas('0x00')).toThrow(/proofs\.malformed-deltas/)
    expect(() => decodeDeltas(`${ZERO_HASH}00`)).toThrow(/proofs\.malformed-deltas/)
    const record = '00100000'.padEnd(24, '0')
    expect(() => decodeDeltas(`${ZERO_HASH}${record}${record}`)).toThrow(/proofs\.malformed-deltas/)
  })
})

describe('the events root', () => {
  it('of no logs is the hash of nothing', () => {
    expect(eventsRoot(ESCROW, [])).toBe(keccak256('0x'))
  })

  it('of one log is the hash of its leaf', () => {
    const data = encodeAbiParameters(
      [{ type: 'uint64' }, { type: 'uint32' }, { type: 'bytes32[]' }, { type: 'bytes' }],
      [3n, 1, [hash(1)], '0x01'],
    )
    expect(eventsRoot(ESCROW, [logAt(3n, 1)])).toBe(keccak256(`0x00${data.slice(2)}`))
  })

  it('orders logs by block and place, and refuses those of another contract', () => {
    const sorted = [logAt(2n, 9), logAt(3n, 0), logAt(3n, 1)]
    expect(eventsRoot(ESCROW, [...sorted].reverse())).toBe(eventsRoot(ESCROW, sorted))
    expect(eventsRoot(ESCROW, sorted)).not.toBe(eventsRoot(ESCROW, sorted.slice(1)))
    expect(() =>
      eventsRoot(ESCROW, [{ ...logAt(1n, 0), address: hash(1).slice(0, 42) as `0x${string}` }]),
    ).toThrow(/proofs\.out-of-range/)
  })
})
