import { maxBigint } from '@gesim/base'
import {
  CARRIER_METERED,
  type CarrierUsageReceipt,
  chargeMicros,
  termsFromJson,
  typedDataOf,
  usageReceiptToJson,
} from '@gesim/proofs'
import { encodeAbiParameters, encodePacked, keccak256 } from 'viem'
import type { Parts } from './parts.ts'
import type { Subscription } from './state.ts'

/** What may still flow, and what ends it. */
export type Allowance =
  | { readonly bytes: bigint }
  | { readonly bytes: 0n; readonly why: 'service-off' | 'exhausted' | 'unsigned-credit' }

/**
 * How many octets may flow now: none without service, none beyond what the deposit or the prepaid volume covers, and
 * no more ahead of the device's signatures than the terms allow.
 */
export function allowanceOf(subscription: Subscription, nowSeconds: number): Allowance {
  const { terms, service } = subscription
  if (service !== 'on' || !terms || nowSeconds > terms.deadline) return { bytes: 0n, why: 'service-off' }
  const used = BigInt(subscription.cumBytes)
  const left = volumeOf(subscription) - used
  if (left <= 0n) return { bytes: 0n, why: 'exhausted' }
  const { flags, unsignedCredit } = termsFromJson(terms)
  if (flags & CARRIER_METERED) return { bytes: left }
  const ahead = used - BigInt(subscription.vouchedBytes)
  const credit = unsignedCredit - ahead
  if (credit <= 0n) return { bytes: 0n, why: 'unsigned-credit' }
  return { bytes: credit < left ? credit : left }
}

const MOST_BYTES = (1n << 53n) - 1n

/** The octets that the deposit pays for: the included ones and, by whole blocks, what money is left for. */
export function volumeOf(subscription: Pick<Subscription, 'terms' | 'funded'>): bigint {
  if (!subscription.terms) return 0n
  const terms = termsFromJson(subscription.terms)
  if (terms.pricePerGB === 0n) return terms.includedBytes === 0n ? MOST_BYTES : terms.includedBytes
  const deposit = BigInt(subscription.funded)
  const money = (deposit < terms.maxDeposit ? deposit : terms.maxDeposit) - terms.activationFee
  if (money < 0n) return 0n
  const block = maxBigint(1n, terms.blockBytes)
  // floor(money * 1e9 / price) bytes cost at most the money, rounding up included; then whole blocks of it.
  const affordable = (money * 1_000_000_000n) / terms.pricePerGB
  return terms.includedBytes + (affordable / block) * block
}

/** Signs a cumulative receipt when there is something new to say. One at a time: the next waits until this one is taken. */
export async function signUsage(parts: Parts, subscription: Subscription): Promise<void> {
  const { usage, terms, intentId } = subscription
  if (!terms || !intentId || usage.unsent || usage.finished) return
  const ending = subscription.service === 'ended'
  if (!ending && subscription.cumBytes === usage.signedBytes) return
  const cumBytes = BigInt(subscription.cumBytes)
  const asOf = Math.floor(parts.clock.nowMs() / 1000)
  const seq = usage.seq + 1
  const record = encodeAbiParameters(
    [{ type: 'bytes32' }, { type: 'uint32' }, { type: 'uint64' }, { type: 'uint40' }, { type: 'uint40' }],
    [intentId, seq, cumBytes - BigInt(usage.signedBytes), usage.sinceSeconds, asOf],
  )
  const receipt: CarrierUsageReceipt = {
    intentId,
    cumBytes,
    cumAmount: chargeMicros(termsFromJson(terms), cumBytes, true, BigInt(subscription.funded)),
    seq,
    asOf,
    // A chain of the call records: whoever is shown them can recompute every root.
    cdrRoot: keccak256(encodePacked(['bytes32', 'bytes32'], [usage.cdrRoot, keccak256(record)])),
  }
  const signature = await parts.usage.signTypedData(
    typedDataOf('CarrierUsageReceipt', parts.domain, receipt) as never,
  )
  usage.unsent = { receipt: { ...usageReceiptToJson(receipt) }, signature, last: ending }
  usage.seq = seq
  usage.signedBytes = Number(cumBytes)
  usage.cdrRoot = receipt.cdrRoot
  usage.sinceSeconds = asOf
  // Before it leaves: a sequence number is never signed twice with different figures.
  parts.file.save()
}

/** Refusals that pass: the node has not seen the activation yet, or cannot see the chain. */
const LATER = new Set(['metering.not-active', 'metering.chain-unreachable', 'metering.from-future'])

/**
 * What becomes of a receipt that the node refused: sent again, dropped for the next one, or the last of its intent. An
 * intent that the node does not know while its service may last is one that it has not read of yet: the carrier has it
 * from the chain.
 */
export function afterRefusal(code: string, deadline: number, nowSeconds: number): 'again' | 'drop' | 'over' {
  if (LATER.has(code)) return 'again'
  if (code === 'metering.unknown-intent') return nowSeconds <= deadline ? 'again' : 'over'
  return code === 'metering.service-ended' ? 'over' : 'drop'
}

/** Sends what is signed, in one batch; what the node does not take for now stays. */
export async function sendUsage(parts: Parts, subscriptions: readonly Subscription[]): Promise<void> {
  const waiting = subscriptions.filter((one) => one.usage.unsent)
  if (waiting.length === 0) return
  const records = waiting.slice(0, 500).map((one) => ({
    receipt: one.usage.unsent!.receipt,
    signature: one.usage.unsent!.signature,
    book: parts.settings.book,
    key: parts.usage.address,
  }))
  const refused = new Map((await parts.node.postUsage(records)).map((one) => [one.position, one.code]))
  const nowSeconds = Math.floor(parts.clock.nowMs() / 1000)
  waiting.slice(0, 500).forEach((one, position) => {
    const code = refused.get(position)
    const after = code && afterRefusal(code, one.terms?.deadline ?? 0, nowSeconds)
    if (after === 'again') return
    if (code) parts.log.warn('the node refused a usage receipt', { intentId: one.intentId, code })
    if (one.usage.unsent?.last || after === 'over') one.usage.finished = true
    one.usage.unsent = undefined
  })
  parts.file.save()
}
