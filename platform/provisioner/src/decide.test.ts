import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decide,
  type Fact,
  MOVES,
  ORDER_STATES,
  type OrderState,
  patienceOf,
  type Wish,
  warmMissing,
} from './decide.ts'

const FACTS: readonly Fact[] = [
  'reserved',
  'confirmed',
  'carrier-refused',
  'out-of-time',
  'downloaded',
  'installation-failed',
  'receipt',
  'consent',
  'activated',
  'refunded',
]

const STORIES: { name: string; facts: Fact[]; ends: OrderState; wishes: Wish[] }[] = [
  {
    name: 'a purchase as it should be',
    facts: ['reserved', 'confirmed', 'downloaded', 'receipt', 'consent', 'activated'],
    ends: 'active',
    wishes: ['confirm', 'say-ready', 'say-downloaded', 'say-installed', 'say-activation', 'forget-code'],
  },
  {
    name: 'a receipt that overtakes the download notice says both',
    facts: ['reserved', 'confirmed', 'receipt', 'downloaded'],
    ends: 'installed',
    wishes: ['confirm', 'say-ready', 'say-downloaded', 'say-installed'],
  },
  {
    name: 'a silent carrier fails, and its late answer is given back',
    facts: ['out-of-time', 'reserved'],
    ends: 'failed',
    wishes: ['say-failed', 'cancel', 'forget-code', 'cancel'],
  },
  {
    name: 'a refund while the carrier works closes the order once',
    facts: ['refunded', 'reserved', 'refunded'],
    ends: 'closed',
    wishes: ['cancel', 'forget-code', 'cancel'],
  },
  {
    name: 'a refund that races the activation and is mined first',
    facts: ['reserved', 'confirmed', 'receipt', 'consent', 'refunded'],
    ends: 'closed',
    wishes: [
      'confirm',
      'say-ready',
      'say-downloaded',
      'say-installed',
      'say-activation',
      'cancel',
      'forget-code',
    ],
  },
  {
    name: 'a card that cannot install makes the next carrier possible',
    facts: ['reserved', 'confirmed', 'downloaded', 'installation-failed'],
    ends: 'failed',
    wishes: ['confirm', 'say-ready', 'say-downloaded', 'say-failed', 'cancel', 'forget-code'],
  },
]

test.each(STORIES)('$name', ({ facts, ends, wishes }) => {
  let state: OrderState = 'ordering'
  const granted: Wish[] = []
  for (const fact of facts) {
    const move = decide(state, fact)
    expect(move, `${state} + ${fact}`).toBeDefined()
    state = move!.to
    granted.push(...move!.wishes)
  }
  expect(state).toBe(ends)
  expect(granted).toEqual(wishes)
})

test.each([
  ['ordering', 'receipt'],
  ['reserved', 'receipt'],
  ['ready', 'consent'],
  ['failed', 'receipt'],
  ['closed', 'receipt'],
  ['closed', 'consent'],
  ['closed', 'activated'],
  ['active', 'refunded'],
] as const)('an order that is %s takes no %s', (state, fact) => {
  expect(decide(state, fact)).toBeUndefined()
})

test('whatever happens in whatever order, each thing is said at most once', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...FACTS), { maxLength: 40 }), (facts) => {
      let state: OrderState = 'ordering'
      const said: Wish[] = []
      for (const fact of facts) {
        const move = decide(state, fact)
        if (!move) continue
        state = move.to
        said.push(...move.wishes.filter((wish) => wish.startsWith('say-')))
      }
      expect(new Set(said).size).toBe(said.length)
    }),
    { numRuns: 2000 },
  )
})

test('an order that has ended never lives again', () => {
  for (const state of ['failed', 'closed'] as const)
    for (const move of Object.values(MOVES[state])) expect(move.to).toBe(state)
  expect(Object.keys(MOVES).sort()).toEqual([...ORDER_STATES].sort())
})

test('a silent carrier is asked again with longer waits until the time of the order is over', () => {
  expect(patienceOf(1, 0, 20_000)).toEqual({ again: true, afterMs: 250 })
  expect(patienceOf(9, 0, 20_000)).toEqual({ again: true, afterMs: 4000 })
  expect(patienceOf(9, 17_000, 20_000)).toEqual({ again: false })
})

test('no more profiles are kept warm than advised or allowed', () => {
  expect(warmMissing(5, 1, 3)).toBe(2)
  expect(warmMissing(1, 2, 3)).toBe(0)
  expect(warmMissing(5, 0, 0)).toBe(0)
})
