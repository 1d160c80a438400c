import type { Address, Hex } from 'viem'

/** What a traveller buys; the fields of the chain's `IntentTerms` (units in its NatSpec). */
export interface IntentTerms {
  readonly payer: Address
  readonly booksHash: Hex
  readonly planCommit: Hex
  readonly pricePerGB: bigint
  readonly activationFee: bigint
  readonly includedBytes: bigint
  readonly blockBytes: bigint
  readonly maxDeposit: bigint
  readonly provisionBy: number
  readonly deadline: number
  readonly flags: number
  readonly unsignedCredit: bigint
  readonly salt: bigint
}

/** Bit of `IntentTerms.flags`: the carrier's figure alone may be charged, after the slow window. */
export const CARRIER_METERED = 1

/** A carrier's word that a profile of its book is on a card. */
export interface ProvisioningReceipt {
  readonly intentId: Hex
  readonly book: number
  readonly eidCommit: Hex
  readonly iccidCommit: Hex
  readonly profileHash: Hex
  /** keccak256 of the DER of the eUICC-signed ProfileInstallationResult (SGP.22, tag BF37). */
  readonly evidence: Hex
  readonly installedAt: number
}

/** The traveller's word that the profile of that receipt is installed. */
export interface ActivationConsent {
  readonly intentId: Hex
  readonly book: number
  readonly receiptDigest: Hex
  readonly validUntil: number
}

/** The payer's word that a device key may consent and sign vouchers. `device` is an ERC-7913 signer. */
export interface PairingConsent {
  readonly payer: Address
  readonly device: Hex
  readonly validUntil: number
}

/** The device's cumulative word. */
export interface UsageVoucher {
  readonly intentId: Hex
  readonly cumBytes: bigint
  readonly cumAmount: bigint
  readonly seq: number
  readonly asOf: number
  readonly sessionRoot: Hex
}

/** The carrier's cumulative word. */
export interface CarrierUsageReceipt {
  readonly intentId: Hex
  readonly cumBytes: bigint
  readonly cumAmount: bigint
  readonly seq: number
  readonly asOf: number
  readonly cdrRoot: Hex
}

/** Both sides' word to end an intent at a charge. */
export interface CloseConsent {
  readonly intentId: Hex
  readonly finalAmount: bigint
  readonly seq: number
  readonly validUntil: number
}

/** What attestors sign about an epoch. */
export interface EpochCommitment {
  readonly epoch: number
  readonly cutoff: number
  readonly root: Hex
  readonly total: bigint
  readonly coSigned: bigint
  readonly prevRoot: Hex
  readonly dataHash: Hex
  readonly fromBlock: bigint
  readonly toBlock: bigint
  readonly eventsRoot: Hex
  readonly policyVersion: number
  readonly committeeVersion: number
}

/** A device key with the payer's PairingConsent; `device` `0x` says that the payer signs itself. */
export interface DeviceBinding {
  readonly device: Hex
  readonly validUntil: number
  readonly payerSignature: Hex
}

/** The binding of a payer who signs itself. */
export const NO_DEVICE: DeviceBinding = { device: '0x', validUntil: 0, payerSignature: '0x' }

/** What a leaf of the sum tree says. */
export interface LeafValue {
  /** Cumulative charge in micro-USDC. */
  readonly amount: bigint
  /** What of it the device signed for. */
  readonly coSigned: bigint
  readonly bytesUsed: bigint
  /** Rises with every change of the leaf: the higher of the voucher's and the carrier receipt's. */
  readonly seq: number
  readonly flags: number
  /** See `evidenceOf`. Never zero in a leaf that exists. */
  readonly evidence: Hex
}

/** Bits of `LeafValue.flags`. */
export const LEAF_FLAGS = { final: 1, carrierOnly: 2, exit: 4 } as const

/** A path to the root: bit i of `bitmap` says that the sibling of step i is not empty and is in `siblings`. */
export interface TreePath {
  readonly bitmap: bigint
  /** 48 bytes each, from below upwards: hash, total, coSigned. */
  readonly siblings: Hex
}

/** A leaf with its path. */
export interface LeafProof extends LeafValue, TreePath {}

/** A node of the sum tree. The empty one is all zero. */
export interface SumNode {
  readonly hash: Hex
  readonly total: bigint
  readonly coSigned: bigint
}

/** The node of a whole book with its path. */
export interface NodeProof extends SumNode, TreePath {}
