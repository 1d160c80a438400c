import { describe, expect, it } from 'vitest'
import { readAmount, writeAmount } from './amount.ts'
import { LOCALES } from './locales.ts'

const read = (text: string, locale: string) => {
  const answer = readAmount(text, locale)
  return 'fault' in answer ? answer.fault : answer.amountMicros
}

const TAGS = Object.values(LOCALES).map(({ tag }) => tag)

describe('an amount that somebody typed', () => {
  it.each(TAGS)('has decimals after a dot or a comma, exact to the micro, in %s', (tag) => {
    for (const sign of ['.', ',']) {
      expect(read(`1${sign}5`, tag)).toBe(1_500_000n)
      expect(read(`0${sign}000001`, tag)).toBe(1n)
      expect(read(`0${sign}125`, tag)).toBe(125_000n)
      expect(read(`12${sign}10`, tag)).toBe(12_100_000n)
      // As floating point this would be 4503599627370.4966.
      expect(read(`4503599627${sign}370497`, tag)).toBe(4_503_599_627_370_497n)
    }
    expect(read('3', tag)).toBe(3_000_000n)
  })

  it.each([
    ['1,500', 'en-GB', 1_500_000_000n],
    ['1.500', 'en-GB', 1_500_000n],
    ['1.500', 'de', 1_500_000_000n],
    ['1,500', 'de', 1_500_000n],
    ['1.500', 'es', 1_500_000_000n],
    ['1.234.567,89', 'pt-BR', 1_234_567_890_000n],
    ['1,234,567.89', 'ja', 1_234_567_890_000n],
    ['1 234,5', 'fr', 1_234_500_000n],
    ['1\u202f234,5', 'fr', 1_234_500_000n],
    ['1,234.5', 'ar-u-nu-latn', 1_234_500_000n],
  ] as const)('has the groups of its language: %s in %s', (text, tag, micros) => {
    expect(read(text, tag)).toBe(micros)
  })

  it('is refused where it could be meant either way', () => {
    expect(read('1.500', 'fr')).toBe('form')
  })

  it('may come from an Arabic or a Japanese keyboard', () => {
    expect(read('١٢٫٥', 'ar-u-nu-latn')).toBe(12_500_000n)
    expect(read('۱۲٫۵', 'ar-u-nu-latn')).toBe(12_500_000n)
    expect(read('１２．５', 'ja')).toBe(12_500_000n)
  })

  it('may have space around it and its currency behind it', () => {
    expect(read(' 2.50 USDC ', 'en-GB')).toBe(2_500_000n)
  })

  it.each([
    '',
    '.',
    ',',
    '5.',
    '.5',
    '-1',
    '+1',
    '1e3',
    '0x10',
    '1.2.3',
    '1,2,3',
    '12,34.5',
    '1,,000',
    'Infinity',
    'NaN',
    '1 5',
  ])('is refused when it is none: "%s"', (text) => {
    expect(read(text, 'en-GB')).toBe('form')
  })

  it('is refused with more digits than any wallet holds', () => {
    expect(read('9'.repeat(13), 'en-GB')).toBe('form')
  })

  it('is refused when it is nothing, or finer than the token', () => {
    expect(read('0', 'en-GB')).toBe('none')
    expect(read('0.000000', 'en-GB')).toBe('none')
    expect(read('0.0000001', 'en-GB')).toBe('fine')
    expect(read('1.0000000', 'en-GB')).toBe(1_000_000n)
  })

  it.each(TAGS)('is read again as it was written, in %s', (tag) => {
    for (const micros of [1n, 1_000_000n, 1_500_000n, 1_234_500_000n, 999_999_999_999_999_999n])
      expect(read(writeAmount(micros, tag), tag)).toBe(micros)
  })
})
