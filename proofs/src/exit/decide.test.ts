import { describe, expect, it } from 'vitest'
import { ZERO_HASH } from '../typed-data.ts'
import type { IntentTerms, LeafProof } from '../words.ts'
import { wayOut } from './decide.ts'
import type { Demand, IntentStanding, RootStanding } from './standing.ts'

const TIMES = { exitSeconds: 300, outflowSeconds: 600, demandSeconds: 40 }
const NOW = 10_000
const payer = `0x${'aa'.repeat(20)}` as const

const terms: IntentTerms = {
  payer,
  booksHash: ZERO_HASH,
  planCommit: ZERO_HASH,
  pricePerGB: 3_000_000n,
  activationFee: 100_000n,
  includedBytes: 0n,
  blockBytes: 0n,
  maxDeposit: 5_000_000n,
  provisionBy: NOW + 600,
  deadline: NOW + 6_000,
  flags: 0,
  unsignedCredit: 0n,
  salt: 1n,
}

const leafOf = (amount: bigint, flags = 0): LeafProof => ({
  amount,
  coSigned: amount,
  bytesUsed: 0n,
  seq: 1,
  flags,
  evidence: ZERO_HASH,
  bitmap: 0n,
  siblings: '0x',
})

const root = (more: Partial<RootStanding> = {}): RootStanding => ({
  ...{ epoch: 7, root: ZERO_HASH, total: 0n, coSigned: 0n },
  leaf: null,
  isExcused: false,
  demand: null,
  isDemandedBefore: false,
  isFinal: true,
  ...more,
})

const demandUntil = (openUntil: number): Demand => ({
  ...{ root: ZERO_HASH, total: 0n, coSigned: 0n, epoch: 7, book: 1, index: 0, leaf: ZERO_HASH },
  ...{ device: payer, challenger: payer, openUntil },
})

const intent = (more: Partial<IntentStanding>): IntentStanding => ({
  intentId: ZERO_HASH,
  terms,
  state: 'open',
  fundedMicros: 5_000_000n,
  settledMicros: 0n,
  ...{ book: 1, index: 0, activatedAt: 1, closedAt: 0 },
  exit: null,
  bookMicros: 50_000_000n,
  claimedEpoch: 0,
  roots: [],
  isLatestFinal: true,
  lockedUntil: 0,
  exitsLeft: { micros: 1_000_000_000n, renewsAt: NOW + 100 },
  ...more,
})

const exiting = (more: Partial<IntentStanding> & { finalizeAt?: number; chargeMicros?: bigint } = {}) => {
  const { finalizeAt = NOW - 1, chargeMicros = 100_000n, ...rest } = more
  return intent({
    state: 'exiting',
    exit: { chargeMicros, holdMicros: 4_900_000n, finalizeAt },
    bookMicros: 0n,
    ...rest,
  })
}

const decide = (standing: IntentStanding, walletMicros = 0n) => wayOut(standing, TIMES, NOW, walletMicros)

describe('what can be taken of an intent, and when', () => {
  it('is everything at once while it is Held', () => {
    expect(decide(intent({ state: 'held' }))).toEqual({
      step: { kind: 'refund' },
      reason: 'ready',
      amountMicros: 5_000_000n,
      nextAt: null,
      moneyAt: NOW,
    })
  })

  it('is nothing of what was never paid, is over, or is not known to the chain', () => {
    for (const [state, reason] of [
      ['created', 'unpaid'],
      ['closed', 'over'],
      ['none', 'unknown'],
    ] as const)
      expect(decide(intent({ state }))).toMatchObject({ step: null, reason, amountMicros: 0n, moneyAt: null })
  })

  it('cannot be taken without the terms, whose hash alone the chain keeps', () => {
    for (const state of ['held', 'open', 'exiting'] as const)
      expect(decide(intent({ state, terms: null }))).toMatchObject({ step: null, reason: 'terms-missing' })
  })

  it('begins with an exit at the least charge where no root counts yet', () => {
    expect(decide(intent({}))).toEqual({
      step: { kind: 'request-exit', chargeMicros: 100_000n },
      reason: 'two-steps',
      amountMicros: 4_900_000n,
      nextAt: null,
      moneyAt: NOW + 300,
    })
    // What vouchers released was paid: nobody can state less.
    expect(decide(intent({ settledMicros: 2_000_000n }))).toMatchObject({
      step: { kind: 'request-exit', chargeMicros: 2_000_000n },
      amountMicros: 3_000_000n,
    })
  })

  it('is less by a leaf that was shown, though the leaf is not stated as the charge', () => {
    expect(decide(intent({ roots: [root({ leaf: leafOf(1_500_000n) })] }))).toMatchObject({
      step: { kind: 'request-exit', chargeMicros: 100_000n },
      amountMicros: 3_500_000n,
    })
  })

  it('is the rest at once by a last leaf in a final root, unless the carrier claimed from a newer one', () => {
    const final = root({ leaf: leafOf(1_500_000n, 1) })
    expect(decide(intent({ roots: [final] }))).toMatchObject({
      step: { kind: 'take-final', root: final },
      amountMicros: 3_500_000n,
    })
    expect(decide(intent({ roots: [final], claimedEpoch: 8 })).step?.kind).toBe('request-exit')
    expect(decide(intent({ roots: [{ ...final, isFinal: false }] })).step?.kind).toBe('request-exit')
    // A drained book could not pay it; an exit can wait for restitution.
    expect(decide(intent({ roots: [final], bookMicros: 1n })).step?.kind).toBe('request-exit')
  })

  it('waits for the end of a posting window, and only that', () => {
    const locked = { lockedUntil: NOW + 20 }
    expect(decide(intent(locked))).toMatchObject({
      reason: 'posting-window',
      nextAt: NOW + 21,
      moneyAt: NOW + 321,
    })
    expect(decide(exiting(locked))).toMatchObject({ reason: 'posting-window', nextAt: NOW + 21 })
    expect(decide(intent({ ...locked, roots: [root({ leaf: leafOf(0n, 1) })] }))).toMatchObject({
      reason: 'posting-window',
      nextAt: NOW + 21,
    })
    expect(decide(intent({ ...locked, state: 'held' })).step?.kind).toBe('refund')
  })

  it('asks for a leaf that nobody shows, for one USDC the first time and five afterwards', () => {
    const hidden = intent({ roots: [root(), root({ epoch: 6, isDemandedBefore: true })] })
    expect(decide(hidden, 6_000_000n)).toEqual({
      step: { kind: 'demand', epochs: [7, 6], bondMicros: 6_000_000n },
      reason: 'leaf-hidden',
      amountMicros: 4_900_000n,
      nextAt: null,
      moneyAt: NOW + 41 + 300,
    })
    expect(decide(hidden, 5_999_999n)).toMatchObject({ step: null, reason: 'bond-missing' })
  })

  it('waits for the answer, ends the demand when its time is over, and leaves without the leaf', () => {
    expect(decide(intent({ roots: [root({ demand: demandUntil(NOW) })] }))).toMatchObject({
      step: null,
      reason: 'answer-due',
      nextAt: NOW + 1,
      moneyAt: NOW + 301,
    })
    const late = demandUntil(NOW - 1)
    expect(decide(intent({ roots: [root({ demand: late })] })).step).toEqual({
      kind: 'end-demand',
      demands: [late],
    })
    expect(decide(intent({ roots: [root({ isExcused: true })] })).step?.kind).toBe('request-exit')
  })

  it('waits for the exit’s time, and is the rest above whatever was shown meanwhile', () => {
    expect(decide(exiting({ finalizeAt: NOW + 5 }))).toMatchObject({
      reason: 'exit-time',
      nextAt: NOW + 5,
      step: null,
    })
    expect(decide(exiting({ finalizeAt: NOW }))).toMatchObject({
      step: { kind: 'finalize-exit' },
      amountMicros: 4_900_000n,
      moneyAt: NOW,
    })
    expect(decide(exiting({ chargeMicros: 4_000_000n }))).toMatchObject({ amountMicros: 1_000_000n })
  })

  it('lets a leaf be asked for while the exit’s time runs', () => {
    const standing = exiting({ finalizeAt: NOW + 200, roots: [root()] })
    expect(decide(standing, 1_000_000n)).toMatchObject({ step: { kind: 'demand' }, moneyAt: NOW + 200 })
  })

  it('is what a drained book has, after a second exit time', () => {
    const short = { bookMicros: 0n, exit: { chargeMicros: 0n, holdMicros: 2_000_000n, finalizeAt: NOW - 10 } }
    expect(decide(exiting(short))).toMatchObject({
      reason: 'book-short',
      nextAt: NOW + 290,
      amountMicros: 2_000_000n,
    })
    const later = { ...short, exit: { ...short.exit, finalizeAt: NOW - 300 } }
    expect(decide(exiting(later))).toMatchObject({
      step: { kind: 'finalize-exit' },
      amountMicros: 2_000_000n,
    })
  })

  it('waits for the next window when others’ exits have filled this one, but not by a root beyond challenge', () => {
    const full = { exitsLeft: { micros: 1n, renewsAt: NOW + 77 } }
    expect(decide(exiting({ ...full, isLatestFinal: false }))).toMatchObject({
      reason: 'window-full',
      nextAt: NOW + 77,
    })
    expect(decide(exiting(full)).step?.kind).toBe('finalize-exit')
    // An excused leaf counts against the window in any case.
    expect(decide(exiting({ ...full, roots: [root({ isExcused: true })] })).reason).toBe('window-full')
  })

  it('is nothing when all of it is owed; an exit under way is ended all the same', () => {
    expect(decide(intent({ settledMicros: 5_000_000n }))).toMatchObject({
      step: null,
      reason: 'nothing-left',
    })
    expect(decide(exiting({ chargeMicros: 5_000_000n })).step?.kind).toBe('finalize-exit')
  })
})
