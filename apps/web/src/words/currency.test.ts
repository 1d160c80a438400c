import { describe, expect, it } from 'vitest'
import { currencyFor, inCurrency, isCurrencyChoice, money } from './currency.ts'

describe('the currency of estimates', () => {
  it('is the one chosen, and none where none was chosen', () => {
    expect(currencyFor('CHF', 'en-US', 'en')).toBe('CHF')
    expect(currencyFor('none', 'en-US', 'en')).toBeNull()
    expect(currencyFor('<script>', 'en-US', 'en')).toBe('USD')
  })

  it('is else that of the first region which the browser names', () => {
    expect(currencyFor(undefined, 'de-CH, en-US;q=0.9', 'de')).toBe('CHF')
    expect(currencyFor(undefined, 'en, en-AE;q=0.9', 'en')).toBe('AED')
    expect(currencyFor(undefined, 'es-419, es-MX;q=0.5', 'es')).toBe('MXN')
    expect(currencyFor(undefined, 'zh-Hans-CN', 'en')).toBeNull()
  })

  it('is else that of the language, where it has one', () => {
    expect(currencyFor(undefined, 'fr', 'fr')).toBe('EUR')
    expect(currencyFor(undefined, null, 'ja')).toBe('JPY')
    expect(currencyFor(undefined, 'pt', 'pt')).toBe('BRL')
    expect(currencyFor(undefined, null, 'ar')).toBeNull()
  })

  it('can be kept only as a code of three letters or none', () => {
    expect(['EUR', 'none'].every(isCurrencyChoice)).toBe(true)
    expect(['eur', 'EURO', '', undefined, 'EUR; Path=/'].some(isCurrencyChoice)).toBe(false)
  })
})

describe('an amount in a local currency', () => {
  it('is rounded to what the currency is paid in, in the manner of the language', () => {
    expect(inCurrency(4_500_000n, 'EUR', '0.925740740740740740', 'de')).toBe('4,17\u00a0€')
    expect(inCurrency(4_500_000n, 'JPY', '151.484848', 'ja')).toBe('￥682')
    expect(inCurrency(4_500_000n, 'GBP', '0.787', 'en-GB')).toBe('£3.54')
    expect(inCurrency(0n, 'GBP', '0.787', 'en-GB')).toBe('£0.00')
  })

  it('is exact where a floating-point number is not', () => {
    expect(inCurrency(9_007_199_254_740_993_000_000n, 'USD', '1', 'en-US')).toBe('$9,007,199,254,740,993.00')
  })

  it('is not told where it would read as nothing', () => {
    expect(inCurrency(4_000n, 'EUR', '0.9', 'en-GB')).toBeNull()
  })
})

it('a price of a card is told in its own currency', () => {
  expect(money(2_030, 'USD', 'en-GB')).toBe('US$20.30')
  expect(money(5, 'EUR', 'de')).toBe('0,05\u00a0€')
})
