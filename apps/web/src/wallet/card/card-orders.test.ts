import { describe, expect, it } from 'vitest'
import { amountsOf, isOpen, stepsDone } from './card-orders.ts'

const provider = (leftTodayMicros: string) => ({
  name: 'sandbox',
  sandbox: true,
  leastMicros: '15000000',
  mostMicros: '100000000',
  leftTodayMicros,
})

describe('buying with a card', () => {
  it('offers what lies between the limits, and nothing once the day is used up', () => {
    expect(amountsOf(provider('500000000'))).toEqual(['20000000', '50000000', '100000000'])
    expect(amountsOf(provider('50000000'))).toEqual(['20000000', '50000000'])
    expect(amountsOf(provider('19999999'))).toEqual([])
  })

  it('goes on looking while an order may change, and counts its steps', () => {
    const states = ['requested', 'redirected', 'paid', 'delivered', 'failed', 'expired'] as const
    expect(states.filter((state) => isOpen({ state }))).toEqual(['requested', 'redirected', 'paid'])
    expect(states.map(stepsDone)).toEqual([1, 1, 2, 3, 1, 1])
  })
})
