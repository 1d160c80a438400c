import { expect, it } from 'vitest'
import type { Intent } from '../api/shapes.ts'
import { runsOutAtMs, usageShown } from './usage.ts'

function intent(
  terms: Partial<Intent['terms']>,
  usage: Partial<NonNullable<Intent['usage']>> | null,
  funded = '10000000',
) {
  return {
    fundedMicros: funded,
    chargedMicros: '0',
    terms: { includedBytes: '0', pricePerGB: '0', activationFee: '0', maxDeposit: funded, ...terms },
    usage: usage && { bytes: '0', amountMicros: '0', ...usage },
  } as unknown as Intent
}

it('measures a prepaid plan by its data', () => {
  const shown = usageShown(
    intent({ includedBytes: '3000000000', activationFee: '10000000' }, { bytes: '1500000000' }),
  )
  expect(shown.usedPercent).toBe(50)
  expect(shown.wholeBytes).toBe(3_000_000_000n)
})

it('measures pay per use by what the deposit can buy', () => {
  const shown = usageShown(
    intent({ pricePerGB: '2000000' }, { bytes: '1000000000', amountMicros: '2000000' }),
  )
  expect(shown.wholeBytes).toBe(5_000_000_000n)
  expect(shown.usedPercent).toBe(20)
  expect(shown.spentMicros).toBe(2_000_000n)
})

it('starts at zero without any usage', () => {
  expect(usageShown(intent({ includedBytes: '1000000000' }, null)).usedPercent).toBe(0)
})

it('estimates when the data runs out only after some minutes', () => {
  const shown = usageShown(intent({ includedBytes: '1000000000' }, { bytes: '250000000' }))
  expect(runsOutAtMs(shown, 0, 60_000)).toBeNull()
  expect(runsOutAtMs(shown, 0, 600_000)).toBe(600_000 + 1_800_000)
})

it('takes the price for the deposit while nothing is paid in', () => {
  const unpaid = {
    ...intent({ maxDeposit: '500000000' }, null, '0'),
    plan: { priceMicros: '12000000' },
  } as unknown as Intent
  expect(usageShown(unpaid).depositMicros).toBe(12_000_000n)
})
