import { describe, expect, it } from 'vitest'
import { budgetNow, giftState, readGift } from './gift.ts'

const gift = { amountMicros: 5n, limit: 2, taken: 1, validUntil: 100, isTaken: false }

describe('a gift of network fees', () => {
  it('is there until it was taken, is over, or has gone to others', () => {
    expect(giftState(gift, 99)).toBe('open')
    expect(giftState({ ...gift, isTaken: true, taken: 2 }, 200)).toBe('taken')
    expect(giftState(gift, 100)).toBe('over')
    expect(giftState({ ...gift, taken: 2 }, 99)).toBe('gone')
    expect(giftState({ ...gift, limit: 0 }, 99)).toBe('gone')
  })

  it('is known by a number of 32 bytes and by nothing else', () => {
    expect(readGift(`0x${'Ab'.repeat(32)}`)).toBe(`0x${'ab'.repeat(32)}`)
    for (const text of [null, '', '0x', 'ab'.repeat(32), `0x${'ab'.repeat(31)}`, `0x${'zz'.repeat(32)}`])
      expect(readGift(text)).toBeNull()
  })

  it('an expired budget pays nothing', () => {
    expect(budgetNow({ budgetMicros: 7n, budgetValidUntil: 100 }, 99)).toBe(7n)
    expect(budgetNow({ budgetMicros: 7n, budgetValidUntil: 100 }, 100)).toBe(0n)
  })
})
