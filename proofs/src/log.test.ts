import { fromHex, toHex, utf8 } from '@gesim/base'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  consistencyProof,
  inclusionProof,
  logLeafHash,
  logRoot,
  treeHash,
  verifyConsistency,
  verifyInclusion,
} from './log.ts'

// The entries and roots of the reference implementation of Certificate Transparency (merkletree/merkle_tree_test.cc).
const ENTRIES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => fromHex(hex))
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

const leaves = ENTRIES.map((entry) => logLeafHash(entry))
const logOf = (size: number) => Array.from({ length: size }, (_, i) => logLeafHash(utf8(`entry ${i}`)))

describe('the log', () => {
  it('has the roots of the reference implementation', () => {
    ROOTS.forEach((root, i) => {
      expect(toHex(treeHash(ENTRIES.slice(0, i + 1)))).toBe(root)
    })
    expect(toHex(treeHash([]))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })

  it('has the audit path of the reference implementation for entry 6 of 8', () => {
    expect(inclusionProof(leaves, 5, 8).map(toHex)).toEqual([
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ])
  })

  it('has the consistency proof of the reference implementation from 6 to 8', () => {
    expect(consistencyProof(leaves, 6, 8).map(toHex)).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ])
  })

  it('proves every entry of every size, and no other entry', () => {
    const all = logOf(33)
    for (let size = 1; size <= 33; size++) {
      const root = logRoot(all.slice(0, size))
      for (let index = 0; index < size; index++) {
        const path = inclusionProof(all, index, size)
        expect(verifyInclusion(root, size, index, all[index]!, path)).toBe(true)
        expect(verifyInclusion(root, size, index, logLeafHash(utf8('other')), path)).toBe(false)
        expect(verifyInclusion(root, size, (index + 1) % size, all[index]!, path)).toBe(size === 1)
        if (path.length > 0)
          expect(verifyInclusion(root, size, index, all[index]!, path.slice(0, -1))).toBe(false)
        expect(verifyInclusion(root, size, index, all[index]!, [...path, root])).toBe(false)
      }
    }
  })

  it('proves that it only grew, and nothing else', () => {
    const all = logOf(33)
    const forked = [...all]
    forked[3] = logLeafHash(utf8('rewritten'))
    for (let second = 1; second <= 33; second++) {
      const root = logRoot(all.slice(0, second))
      for (let first = 0; first <= second; first++) {
        const path = consistencyProof(all, first, second)
        expect(verifyConsistency(logRoot(all.slice(0, first)), first, root, second, path)).toBe(true)
        if (first > 3)
          expect(verifyConsistency(logRoot(forked.slice(0, first)), first, root, second, path)).toBe(false)
      }
    }
  })

  it('never throws on what a stranger sends', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.integer({ min: -2, max: 40 }),
        fc.integer({ min: -2, max: 40 }),
        fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 7 }),
        (root, a, b, path) => {
          expect(verifyInclusion(root, a, b, root, path)).toBe(a === 1 && b === 0 && path.length === 0)
          verifyConsistency(root, a, root, b, path)
        },
      ),
    )
  })

  it('refuses proofs for what is not there', () => {
    expect(() => inclusionProof(leaves, 8, 8)).toThrow(/proofs\.no-such-entry/)
    expect(() => inclusionProof(leaves, 0, 9)).toThrow(/proofs\.no-such-entry/)
    expect(() => consistencyProof(leaves, 5, 4)).toThrow(/proofs\.no-such-entry/)
  })
})
