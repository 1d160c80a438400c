import { createHash, createPublicKey, verify } from 'node:crypto'
import { fromHex, utf8 } from '@gesim/base'
import {
  consistencyProof,
  inclusionProof,
  logLeafHash,
  logRoot,
  verifyConsistency,
  verifyInclusion,
} from '@gesim/proofs'
import { describe, expect, it } from 'vitest'
import { logKey, signCheckpoint } from './checkpoint.ts'
import { canonicalJson } from './entries.ts'
import { completedNodes, consistencyPath, inclusionPath, type NodeKey, nodesNeeded, rootOf } from './tree.ts'

const MOST = 37
const leaves = Array.from({ length: MOST }, (_, i) => logLeafHash(utf8(`entry ${i}`)))
const stored = new Map<string, Uint8Array>()
const lookup = ({ level, place }: NodeKey) => stored.get(`${level}:${place}`)!
for (const [index, leaf] of leaves.entries())
  for (const { key, hash } of completedNodes(index, leaf, lookup))
    stored.set(`${key.level}:${key.place}`, hash)

describe('the stored tree', () => {
  it('gives the root, paths and proofs of RFC 6962 for every size', () => {
    for (let size = 0; size <= MOST; size++) {
      const root = rootOf(size, lookup)
      expect(root).toEqual(logRoot(leaves.slice(0, size)))
      for (let index = 0; index < size; index++) {
        const path = inclusionPath(index, size, lookup)
        expect(path).toEqual(inclusionProof(leaves, index, size))
        expect(verifyInclusion(root, size, index, leaves[index]!, path)).toBe(true)
      }
      for (let first = 0; first <= size; first++) {
        const path = consistencyPath(first, size, lookup)
        expect(path).toEqual(consistencyProof(leaves, first, size))
        expect(verifyConsistency(rootOf(first, lookup), first, root, size, path)).toBe(true)
      }
    }
  })

  it('needs a logarithm of the nodes', () => {
    expect(nodesNeeded((look) => rootOf(1_000_000, look)).length).toBeLessThanOrEqual(20)
    expect(nodesNeeded((look) => inclusionPath(3, 1_000_000, look)).length).toBeLessThanOrEqual(40)
  })
})

describe('a checkpoint', () => {
  it('is a signed note that the public key verifies', () => {
    const key = logKey('11'.repeat(32))
    const checkpoint = signCheckpoint('gesim.test/log', 5, rootOf(5, lookup), key)
    const [text, signature] = checkpoint.note.split('\n\n') as [string, string]
    expect(text.split('\n').slice(0, 2)).toEqual(['gesim.test/log', '5'])
    expect(signature.startsWith('— gesim.test/log ')).toBe(true)
    const spki = Buffer.concat([
      Buffer.from('302a300506032b6570032100', 'hex'),
      fromHex(checkpoint.publicKey),
    ])
    const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' })
    expect(verify(null, utf8(`${text}\n`), publicKey, fromHex(checkpoint.signature))).toBe(true)
    const keyHash = createHash('sha256')
      .update(Buffer.concat([utf8('gesim.test/log\n'), Uint8Array.of(1), fromHex(checkpoint.publicKey)]))
      .digest()
      .subarray(0, 4)
    expect(Buffer.from(signature.trim().split(' ')[2]!, 'base64').subarray(0, 4)).toEqual(keyHash)
  })
})

describe('an entry', () => {
  it('is the same bytes whatever the order of its facts', () => {
    expect(canonicalJson({ b: 1, a: 'x' })).toBe('{"a":"x","b":1}')
    expect(canonicalJson({ a: 'x', b: 1 })).toBe('{"a":"x","b":1}')
  })
})
