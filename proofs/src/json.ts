import type { Address, Hex } from 'viem'
import type {
  CarrierUsageReceipt,
  EpochCommitment,
  IntentTerms,
  LeafProof,
  NodeProof,
  ProvisioningReceipt,
  UsageVoucher,
} from './words.ts'

/** A value as JSON carries it: bigints as decimal strings, the rest as it is. */
export type Json<Value> = { -readonly [Key in keyof Value]: Value[Key] extends bigint ? string : Value[Key] }

export type TermsJson = Omit<Json<IntentTerms>, 'payer'> & { payer: Hex }
export type ReceiptJson = Json<ProvisioningReceipt>
export type VoucherJson = Json<UsageVoucher>
export type UsageReceiptJson = Json<CarrierUsageReceipt>
export type CommitmentJson = Json<EpochCommitment>
export type LeafProofJson = Json<LeafProof>
export type NodeProofJson = Json<NodeProof>

const DECIMAL = /^(?:0|[1-9]\d{0,77})$/

/** Reads a decimal string. Throws a `TypeError` on anything else: signs, spaces, hex. */
export function bigintFromJson(text: string): bigint {
  if (typeof text !== 'string' || !DECIMAL.test(text)) throw new TypeError('not a decimal string')
  return BigInt(text)
}

function toJson<Value extends object>(value: Value): Json<Value> {
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, typeof each === 'bigint' ? each.toString() : each]),
  ) as Json<Value>
}

/** Terms from the journal's and the API's JSON. */
export function termsFromJson(json: TermsJson): IntentTerms {
  return {
    payer: json.payer as Address,
    booksHash: json.booksHash,
    planCommit: json.planCommit,
    pricePerGB: bigintFromJson(json.pricePerGB),
    activationFee: bigintFromJson(json.activationFee),
    includedBytes: bigintFromJson(json.includedBytes),
    blockBytes: bigintFromJson(json.blockBytes),
    maxDeposit: bigintFromJson(json.maxDeposit),
    provisionBy: json.provisionBy,
    deadline: json.deadline,
    flags: json.flags,
    unsignedCredit: bigintFromJson(json.unsignedCredit),
    salt: bigintFromJson(json.salt),
  }
}

export function termsToJson(terms: IntentTerms): TermsJson {
  return toJson(terms)
}

export function receiptFromJson(json: ReceiptJson): ProvisioningReceipt {
  return { ...json }
}

export function receiptToJson(receipt: ProvisioningReceipt): ReceiptJson {
  return toJson(receipt)
}

export function voucherFromJson(json: VoucherJson): UsageVoucher {
  return { ...json, cumBytes: bigintFromJson(json.cumBytes), cumAmount: bigintFromJson(json.cumAmount) }
}

export function voucherToJson(voucher: UsageVoucher): VoucherJson {
  return toJson(voucher)
}

export function usageReceiptFromJson(json: UsageReceiptJson): CarrierUsageReceipt {
  return { ...json, cumBytes: bigintFromJson(json.cumBytes), cumAmount: bigintFromJson(json.cumAmount) }
}

export function usageReceiptToJson(receipt: CarrierUsageReceipt): UsageReceiptJson {
  return toJson(receipt)
}

export function commitmentFromJson(json: CommitmentJson): EpochCommitment {
  return {
    ...json,
    total: bigintFromJson(json.total),
    coSigned: bigintFromJson(json.coSigned),
    fromBlock: bigintFromJson(json.fromBlock),
    toBlock: bigintFromJson(json.toBlock),
  }
}

export function commitmentToJson(commitment: EpochCommitment): CommitmentJson {
  return toJson(commitment)
}

export function leafProofFromJson(json: LeafProofJson): LeafProof {
  return {
    amount: bigintFromJson(json.amount),
    coSigned: bigintFromJson(json.coSigned),
    bytesUsed: bigintFromJson(json.bytesUsed),
    seq: json.seq,
    flags: json.flags,
    evidence: json.evidence,
    bitmap: bigintFromJson(json.bitmap),
    siblings: json.siblings,
  }
}

export function leafProofToJson(proof: LeafProof): LeafProofJson {
  return toJson(proof)
}

export function nodeProofFromJson(json: NodeProofJson): NodeProof {
  return {
    hash: json.hash,
    total: bigintFromJson(json.total),
    coSigned: bigintFromJson(json.coSigned),
    bitmap: bigintFromJson(json.bitmap),
    siblings: json.siblings,
  }
}

export function nodeProofToJson(proof: NodeProof): NodeProofJson {
  return toJson(proof)
}
