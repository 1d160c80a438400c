import { isFailure } from '@gesim/base'
import { describe, expect, it } from 'vitest'
import { isExhausted, isLastWord, judgeRecord, standingUsage, type UsageRecord } from './decide.ts'

const NOW = 1_700_000_000
const rules = { clockSkewSeconds: 30, graceSeconds: 60 }
const open = { activatedAt: NOW - 1000, endedAt: null, finalAt: null }
const record: UsageRecord = {
  side: 'device',
  seq: 5,
  cumBytes: 5_000_000n,
  cumAmountMicros: 100n,
  asOf: NOW - 1,
  digest: '0xaa',
}
const latest = { seq: 4, cumBytes: 4_000_000n, asOf: NOW - 10, digest: '0x99' }

function judge(changes: Partial<Parameters<typeof judgeRecord>[0]>) {
  const verdict = judgeRecord({
    service: open,
    latest,
    storedDigest: null,
    record,
    tariffMicros: record.cumAmountMicros,
    depositMicros: 1_000_000n,
    nowSeconds: NOW,
    rules,
    ...changes,
  })
  return isFailure(verdict) ? verdict.code : verdict
}

describe('judging a record', () => {
  it('takes the next one', () => {
    expect(judge({})).toBe('accept')
    expect(judge({ latest: null })).toBe('accept')
  })

  it('changes nothing for the same record twice, even after the end', () => {
    expect(judge({ storedDigest: record.digest })).toBe('nothing')
    const ended = { ...open, endedAt: NOW - 1000, finalAt: NOW - 900 }
    expect(judge({ storedDigest: record.digest, service: ended })).toBe('nothing')
  })

  it('refuses another record under a number that is taken', () => {
    expect(judge({ storedDigest: '0xbb' })).toBe('metering.seq-reused')
  })

  it('refuses a lower number, an earlier time, fewer bytes', () => {
    expect(judge({ record: { ...record, seq: 3 } })).toBe('metering.out-of-order')
    expect(judge({ record: { ...record, asOf: latest.asOf - 1 } })).toBe('metering.out-of-order')
    expect(judge({ record: { ...record, cumBytes: latest.cumBytes - 1n } })).toBe('metering.not-cumulative')
  })

  it('refuses the future beyond the skew of clocks, and the time before activation', () => {
    expect(judge({ record: { ...record, asOf: NOW + 30 } })).toBe('accept')
    expect(judge({ record: { ...record, asOf: NOW + 31 } })).toBe('metering.from-future')
    expect(judge({ latest: null, record: { ...record, asOf: open.activatedAt - 31 } })).toBe(
      'metering.before-activation',
    )
  })

  it('refuses more than the deposit, an amount off the tariff, and more bytes than any line carries', () => {
    expect(judge({ depositMicros: 99n })).toBe('metering.above-deposit')
    expect(judge({ tariffMicros: 101n })).toBe('metering.wrong-amount')
    expect(judge({ record: { ...record, cumBytes: 10n ** 18n + 1n } })).toBe('metering.too-many-bytes')
  })

  it('refuses what was never activated, and what is over', () => {
    expect(judge({ service: { ...open, activatedAt: null } })).toBe('metering.not-active')
    expect(judge({ service: { ...open, endedAt: NOW - 60 } })).toBe('accept')
    expect(judge({ service: { ...open, endedAt: NOW - 61 } })).toBe('metering.service-ended')
    expect(judge({ service: { ...open, endedAt: NOW - 5, finalAt: NOW - 1 } })).toBe('metering.service-ended')
  })
})

describe('the standing usage', () => {
  const none = { billableBytes: 0n, coSignedBytes: 0n, deviceDigest: null, carrierDigest: null }

  it('never falls when the carrier runs ahead of the device', () => {
    // 1 MB without a voucher is within the tolerance; 1.5 MB is not, and the device has signed nothing.
    const first = standingUsage(none, { ...none, billableBytes: 1_000_000n, carrierDigest: '0x01' })
    const second = standingUsage(first, { ...none, billableBytes: 0n, carrierDigest: '0x02' })
    expect(second).toBe(first)
    const third = standingUsage(second, {
      billableBytes: 1_500_000n,
      coSignedBytes: 1_400_000n,
      deviceDigest: '0x11',
      carrierDigest: '0x02',
    })
    expect(third.billableBytes).toBe(1_500_000n)
  })
})

describe('the end of a plan', () => {
  const metered = {
    usedBytes: 10n,
    includedBytes: 0n,
    pricePerGbMicros: 5n,
    unclampedMicros: 9n,
    depositMicros: 10n,
  }

  it('is the deposit for a metered plan and the volume for a prepaid one', () => {
    expect(isExhausted(metered)).toBe(false)
    expect(isExhausted({ ...metered, unclampedMicros: 10n })).toBe(true)
    const prepaid = { ...metered, pricePerGbMicros: 0n, includedBytes: 11n, unclampedMicros: 10n }
    expect(isExhausted(prepaid)).toBe(false)
    expect(isExhausted({ ...prepaid, usedBytes: 11n })).toBe(true)
  })

  it('knows a last word by its time and by coming after the end', () => {
    expect(isLastWord(null, 100)).toBe(false)
    expect(isLastWord(100, 99)).toBe(false)
    expect(isLastWord(100, 100)).toBe(true)
  })
})
