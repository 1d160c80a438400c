import { maxBigint, minBigint } from '@gesim/base'
import type { EventBodies, Hex } from '@gesim/journey'
import {
  CARRIER_METERED,
  chargeMicros,
  evidenceOf,
  fullChargeMicros,
  type IntentTerms,
  reconcile,
  termsFromJson,
  ZERO_HASH,
} from '@gesim/proofs'
import {
  isExhausted,
  isLastWord,
  judgeRecord,
  leafSeq,
  type RecordRules,
  standingUsage,
  type Verdict,
} from './decide.ts'
import type { RecordRow, ServiceRow } from './table.ts'

/** The deposit a tariff is clamped at: what the terms allow, and no more than was really paid in. */
function depositOf(terms: IntentTerms, fundedMicros: bigint): bigint {
  return minBigint(terms.maxDeposit, fundedMicros)
}

/** The charge for bytes used since activation, clamped at what was paid in. */
export function tariffMicros(terms: IntentTerms, fundedMicros: bigint, cumBytes: bigint): bigint {
  return chargeMicros(terms, cumBytes, true, fundedMicros)
}

/** Judges a record against a service and, when it is taken, folds it in. The row given is not changed. */
export function takeRecord(
  row: ServiceRow,
  record: RecordRow,
  storedDigest: string | null,
  nowSeconds: number,
  rules: RecordRules,
): { verdict: Verdict; row: ServiceRow } {
  if (row.terms === null) return { verdict: judge(row, record, storedDigest, 0n, 0n, nowSeconds, rules), row }
  const terms = termsFromJson(row.terms)
  const deposit = depositOf(terms, row.funded_micros)
  const tariff = tariffMicros(terms, row.funded_micros, record.cumBytes)
  const verdict = judge(row, record, storedDigest, tariff, deposit, nowSeconds, rules)
  return { verdict, row: verdict === 'accept' ? withRecord(row, record, terms) : row }
}

function judge(
  row: ServiceRow,
  record: RecordRow,
  storedDigest: string | null,
  tariff: bigint,
  deposit: bigint,
  nowSeconds: number,
  rules: RecordRules,
): Verdict {
  return judgeRecord({
    service: {
      // Without the signed terms there is no tariff: as good as not active.
      activatedAt: row.terms === null || row.activated_at === null ? null : Number(row.activated_at),
      endedAt: row.ended_at === null ? null : Number(row.ended_at),
      finalAt: row.final_at === null ? null : Number(row.final_at),
    },
    latest: latestOf(row, record.side),
    storedDigest,
    record,
    tariffMicros: tariff,
    depositMicros: deposit,
    nowSeconds,
    rules,
  })
}

function latestOf(row: ServiceRow, side: 'device' | 'carrier') {
  const [seq, cumBytes, asOf, digest] =
    side === 'device'
      ? [row.device_seq, row.device_bytes, row.device_as_of, row.device_digest]
      : [row.carrier_seq, row.carrier_bytes, row.carrier_as_of, row.carrier_digest]
  return digest === null ? null : { seq: Number(seq), cumBytes, asOf: Number(asOf), digest }
}

function withRecord(row: ServiceRow, record: RecordRow, terms: IntentTerms): ServiceRow {
  const next: ServiceRow = { ...row, connected: row.connected || record.cumBytes > 0n }
  const isLast = isLastWord(row.ended_at === null ? null : Number(row.ended_at), record.asOf)
  if (record.side === 'device') {
    next.device_last ||= isLast
    next.device_seq = BigInt(record.seq)
    next.device_bytes = record.cumBytes
    next.device_as_of = BigInt(record.asOf)
    next.device_digest = record.digest
  } else {
    next.carrier_last ||= isLast
    next.carrier_seq = BigInt(record.seq)
    next.carrier_bytes = record.cumBytes
    next.carrier_as_of = BigInt(record.asOf)
    next.carrier_digest = record.digest
  }
  // Nothing is billed without a carrier's receipt: it is what the carrier asks to be paid for.
  if (next.carrier_digest === null) return next
  const before = {
    billableBytes: row.billable_bytes,
    coSignedBytes: row.co_signed_bytes,
    deviceDigest: row.used_device_digest,
    carrierDigest: row.used_carrier_digest,
  }
  const pair = reconcile(next.device_bytes, next.carrier_bytes, (terms.flags & CARRIER_METERED) !== 0)
  const standing = standingUsage(before, {
    billableBytes: pair.billableBytes,
    coSignedBytes: pair.coSignedBytes,
    deviceDigest: next.device_digest,
    carrierDigest: next.carrier_digest,
  })
  if (standing === before) return next
  next.billable_bytes = standing.billableBytes
  next.co_signed_bytes = standing.coSignedBytes
  next.used_device_digest = standing.deviceDigest as Hex | null
  next.used_carrier_digest = standing.carrierDigest as Hex | null
  next.used_seq = BigInt(leafSeq(Number(next.device_seq), Number(next.carrier_seq)))
  next.evidence = evidenceFor(next)
  return next
}

/** The hash that a leaf carries as evidence: the standing pair of records and the provisioning receipt. */
export function evidenceFor(row: ServiceRow): Hex {
  return evidenceOf(
    row.used_device_digest ?? ZERO_HASH,
    row.used_carrier_digest ?? ZERO_HASH,
    row.receipt_digest ?? ZERO_HASH,
  )
}

/** Whether the deposit, or the prepaid volume, is used up. */
export function exhausted(row: ServiceRow): boolean {
  if (row.terms === null) return false
  const terms = termsFromJson(row.terms)
  // The device's own figure counts too: it may not be billable yet, but service must stop at the deposit.
  const usedBytes = maxBigint(row.billable_bytes, minBigint(row.device_bytes, row.carrier_bytes))
  const deposit = depositOf(terms, row.funded_micros)
  return isExhausted({
    usedBytes,
    includedBytes: terms.includedBytes,
    pricePerGbMicros: terms.pricePerGB,
    unclampedMicros: fullChargeMicros(terms, usedBytes),
    depositMicros: deposit,
  })
}

/** The event that tells the other stages how much was used. */
export function usageRecorded(row: ServiceRow, final: boolean): EventBodies['usage.recorded'] {
  return {
    book: row.book!,
    deviceBytes: row.device_bytes.toString(),
    carrierBytes: row.carrier_bytes.toString(),
    billableBytes: row.billable_bytes.toString(),
    coSignedBytes: row.co_signed_bytes.toString(),
    seq: Number(row.used_seq),
    asOf: Math.max(Number(row.device_as_of ?? 0n), Number(row.carrier_as_of ?? 0n)),
    evidence: row.evidence ?? evidenceFor(row),
    exhausted: exhausted(row),
    final,
  }
}
