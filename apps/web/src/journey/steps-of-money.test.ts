import { describe, expect, it } from 'vitest'
import type { Intent } from '../api/shapes.ts'
import { roomMicros, stepsOf } from './steps-of-money.ts'

const NOW_MS = 1_800_000_000_000
const DEADLINE = NOW_MS / 1000 + 86_400

interface Given {
  funded?: number
  cap?: number
  terms?: Partial<Intent['terms']>
  plan?: Partial<Intent['plan']>
  rest?: Partial<Intent>
}

const micros = (usdc: number) => String(Math.round(usdc * 1_000_000))

/** Pay per use at 2 USDC a gigabyte, 3 USDC paid in of at most 12. */
function intent({ funded = 3, cap = 12, terms, plan, rest }: Given = {}): Intent {
  return {
    state: 'active',
    deadline: DEADLINE,
    fundedMicros: micros(funded),
    plan: { kind: 'per-use', topUp: true, ...plan },
    terms: {
      pricePerGB: '2000000',
      activationFee: '0',
      includedBytes: '0',
      blockBytes: '1000000',
      maxDeposit: micros(cap),
      ...terms,
    },
    ...rest,
  } as unknown as Intent
}

const steps = (given?: Given, nowMs = NOW_MS) =>
  stepsOf(intent(given), nowMs).map(({ amountMicros, moreBytes }) => [
    Number(amountMicros) / 1e6,
    Number(moreBytes) / 1e6,
  ])

describe('amounts to add to a running plan', () => {
  it('are round ones below what is left to the cap, and all of that, each with its data', () => {
    expect(steps()).toEqual([
      [1, 500],
      [2, 1000],
      [5, 2500],
      [9, 4500],
    ])
  })

  it('are three round ones at most, the largest that fit', () => {
    expect(steps({ cap: 103 }).map(([usdc]) => usdc)).toEqual([10, 20, 50, 100])
  })

  it('offer the rest once where it is round itself, and alone where it is small', () => {
    expect(steps({ cap: 5 }).map(([usdc]) => usdc)).toEqual([1, 2])
    expect(steps({ cap: 3.5 })).toEqual([[0.5, 250]])
  })

  it('count whole blocks only, and leave out what buys none', () => {
    expect(steps({ cap: 3.003 })).toEqual([[0.003, 1]])
    expect(steps({ cap: 3.0019 })).toEqual([])
  })

  it('count what a started block had left over from the first payment', () => {
    expect(steps({ funded: 3.001, cap: 3.002 })).toEqual([[0.001, 1]])
  })

  it('do not count the activation fee or the included data of a hybrid plan twice', () => {
    const given = {
      plan: { kind: 'hybrid' as const },
      terms: { activationFee: '2500000', includedBytes: '1' },
    }
    expect(steps({ ...given, cap: 5 })).toEqual([
      [1, 500],
      [2, 1000],
    ])
  })

  it.each<[string, Given]>([
    ['the cap is reached', { funded: 12 }],
    ['more than the cap is there', { funded: 13 }],
    ['the plan is prepaid', { plan: { kind: 'prepaid' } }],
    ['the plan takes none', { plan: { topUp: false } }],
    ['no gigabyte has a price', { terms: { pricePerGB: '0' } }],
    ['it is not installed yet', { rest: { state: 'ready' } }],
    ['it is finishing', { rest: { state: 'finishing' } }],
    ['the deadline is over', { rest: { deadline: NOW_MS / 1000 - 1 } }],
    ['the deadline would pass before the payment arrives', { rest: { deadline: NOW_MS / 1000 + 30 } }],
  ])('are none when %s', (_, given) => {
    expect(steps(given)).toEqual([])
  })

  it('are bounded by what the terms let in, to the micro', () => {
    expect(roomMicros(intent({ funded: 11.999_999 }))).toBe(1n)
    expect(roomMicros(intent({ funded: 12.5 }))).toBe(0n)
  })
})
