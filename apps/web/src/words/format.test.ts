import { describe, expect, it } from 'vitest'
import { countryName, countryWords, fold, learnCountries } from './countries.ts'
import { bytes, countdown, duration, formatsOf, percent, pricePerGbMicros, short, usdc } from './format.ts'

describe('money', () => {
  it('shows cents, and never rounds a smaller part away', () => {
    expect(usdc(4_500_000n)).toBe('4.50')
    expect(usdc('4500001')).toBe('4.500001')
    expect(usdc(0n)).toBe('0.00')
    expect(usdc(-1234567_500000n)).toBe('-1,234,567.50')
  })

  it('gives the price of a gigabyte rounded up', () => {
    expect(pricePerGbMicros(4_500_000n, 3_000_000_000n)).toBe(1_500_000n)
    expect(pricePerGbMicros(1n, 3_000_000_000n)).toBe(1n)
    expect(pricePerGbMicros(1n, 0n)).toBeNull()
  })
})

describe('sizes and times', () => {
  it('count bytes in thousands, as the tariff does', () => {
    expect(bytes(0)).toBe('0\u00a0bytes')
    expect(bytes(999n)).toBe('999\u00a0bytes')
    expect(bytes('1500000000')).toBe('1.5\u00a0GB')
    expect(bytes(512_000_000)).toBe('512\u00a0MB')
    expect(bytes(10_000_000_000n)).toBe('10\u00a0GB')
    expect(bytes(12_340_000n)).toBe('12.3\u00a0MB')
  })

  it('name a duration by its two largest units', () => {
    expect(duration(340)).toBe('340\u00a0ms')
    expect(duration(2500)).toBe('2.5\u00a0secs')
    expect(duration(125_000)).toBe('2\u00a0mins 5\u00a0secs')
    expect(duration(3_600_000)).toBe('1\u00a0hr')
    expect(duration(3 * 86_400_000)).toBe('3\u00a0days')
  })

  it('count down to zero and stay there', () => {
    expect(countdown(67_000, 0)).toBe('1:07')
    expect(countdown(3_661_000, 0)).toBe('1:01:01')
    expect(countdown(0, 5000)).toBe('0:00')
  })

  it('keep a percentage between 0 and 100', () => {
    expect(percent(1n, 3n)).toBe(33.3)
    expect(percent(5n, 3n)).toBe(100)
    expect(percent(5n, 0n)).toBe(0)
  })

  it('shorten an id at both ends', () => {
    expect(short('0x1234567890abcdef')).toBe('0x1234…cdef')
    expect(short('0x12')).toBe('0x12')
  })
})

describe('other languages', () => {
  it('write money in their own way, and never round it', () => {
    expect(formatsOf('de').usdc('1234567500001')).toBe('1.234.567,500001')
    expect(formatsOf('ar-u-nu-latn').usdc(4_500_000n)).toContain('4.50')
    expect(formatsOf('pt-BR').usdc('90071992547409931234567')).toBe('90.071.992.547.409.931,234567')
  })

  it('have their own units', () => {
    expect(formatsOf('fr').bytes(1_500_000_000n)).toMatch(/^1,5\sGo$/u)
    expect(formatsOf('de').duration(2 * 86_400_000)).toBe('2\u00a0Tage')
    // Two units are joined as the language joins them.
    expect(formatsOf('ja').duration(125_000)).toBe('2\u00a0分5\u00a0秒')
    expect(formatsOf('ar-u-nu-latn').duration(125_000)).toContain(' و')
    expect(countryName('DE', 'ja')).toBe('ドイツ')
  })
})

describe('countries', () => {
  it('are found by name, code, city and without accents', () => {
    expect(countryName('ES')).toBe('Spain')
    expect(countryWords('ES')).toContain('barcelona')
    expect(countryWords('DE', 'es')).toMatch(/germany.*alemania/)
    expect(fold('Türkiye')).toBe('turkiye')
    expect(countryWords('TR')).toContain('turkiye')
  })

  it('are called as the server calls them where it has told, in that language only', () => {
    learnCountries('xx', { ES: 'Iberia' })
    expect([countryName('es', 'xx'), countryName('ES', 'de')]).toEqual(['Iberia', 'Spanien'])
  })

  it('that do not exist keep their code', () => {
    expect(countryName('not-a-code')).toBe('not-a-code')
  })
})
