import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  batchOf,
  freeMicros,
  isSharedSafe,
  nextState,
  type OFF_RAMP_STATES,
  type OffRampStep,
  type Payable,
  TRANSFERS_AT_ONCE,
} from './decide.ts'

const STEPS: OffRampStep[] = ['approve', 'refuse', 'send', 'confirm', 'fail']
const A = '0x00000000000000000000000000000000000000aa'

describe('the life of an off-ramp request', () => {
  it('goes from requested over approved and sent to confirmed', () => {
    expect(nextState('requested', 'approve')).toBe('approved')
    expect(nextState('approved', 'send')).toBe('sent')
    expect(nextState('sent', 'confirm')).toBe('confirmed')
  })

  it('never sends what nobody approved, and never stops what was sent', () => {
    expect(() => nextState('requested', 'send')).toThrow('treasury.wrong-state')
    expect(() => nextState('sent', 'refuse')).toThrow('treasury.wrong-state')
  })

  it('ends for good in confirmed and failed', () => {
    for (const state of ['confirmed', 'failed'] as const)
      for (const step of STEPS) expect(() => nextState(state, step)).toThrow('treasury.wrong-state')
  })

  it('whatever is tried, sends at most once and only after an approval', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...STEPS), { maxLength: 20 }), (steps) => {
        let state: (typeof OFF_RAMP_STATES)[number] = 'requested'
        const done: OffRampStep[] = []
        for (const step of steps) {
          try {
            state = nextState(state, step)
            done.push(step)
          } catch {}
        }
        expect(done.filter((step) => step === 'send').length).toBeLessThanOrEqual(1)
        if (done.includes('send')) expect(done.indexOf('approve')).toBeLessThan(done.indexOf('send'))
        if (done.includes('confirm')) expect(done).toContain('send')
      }),
    )
  })
})

describe('a batch', () => {
  const payable = (id: number, amountMicros: bigint): Payable => ({
    id: BigInt(id),
    safe: A,
    depositAddress: A,
    amountMicros,
  })

  it('takes the oldest first and lets nobody younger pass one that is too large', () => {
    const all = [payable(3, 1n), payable(1, 5n), payable(2, 90n)]
    expect(batchOf(all, 50n).map((one) => one.id)).toEqual([1n])
    expect(batchOf(all, 96n).map((one) => one.id)).toEqual([1n, 2n, 3n])
  })

  it('never spends more than the Safe holds, nor more transfers than fit', () => {
    const some = fc.array(fc.bigInt({ min: 1n, max: 10n ** 9n }), { maxLength: 250 })
    fc.assert(
      fc.property(some, fc.bigInt({ min: 0n, max: 10n ** 11n }), (amounts, balance) => {
        const chosen = batchOf(
          amounts.map((amount, at) => payable(at + 1, amount)),
          balance,
        )
        expect(chosen.reduce((sum, one) => sum + one.amountMicros, 0n)).toBeLessThanOrEqual(balance)
        expect(chosen.length).toBeLessThanOrEqual(TRANSFERS_AT_ONCE)
      }),
    )
  })
})

describe("a carrier's Safe", () => {
  it('needs two people at least', () => {
    const owners = [A, '0x00000000000000000000000000000000000000bb']
    expect(isSharedSafe(owners, 2)).toBe(true)
    expect(isSharedSafe(owners, 1)).toBe(false)
    expect(isSharedSafe(owners, 3)).toBe(false)
    expect(isSharedSafe([A, A.toUpperCase().replace('0X', '0x')], 2)).toBe(false)
  })

  it('promises no money twice', () => {
    expect(freeMicros(10n, [3n, 4n])).toBe(3n)
    expect(freeMicros(5n, [3n, 4n])).toBe(0n)
  })
})
