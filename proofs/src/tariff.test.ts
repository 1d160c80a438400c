import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reconcile } from './reconcile.ts'
import { chargeMicros, type Tariff } from './tariff.ts'

const METERED: Tariff = {
  pricePerGB: 3_500_000n,
  activationFee: 250_000n,
  includedBytes: 0n,
  blockBytes: 0n,
  maxDeposit: 20_000_000n,
}
const MAX_U64 = (1n << 64n) - 1n
const u64 = fc.bigInt({ min: 0n, max: MAX_U64 })
const tariffs: fc.Arbitrary<Tariff> = fc.record({
  pricePerGB: u64,
  activationFee: u64,
  includedBytes: u64,
  blockBytes: u64,
  maxDeposit: u64,
})

describe('the charge', () => {
  it.each([
    ['nothing before activation', METERED, 5_000_000_000n, false, 0n],
    ['the fee at activation', METERED, 0n, true, 250_000n],
    ['a whole micro for the first byte', METERED, 1n, true, 250_001n],
    ['the price of a gigabyte', METERED, 1_000_000_000n, true, 3_750_000n],
    ['never more than the deposit', METERED, 100_000_000_000n, true, 20_000_000n],
    [
      'included bytes for nothing',
      { ...METERED, includedBytes: 1_000_000_000n },
      1_000_000_000n,
      true,
      250_000n,
    ],
    [
      'whole blocks above them',
      { ...METERED, includedBytes: 10n, blockBytes: 1_000_000n },
      11n,
      true,
      253_500n,
    ],
    [
      'a prepaid plan once',
      { ...METERED, pricePerGB: 0n, activationFee: 9_000_000n },
      MAX_U64,
      true,
      9_000_000n,
    ],
  ])('is %s', (_, tariff, bytes, activated, expected) => {
    expect(chargeMicros(tariff, bytes, activated)).toBe(expected)
  })

  it('never falls with more bytes, nor exceeds what was paid in', () => {
    fc.assert(
      fc.property(tariffs, u64, u64, u64, (tariff, a, b, deposit) => {
        const [less, more] = a < b ? [a, b] : [b, a]
        const charge = chargeMicros(tariff, more, true, deposit)
        expect(chargeMicros(tariff, less, true, deposit)).toBeLessThanOrEqual(charge)
        expect(charge).toBeLessThanOrEqual(deposit)
        expect(charge).toBeLessThanOrEqual(tariff.maxDeposit)
      }),
    )
  })

  it('is within a micro of the exact price over an intent’s whole life', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 13n }), (bytes) => {
        const tariff = { ...METERED, maxDeposit: MAX_U64 }
        const exact = bytes * tariff.pricePerGB
        const rounded = (chargeMicros(tariff, bytes, true) - tariff.activationFee) * 1_000_000_000n
        expect(rounded - exact).toBeGreaterThanOrEqual(0n)
        expect(rounded - exact).toBeLessThan(1_000_000_000n)
      }),
    )
  })

  it('refuses byte counts that the chain cannot hold', () => {
    expect(() => chargeMicros(METERED, -1n, true)).toThrow(/proofs\.out-of-range/)
    expect(() => chargeMicros(METERED, MAX_U64 + 1n, true)).toThrow(/proofs\.out-of-range/)
  })
})

describe('two figures of one intent', () => {
  const MB = 1_000_000n
  it.each([
    [
      'within the tolerance: the carrier’s, the device’s part co-signed',
      100n,
      101n,
      false,
      101n,
      100n,
      false,
    ],
    ['carrier above it: the device’s', 100n, 200n, false, 100n, 100n, true],
    [
      'carrier above it, CARRIER_METERED: the carrier’s, the device’s part co-signed',
      100n,
      200n,
      true,
      200n,
      100n,
      true,
    ],
    ['device above the carrier: the carrier’s', 200n, 100n, false, 100n, 100n, true],
    ['no voucher: nothing', 0n, 500n, false, 0n, 0n, true],
    ['no voucher, CARRIER_METERED: the carrier’s, nothing co-signed', 0n, 500n, true, 500n, 0n, true],
    ['small noise: the carrier’s', 0n, 1n, false, 1n, 0n, false],
  ])('%s', (_, device, carrier, metered, billable, coSigned, disputed) => {
    expect(reconcile(device * MB, carrier * MB, metered)).toEqual({
      billableBytes: billable * MB,
      coSignedBytes: coSigned * MB,
      disputed,
    })
  })

  it('never co-signs more than is charged, nor charges above the carrier’s figure', () => {
    fc.assert(
      fc.property(u64, u64, fc.boolean(), (device, carrier, metered) => {
        const { billableBytes, coSignedBytes } = reconcile(device, carrier, metered)
        expect(coSignedBytes).toBeLessThanOrEqual(billableBytes)
        expect(billableBytes).toBeLessThanOrEqual(carrier)
        expect(coSignedBytes).toBeLessThanOrEqual(device)
      }),
    )
  })
})
