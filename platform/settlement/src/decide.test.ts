import type { Hex } from '@gesim/journey'
import { LEAF_FLAGS, type LeafValue } from '@gesim/proofs'
import { describe, expect, it } from 'vitest'
import {
  changeOf,
  claimable,
  decideCollecting,
  isGivenUp,
  isWorthARoot,
  isWorthAttesting,
  lastEndedEpoch,
  leafOf,
  type Standing,
  weightBps,
} from './decide.ts'

const EVIDENCE: Hex = `0x${'ee'.repeat(32)}`
const charge = {
  amountMicros: 100n,
  coSignedMicros: 80n,
  usedBytes: 9n,
  seq: 4,
  evidence: EVIDENCE,
  final: false,
}
const open: Standing = {
  intentId: `0x${'01'.repeat(32)}`,
  book: 1,
  index: 0,
  state: 'open',
  settledMicros: 0n,
  charge,
}
const leaf: LeafValue = {
  amount: 100n,
  coSigned: 80n,
  bytesUsed: 9n,
  seq: 4,
  flags: LEAF_FLAGS.carrierOnly,
  evidence: EVIDENCE,
}

describe('the leaf of an intent', () => {
  it('is its charge, marked where only the carrier signed for a part', () => {
    expect(leafOf(open)).toMatchObject(leaf)
    expect(leafOf({ ...open, charge: { ...charge, coSignedMicros: 100n } })!.flags).toBe(0)
  })

  it('is at least the watermark of released vouchers while open', () => {
    expect(leafOf({ ...open, settledMicros: 120n })!.amount).toBe(120n)
  })

  it('is what the chain charged once closed, and FINAL', () => {
    const closed = leafOf({ ...open, state: 'closed', settledMicros: 60n })!
    expect(closed).toMatchObject({ amount: 60n, coSigned: 60n })
    expect(closed.flags & LEAF_FLAGS.final).toBe(LEAF_FLAGS.final)
  })

  it('is absent while there is nothing to say, and there when the end is all there is to say', () => {
    expect(leafOf({ ...open, charge: null })).toBeNull()
    const nothing = { ...charge, amountMicros: 0n, coSignedMicros: 0n }
    expect(leafOf({ ...open, charge: nothing })).toBeNull()
    expect(leafOf({ ...open, charge: { ...nothing, final: true } })).toMatchObject({ amount: 0n, flags: 1 })
  })
})

describe('changes to the last posted tree', () => {
  const placed = leafOf(open)!

  it('are new leaves and changed ones', () => {
    expect(changeOf(null, placed, false)).toMatchObject({ before: null })
    expect(changeOf(leaf, placed, false)).toBeNull()
    expect(changeOf(leaf, { ...placed, amount: 101n }, false)).not.toBeNull()
  })

  it('stop the clerk when a figure would fall', () => {
    for (const fallen of [{ amount: 99n }, { coSigned: 79n }, { bytesUsed: 8n }, { seq: 3 }])
      expect(() => changeOf(leaf, { ...placed, ...fallen }, false)).toThrow('settlement.leaf-fell')
  })

  it('leave a FINAL leaf alone, but for what the chain charged at the close', () => {
    const final = { ...leaf, flags: LEAF_FLAGS.final }
    expect(changeOf(final, { ...placed, amount: 120n }, false)).toBeNull()
    const change = changeOf(final, { ...placed, amount: 120n, seq: 9 }, true)!
    expect(change.leaf).toMatchObject({ amount: 120n, seq: 4, flags: LEAF_FLAGS.final })
  })

  it('are worth a root when money or finality moved, not for bytes alone', () => {
    expect(isWorthARoot([])).toBe(false)
    expect(isWorthARoot([{ leaf: { ...placed, bytesUsed: 10n, seq: 5 }, before: leaf }])).toBe(false)
    expect(isWorthARoot([{ leaf: { ...placed, coSigned: 81n }, before: leaf }])).toBe(true)
    expect(isWorthARoot([{ leaf: placed, before: null }])).toBe(true)
  })
})

describe('collecting signatures', () => {
  const times = {
    nowMs: 1_000,
    cutoffMs: 0,
    postingMs: 5_000,
    leadMs: 2_000,
    quorumWaitMs: 500,
    quorumAtMs: null,
    signers: 1,
    members: 3,
  }

  it('waits for the committee, then for a quorum, then for nobody', () => {
    expect(decideCollecting(times)).toBe('wait')
    expect(decideCollecting({ ...times, signers: 3 })).toBe('want')
    expect(decideCollecting({ ...times, signers: 2, quorumAtMs: 900 })).toBe('wait')
    expect(decideCollecting({ ...times, signers: 2, quorumAtMs: 500 })).toBe('want')
    expect(decideCollecting({ ...times, nowMs: 3_000 })).toBe('want')
  })

  it('sends nothing that nobody signed, and nothing after the window', () => {
    expect(decideCollecting({ ...times, nowMs: 4_900, signers: 0 })).toBe('wait')
    expect(decideCollecting({ ...times, nowMs: 5_000 })).toBe('miss')
  })

  it('gives a root up only when its window is long over and the chain does not hold it', () => {
    const late = { nowMs: 12_001, cutoffMs: 0, postingMs: 5_000 }
    expect(isGivenUp({ ...late, isOnChain: false })).toBe(true)
    expect(isGivenUp({ ...late, isOnChain: true })).toBe(false)
    expect(isGivenUp({ ...late, nowMs: 12_000, isOnChain: false })).toBe(false)
  })

  it('counts weight as the chain does, rounded up', () => {
    const members = [1n, 1n, 1n].map((weight, i) => ({ attestor: `0x0${i}`, weight }))
    expect(weightBps(members, new Set(['0x00', '0x01']))).toBe(6_667)
    expect(weightBps(members, new Set(['0x09']))).toBe(0)
    expect(weightBps([], new Set())).toBe(0)
  })
})

describe('the calendar and the claims', () => {
  it('finds the epoch that ended last', () => {
    expect(lastEndedEpoch(29, 30)).toBeNull()
    expect(lastEndedEpoch(30, 30)).toBe(0)
    expect(lastEndedEpoch(89, 30)).toBe(1)
  })

  it('lets a book claim the co-signed lane first and the total after the slow window', () => {
    const node = { total: 100n, coSigned: 60n }
    const basis = { coSignedFinal: true, totalFinal: false, claimedMicros: 0n }
    expect(claimable(node, basis)).toBe(true)
    expect(claimable(node, { ...basis, claimedMicros: 60n })).toBe(false)
    expect(claimable(node, { ...basis, claimedMicros: 60n, totalFinal: true })).toBe(true)
    expect(claimable(node, { ...basis, coSignedFinal: false })).toBe(false)
  })
})

describe('late signatures', () => {
  const times = { wishedAtMs: null, nowMs: 100_000, retryMs: 60_000 }
  const weights = { postedWeightBps: 3_334, signedWeightBps: 6_667, quorumBps: 6_667 }

  it('are sent when they make the quorum that the root went without, and again after a while', () => {
    expect(isWorthAttesting({ ...times, ...weights })).toBe(true)
    expect(isWorthAttesting({ ...times, ...weights, wishedAtMs: 99_000 })).toBe(false)
    expect(isWorthAttesting({ ...times, ...weights, wishedAtMs: 40_000 })).toBe(true)
  })

  it('are kept back while they change nothing, or the root is not known to be on chain', () => {
    expect(isWorthAttesting({ ...times, ...weights, signedWeightBps: 6_666 })).toBe(false)
    expect(isWorthAttesting({ ...times, ...weights, postedWeightBps: 6_667 })).toBe(false)
    expect(isWorthAttesting({ ...times, ...weights, postedWeightBps: null })).toBe(false)
  })
})
