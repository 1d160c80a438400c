import { nowSeconds, refuse } from '@gesim/base'
import {
  type ActivationConsent,
  chargeMicros,
  digestOf,
  domainOf,
  type IntentTerms,
  receiptFromJson,
  termsFromJson,
  typedDataOf,
  type UsageVoucher,
  voucherToJson,
} from '@gesim/proofs'
import type { DeviceIntent } from '@gesim/wire'
import { encodeAbiParameters, type Hex, keccak256, type PrivateKeyAccount, toHex } from 'viem'

const CONSENT_LIFE_SECONDS = 86_400

function domain(intent: DeviceIntent) {
  return domainOf(intent.chainId, intent.escrow as Hex)
}

export function termsOf(intent: DeviceIntent): IntentTerms {
  return termsFromJson(intent.terms)
}

/**
 * Signs that the profile of the carrier's receipt is the one that this card installed, and that service shall start.
 * Throws `phone.receipt-not-ours` when it is another one.
 */
export async function signConsent(
  account: PrivateKeyAccount,
  intent: DeviceIntent,
  evidence: Hex,
): Promise<{ receiptDigest: Hex; validUntil: number; signature: Hex }> {
  const { receipt, receiptDigest, book } = intent
  if (!receipt || !receiptDigest || book === undefined)
    throw refuse('phone.receipt-not-ours', { why: 'no receipt' })
  const read = receiptFromJson(receipt)
  const different = (why: string) => refuse('phone.receipt-not-ours', { why, intentId: intent.intentId })
  if (read.intentId.toLowerCase() !== intent.intentId.toLowerCase()) throw different('another purchase')
  if (read.book !== book) throw different('another carrier')
  if (read.evidence.toLowerCase() !== evidence.toLowerCase()) throw different('another installation')
  if (digestOf('ProvisioningReceipt', domain(intent), read) !== receiptDigest)
    throw different('the digest is not that of the receipt')
  const validUntil = nowSeconds() + CONSENT_LIFE_SECONDS
  const message: ActivationConsent = { intentId: intent.intentId, book, receiptDigest, validUntil }
  const signature = await account.signTypedData(typedDataOf('ActivationConsent', domain(intent), message))
  return { receiptDigest, validUntil, signature }
}

/** Octets whose charge is the whole deposit: using more is not paid for, so the phone stops there. */
export function exhausts(intent: DeviceIntent, bytes: bigint): boolean {
  const deposit = BigInt(intent.fundedMicros)
  const terms = termsOf(intent)
  // A prepaid plan is paid for before its first byte: not money ends it, but its data.
  if (terms.pricePerGB === 0n) return terms.includedBytes > 0n && bytes >= terms.includedBytes
  const most = deposit < terms.maxDeposit ? deposit : terms.maxDeposit
  return chargeMicros(terms, bytes, true, deposit) >= most
}

/** The cumulative voucher for what was used so far. */
export async function signVoucher(
  account: PrivateKeyAccount,
  intent: DeviceIntent,
  usedBytes: bigint,
  seq: number,
  sessionRoot: Hex,
) {
  const message: UsageVoucher = {
    intentId: intent.intentId,
    cumBytes: usedBytes,
    cumAmount: chargeMicros(termsOf(intent), usedBytes, true, BigInt(intent.fundedMicros)),
    seq,
    asOf: nowSeconds(),
    sessionRoot,
  }
  const signature = await account.signTypedData(typedDataOf('UsageVoucher', domain(intent), message))
  return { voucher: voucherToJson(message), signature, amountMicros: message.cumAmount }
}

/** The next link of the chain of hashes over the connections and what each carried. */
export function nextSessionRoot(root: Hex, sessionId: string, seq: number, deltaBytes: bigint): Hex {
  const session = keccak256(toHex(sessionId))
  const types = [{ type: 'bytes32' }, { type: 'bytes32' }, { type: 'uint32' }, { type: 'uint64' }] as const
  return keccak256(encodeAbiParameters(types, [root, session, seq, deltaBytes]))
}

/** What the carrier's receipt must name: the hash of the result that the card signed. */
export function evidenceOfResult(installationResult: Uint8Array): Hex {
  return keccak256(installationResult)
}
