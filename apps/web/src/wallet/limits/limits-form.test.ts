import { expect, it } from 'vitest'
import { readLimits } from './limits-form.ts'

const typed = (perPurchaseMicros: string, perDayMicros = '', per30DaysMicros = '') => ({
  perPurchaseMicros,
  perDayMicros,
  per30DaysMicros,
})

it('reads amounts as the language writes them, and an empty field as no limit', () => {
  expect(readLimits(typed('12,50', ' ', '1.500'), 'de')).toEqual({
    limits: { perPurchaseMicros: '12500000', perDayMicros: null, per30DaysMicros: '1500000000' },
  })
})

it('takes zero as a limit: it lets nothing through, which is not the same as none', () => {
  expect(readLimits(typed('0'), 'en')).toMatchObject({ limits: { perPurchaseMicros: '0' } })
})

it('names every field that cannot be read, and sets none of them', () => {
  expect(readLimits(typed('ten', '5', '0.0000001'), 'en')).toEqual({
    faults: { perPurchaseMicros: 'form', per30DaysMicros: 'fine' },
  })
})
