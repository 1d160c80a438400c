import { describe, expect, it } from 'vitest'
import type { Receipt } from './chain.ts'
import { bumpedFees, decideStep, retryAfterMs, type Sight, type Step } from './decide.ts'

const receipt = { block: 10n, blockHash: '0xaa' } as unknown as Receipt
const sight: Sight = {
  state: 'sent',
  nonce: 5n,
  receipt: null,
  finalizedCount: 5n,
  finalizedBlock: 8n,
  minedBlockHash: null,
  sentForMs: 0,
  bumpAfterMs: 1_000,
}

const CASES: [string, Partial<Sight>, Step][] = [
  ['signed and not yet sent', { state: 'signed' }, 'send'],
  ['signed, sent by a process that died, and mined', { state: 'signed', receipt }, 'mine'],
  ['sent a moment ago', {}, 'wait'],
  ['sent long ago', { sentForMs: 1_000 }, 'bump'],
  ['sent and mined', { receipt }, 'mine'],
  ['its nonce gone to another transaction, for good', { finalizedCount: 6n }, 'release'],
  ['mined, not final', { state: 'mined', receipt, minedBlockHash: '0xaa' }, 'wait'],
  ['mined and final', { state: 'mined', receipt, minedBlockHash: '0xaa', finalizedBlock: 10n }, 'finish'],
  ['mined again in another block', { state: 'mined', receipt, minedBlockHash: '0xbb' }, 'mine'],
  ['taken away by a reorganisation', { state: 'mined', minedBlockHash: '0xaa' }, 'send'],
  [
    'replaced for good after a reorganisation',
    { state: 'mined', minedBlockHash: '0xaa', finalizedCount: 6n },
    'release',
  ],
]

describe('the next step of a transaction', () => {
  it.each(CASES)('that is %s', (_, seen, step) => {
    expect(decideStep({ ...sight, ...seen })).toBe(step)
  })

  it('never releases a nonce on a count that could be undone', () => {
    // Only the finalized count enters; the latest one is not even asked for.
    expect(decideStep({ ...sight, finalizedCount: 5n, sentForMs: 999 })).toBe('wait')
  })
})

describe('a raised fee', () => {
  it('is at least a tenth above the one before, which nodes ask of a replacement', () => {
    const offered = { maxFeePerGas: 100n, maxPriorityFeePerGas: 7n }
    const raised = bumpedFees(offered, { maxFeePerGas: 1n, maxPriorityFeePerGas: 1n })
    expect(raised?.maxFeePerGas).toBeGreaterThanOrEqual(110n)
    expect(raised?.maxPriorityFeePerGas).toBeGreaterThanOrEqual(8n)
  })

  it('follows the market when that is higher, and never tips more than it pays', () => {
    const offered = { maxFeePerGas: 100n, maxPriorityFeePerGas: 7n }
    expect(bumpedFees(offered, { maxFeePerGas: 900n, maxPriorityFeePerGas: 1_000n })).toEqual({
      maxFeePerGas: 1_000n,
      maxPriorityFeePerGas: 1_000n,
    })
  })

  it('stays within some times the market, however long nobody mines', () => {
    const market = { maxFeePerGas: 20_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n }
    let offer = market
    for (let hour = 0; hour < 240; hour++) offer = bumpedFees(offer, market) ?? offer
    expect(offer.maxFeePerGas).toBeLessThan(6n * market.maxFeePerGas)
    expect(offer.maxPriorityFeePerGas).toBeLessThan(6n * market.maxPriorityFeePerGas)
  })

  it('rises even from nothing', () => {
    const zero = { maxFeePerGas: 0n, maxPriorityFeePerGas: 0n }
    expect(bumpedFees(zero, zero)?.maxFeePerGas).toBeGreaterThan(0n)
  })
})

describe('the wait of a call that reverts for now', () => {
  it('grows and has an end', () => {
    expect([0, 1, 2, 20].map(retryAfterMs)).toEqual([500, 1_000, 2_000, 10_000])
  })
})
