import { type Failure, refuse } from '@gesim/base'

/** One signed, cumulative statement of usage, by the device or by the carrier. */
export interface UsageRecord {
  readonly side: 'device' | 'carrier'
  readonly seq: number
  readonly cumBytes: bigint
  readonly cumAmountMicros: bigint
  readonly asOf: number
  /** EIP-712 digest: two records are the same when their digests are. */
  readonly digest: string
}

/** What metering keeps of an intent's service. */
export interface Service {
  readonly activatedAt: number | null
  readonly endedAt: number | null
  readonly finalAt: number | null
}

/** The last accepted record of one side, or null before the first. */
export type Latest = Pick<UsageRecord, 'seq' | 'cumBytes' | 'asOf' | 'digest'> | null

export interface RecordRules {
  readonly clockSkewSeconds: number
  readonly graceSeconds: number
}

/** An exabyte: no line carries it, and it fits every column and field on the way. */
const MOST_BYTES = 10n ** 18n

/** Taken, nothing new, or refused with the reason. */
export type Verdict = 'accept' | 'nothing' | Failure

/**
 * Whether a record with a good signature is taken. The order of the questions matters: a repeat changes nothing even
 * after the end of service, so that a sender that lost our answer can always ask again.
 *
 * `tariffMicros` is the amount that the terms give for the record's bytes, clamped at the deposit.
 */
export function judgeRecord(input: {
  service: Service
  latest: Latest
  /** Digest of the record already stored under the same sequence number, if any. */
  storedDigest: string | null
  record: UsageRecord
  tariffMicros: bigint
  depositMicros: bigint
  nowSeconds: number
  rules: RecordRules
}): Verdict {
  const { service, latest, storedDigest, record, nowSeconds, rules } = input
  const { seq, asOf, side, cumBytes } = record
  if (cumBytes > MOST_BYTES) return refuse('metering.too-many-bytes', { cumBytes })
  if (storedDigest === record.digest) return 'nothing'
  if (storedDigest !== null) return refuse('metering.seq-reused', { side, seq })
  if (service.activatedAt === null) return refuse('metering.not-active')
  if (isOver(service, nowSeconds, rules))
    return refuse('metering.service-ended', { endedAt: service.endedAt })
  if (asOf > nowSeconds + rules.clockSkewSeconds) return refuse('metering.from-future', { asOf, nowSeconds })
  if (asOf + rules.clockSkewSeconds < service.activatedAt)
    return refuse('metering.before-activation', { asOf, activatedAt: service.activatedAt })
  if (latest && (seq < latest.seq || asOf < latest.asOf))
    return refuse('metering.out-of-order', { side, seq, latestSeq: latest.seq, latestAsOf: latest.asOf })
  if (latest && cumBytes < latest.cumBytes)
    return refuse('metering.not-cumulative', { cumBytes, latestBytes: latest.cumBytes })
  if (record.cumAmountMicros > input.depositMicros)
    return refuse('metering.above-deposit', {
      amountMicros: record.cumAmountMicros,
      depositMicros: input.depositMicros,
    })
  if (record.cumAmountMicros !== input.tariffMicros)
    return refuse('metering.wrong-amount', {
      amountMicros: record.cumAmountMicros,
      tariffMicros: input.tariffMicros,
    })
  return 'accept'
}

/** Whether the time for last records is over. */
function isOver(service: Service, nowSeconds: number, rules: RecordRules): boolean {
  if (service.finalAt !== null) return true
  return service.endedAt !== null && nowSeconds > service.endedAt + rules.graceSeconds
}

/** Billable and co-signed bytes, with the pair of records that prove them. */
export interface Usage {
  readonly billableBytes: bigint
  readonly coSignedBytes: bigint
  readonly deviceDigest: string | null
  readonly carrierDigest: string | null
}

/**
 * The usage that stands after a new reconciliation. A carrier that runs ahead of the device can make the reconciled
 * figure smaller than an earlier one (the tolerance of max(2 %, 1 MB) no longer covers it); the earlier pair of
 * signed records is evidence still, so the larger figure stays: a leaf may never fall (conservation rule F3).
 */
export function standingUsage(before: Usage, next: Usage): Usage {
  const falls = next.billableBytes < before.billableBytes || next.coSignedBytes < before.coSignedBytes
  return falls ? before : next
}

/**
 * Whether the plan is used up. A metered plan is, when the tariff without its clamp reaches the deposit; a prepaid
 * one (no price per byte: its price was earned at activation) when the included bytes are gone.
 */
export function isExhausted(input: {
  usedBytes: bigint
  includedBytes: bigint
  pricePerGbMicros: bigint
  unclampedMicros: bigint
  depositMicros: bigint
}): boolean {
  if (input.pricePerGbMicros === 0n) return input.includedBytes > 0n && input.usedBytes >= input.includedBytes
  return input.unclampedMicros >= input.depositMicros
}

/**
 * Whether a record is the last word of its side: taken after the end of service was known, and about a time not before
 * it. A record of the very second of the end that came before is not: more may follow it.
 */
export function isLastWord(endedAt: number | null, asOf: number): boolean {
  return endedAt !== null && asOf >= endedAt
}

/** The sequence number a leaf carries: the higher of the two records that prove it. */
export function leafSeq(deviceSeq: number, carrierSeq: number): number {
  return Math.max(deviceSeq, carrierSeq)
}
