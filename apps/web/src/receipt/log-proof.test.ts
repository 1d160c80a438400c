import { toHex, utf8 } from '@gesim/base'
import { logLeafHash, ZERO_HASH } from '@gesim/proofs'
import { expect, it } from 'vitest'
import type { Hex, LogProof } from '../api/shapes.ts'
import { logPart, newestEntry } from './log-proof.ts'

const ID: Hex = `0x${'11'.repeat(32)}`
const proof = (entry: string): LogProof => ({
  entry: { index: 3, leafHash: ZERO_HASH, kind: 'receipt', entry, atMs: 1 },
  path: [],
  checkpoint: { origin: 'log', size: 4, root: ZERO_HASH, note: '', publicKey: ZERO_HASH, signature: '0x' },
})

it('takes the newest entry of a purchase', () => {
  const entries = [
    { leafHash: '0x02', index: 9 },
    { leafHash: '0x01', index: 2 },
  ]
  expect(newestEntry({ transparency: { entries } })).toBe('0x02')
  expect(newestEntry({})).toBeNull()
})

it('hashes the entry itself, whatever hash the log claims', () => {
  const entry = `{"intentId":"${ID}"}`
  expect(logPart(proof(entry), ID).leafHash).toBe(`0x${toHex(logLeafHash(utf8(entry)))}`)
})

it('takes an entry about another purchase as no proof', () => {
  expect(logPart(proof('{"intentId":"0x22"}'), ID).leafHash).toBe(ZERO_HASH)
})
