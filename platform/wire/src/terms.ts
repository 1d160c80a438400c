import { type Static, Type } from 'typebox'
import { Address, BigDecimal, Hash, HexBytes, Micros, Octets, Seconds, Uint32 } from './words.ts'

/** `IntentTerms` of the escrow; `proofs` turns it into the intent id. */
export const Terms = Type.Object(
  {
    payer: Address,
    booksHash: Hash,
    planCommit: Hash,
    pricePerGB: Micros,
    activationFee: Micros,
    includedBytes: Octets,
    blockBytes: Octets,
    maxDeposit: Micros,
    provisionBy: Seconds,
    deadline: Seconds,
    flags: Uint32,
    unsignedCredit: Octets,
    salt: BigDecimal,
  },
  { additionalProperties: false },
)
export type Terms = Static<typeof Terms>

/** What the one confirmation of a purchase agrees to; its hash is the salt of the terms' `planCommit`. */
export const Agreement = Type.Object(
  {
    payer: Address,
    planId: Type.String({ maxLength: 64 }),
    planHash: Hash,
    qos: Type.String({ maxLength: 16 }),
    priceMicros: Micros,
    pricePerGB: Micros,
    activationFee: Micros,
    includedBytes: Octets,
    maxDeposit: Micros,
    books: Type.Array(Uint32),
    payBy: Seconds,
    provisionBy: Seconds,
    deadline: Seconds,
    nonce: Hash,
  },
  { additionalProperties: false },
)
export type Agreement = Static<typeof Agreement>

/** `ProvisioningReceipt`, signed by a carrier's PROVISIONING key. */
export const ProvisioningReceipt = Type.Object(
  {
    intentId: Hash,
    book: Uint32,
    eidCommit: Hash,
    iccidCommit: Hash,
    profileHash: Hash,
    evidence: Hash,
    installedAt: Seconds,
  },
  { additionalProperties: false },
)
export type ProvisioningReceipt = Static<typeof ProvisioningReceipt>

/** `UsageVoucher`, signed by the paired device or the payer's account. */
export const UsageVoucher = Type.Object(
  {
    intentId: Hash,
    cumBytes: Octets,
    cumAmount: Micros,
    seq: Uint32,
    asOf: Seconds,
    sessionRoot: Hash,
  },
  { additionalProperties: false },
)
export type UsageVoucher = Static<typeof UsageVoucher>

/** `CarrierUsageReceipt`, signed by a carrier's USAGE key. */
export const CarrierUsageReceipt = Type.Object(
  {
    intentId: Hash,
    cumBytes: Octets,
    cumAmount: Micros,
    seq: Uint32,
    asOf: Seconds,
    cdrRoot: Hash,
  },
  { additionalProperties: false },
)
export type CarrierUsageReceipt = Static<typeof CarrierUsageReceipt>

/** `ActivationConsent` without what the receipt already says. */
export const ActivationConsent = Type.Object(
  { receiptDigest: Hash, validUntil: Seconds, signature: HexBytes },
  { additionalProperties: false },
)
export type ActivationConsent = Static<typeof ActivationConsent>

/** `DeviceBinding`: the payer says which key may sign for a purchase. An empty device: the payer signs himself. */
export const DeviceBinding = Type.Object(
  { device: HexBytes, validUntil: Seconds, payerSignature: HexBytes },
  { additionalProperties: false },
)
export type DeviceBinding = Static<typeof DeviceBinding>
