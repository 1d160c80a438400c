import { describe, expect, it } from 'vitest'
import { negotiate } from './locales.ts'

describe('the language of a page', () => {
  it('is the one chosen, whatever the browser asks for', () => {
    expect(negotiate('ja', 'fr')).toBe('ja')
    expect(negotiate('toString', 'fr')).toBe('fr')
  })

  it('is else the first that the browser asks for and we speak', () => {
    expect(negotiate(undefined, 'nl,pt-PT;q=0.8,en;q=0.9')).toBe('en')
    expect(negotiate(undefined, 'de-CH, fr;q=0.9')).toBe('de')
    expect(negotiate(undefined, 'ar;q=0, es;q=0.1')).toBe('es')
  })

  it('is else English', () => {
    expect(negotiate(undefined, null)).toBe('en')
    expect(negotiate('xx', 'nl;q=oops,*')).toBe('en')
  })
})
