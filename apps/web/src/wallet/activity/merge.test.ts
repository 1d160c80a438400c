import { expect, it } from 'vitest'
import type { Activity, Hex } from '../../api/shapes.ts'
import type { Transfer } from '../../chain/transfers.ts'
import { mergeActivity } from './merge.ts'

const hash = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`
const FRIEND: Hex = `0x${'f1'.repeat(20)}`
const told = (
  kind: Activity['items'][number]['kind'],
  n: number,
  atMs: number,
): Activity['items'][number] => ({
  kind,
  atMs,
  amountMicros: '100',
  txHash: hash(n),
  ...(kind === 'sponsored-gas' ? {} : { intentId: hash(99) }),
})
const moved = (way: Transfer['way'], n: number, atMs: number): Transfer => ({
  way,
  other: FRIEND,
  amountMicros: 7n,
  txHash: hash(n),
  logIndex: 1,
  atMs,
})

it('puts transfers beside purchases and returns, the newest first', () => {
  const rows = mergeActivity(
    [told('returned', 1, 30), told('funded', 2, 10)],
    [moved('in', 3, 20), moved('out', 4, 40)],
  )
  expect(rows.map((row) => row.kind)).toEqual(['sent', 'returned', 'received', 'funded'])
  expect(rows[0]).toMatchObject({ amountMicros: 7n, other: FRIEND })
  expect(rows[0]!.feeMicros).toBeUndefined()
})

it('shows the fee of a transfer with it, and every other fee by itself', () => {
  const rows = mergeActivity(
    [told('sponsored-gas', 4, 41), told('sponsored-gas', 5, 12)],
    [moved('out', 4, 40)],
  )
  expect(rows.map((row) => [row.kind, row.feeMicros])).toEqual([
    ['sent', 100n],
    ['sponsored-gas', undefined],
  ])
})

it('says nothing of a fee for what somebody else sent, whose fee it was', () => {
  expect(mergeActivity([told('sponsored-gas', 4, 41)], [moved('in', 4, 40)]).map((row) => row.kind)).toEqual([
    'sponsored-gas',
    'received',
  ])
})

it('keeps two transfers of one transaction apart, and is empty where nothing happened', () => {
  const rows = mergeActivity([], [moved('out', 4, 40), { ...moved('out', 4, 40), logIndex: 2 }])
  expect(new Set(rows.map((row) => row.key)).size).toBe(2)
  expect(mergeActivity([], [])).toEqual([])
})
