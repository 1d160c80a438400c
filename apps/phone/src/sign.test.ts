import type { DeviceIntent } from '@gesim/wire'
import { expect, test } from 'vitest'
import { exhausts } from './sign.ts'

const terms = {
  payer: `0x${'a1'.repeat(20)}`,
  booksHash: `0x${'00'.repeat(32)}`,
  planCommit: `0x${'00'.repeat(32)}`,
  pricePerGB: '0',
  activationFee: '2000000',
  includedBytes: '12000000',
  blockBytes: '1000000',
  maxDeposit: '2000000',
  provisionBy: 1,
  deadline: 2,
  flags: 0,
  unsignedCredit: '50000000',
  salt: '1',
}
const intent = (over: object = {}) =>
  ({ fundedMicros: '2000000', terms: { ...terms, ...over } }) as unknown as DeviceIntent

test('a prepaid plan is used up with its data, though all its money is charged from the first byte on', () => {
  expect(exhausts(intent(), 1n)).toBe(false)
  expect(exhausts(intent(), 11_999_999n)).toBe(false)
  expect(exhausts(intent(), 12_000_000n)).toBe(true)
  expect(exhausts(intent({ includedBytes: '0' }), 10n ** 15n)).toBe(false)
})

test('a plan by use is used up with its money', () => {
  const byUse = intent({ pricePerGB: '1000000000', activationFee: '0', includedBytes: '0' })
  expect(exhausts(byUse, 1_000_000n)).toBe(false)
  expect(exhausts(byUse, 2_000_000n)).toBe(true)
})
