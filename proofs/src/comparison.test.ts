import { describe, expect, it } from 'vitest'
import { comparisonDigits, digitsOf, inGroups, isWhole } from './comparison.ts'

const account = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'
const key = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359'

describe('the digits that two people compare', () => {
  it('are the same on both sides, however the addresses are written', async () => {
    const digits = await comparisonDigits(8453, account, key)
    expect(digits).toMatch(/^\d{12}$/)
    expect(await comparisonDigits(8453, account.toLowerCase() as typeof account, key)).toBe(digits)
    expect(inGroups('012345678901')).toEqual(['012', '345', '678', '901'])
  })

  it('are others for another key, another wallet, another chain', async () => {
    const all = await Promise.all([
      comparisonDigits(8453, account, key),
      comparisonDigits(8453, account, account),
      comparisonDigits(8453, key, key),
      comparisonDigits(31337, account, key),
    ])
    expect(new Set(all).size).toBe(4)
  })

  it('are understood in every hand: spaces, hyphens, full width, Arabic and Persian figures', () => {
    for (const typed of [
      '012 345 678 901',
      '012-345-678-901',
      '０１２ ３４５ ６７８ ９０１',
      '٠١٢٣٤٥٦٧٨٩٠١',
      '۰۱۲۳۴۵۶۷۸۹۰۱',
    ])
      expect(digitsOf(typed)).toBe('012345678901')
    expect([isWhole('012 345 678 901'), isWhole('012 345 678 90'), isWhole('')]).toEqual([true, false, false])
  })
})
