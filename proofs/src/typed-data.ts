import type { Address, Hex, TypedDataDefinition, TypedDataDomain } from 'viem'
import { encodeAbiParameters, hashStruct, hashTypedData, keccak256 } from 'viem'
import type {
  ActivationConsent,
  CarrierUsageReceipt,
  CloseConsent,
  EpochCommitment,
  IntentTerms,
  PairingConsent,
  ProvisioningReceipt,
  UsageVoucher,
} from './words.ts'

/** Every EIP-712 struct of GeSIM, field by field as the contracts hash them. */
export const TYPES = {
  IntentTerms: [
    { name: 'payer', type: 'address' },
    { name: 'booksHash', type: 'bytes32' },
    { name: 'planCommit', type: 'bytes32' },
    { name: 'pricePerGB', type: 'uint64' },
    { name: 'activationFee', type: 'uint64' },
    { name: 'includedBytes', type: 'uint64' },
    { name: 'blockBytes', type: 'uint64' },
    { name: 'maxDeposit', type: 'uint64' },
    { name: 'provisionBy', type: 'uint40' },
    { name: 'deadline', type: 'uint40' },
    { name: 'flags', type: 'uint32' },
    { name: 'unsignedCredit', type: 'uint64' },
    { name: 'salt', type: 'uint256' },
  ],
  ProvisioningReceipt: [
    { name: 'intentId', type: 'bytes32' },
    { name: 'book', type: 'uint32' },
    { name: 'eidCommit', type: 'bytes32' },
    { name: 'iccidCommit', type: 'bytes32' },
    { name: 'profileHash', type: 'bytes32' },
    { name: 'evidence', type: 'bytes32' },
    { name: 'installedAt', type: 'uint40' },
  ],
  ActivationConsent: [
    { name: 'intentId', type: 'bytes32' },
    { name: 'book', type: 'uint32' },
    { name: 'receiptDigest', type: 'bytes32' },
    { name: 'validUntil', type: 'uint40' },
  ],
  PairingConsent: [
    { name: 'payer', type: 'address' },
    { name: 'device', type: 'bytes' },
    { name: 'validUntil', type: 'uint40' },
  ],
  UsageVoucher: [
    { name: 'intentId', type: 'bytes32' },
    { name: 'cumBytes', type: 'uint64' },
    { name: 'cumAmount', type: 'uint64' },
    { name: 'seq', type: 'uint32' },
    { name: 'asOf', type: 'uint40' },
    { name: 'sessionRoot', type: 'bytes32' },
  ],
  CarrierUsageReceipt: [
    { name: 'intentId', type: 'bytes32' },
    { name: 'cumBytes', type: 'uint64' },
    { name: 'cumAmount', type: 'uint64' },
    { name: 'seq', type: 'uint32' },
    { name: 'asOf', type: 'uint40' },
    { name: 'cdrRoot', type: 'bytes32' },
  ],
  CloseConsent: [
    { name: 'intentId', type: 'bytes32' },
    { name: 'finalAmount', type: 'uint64' },
    { name: 'seq', type: 'uint32' },
    { name: 'validUntil', type: 'uint40' },
  ],
  EpochCommitment: [
    { name: 'epoch', type: 'uint32' },
    { name: 'cutoff', type: 'uint40' },
    { name: 'root', type: 'bytes32' },
    { name: 'total', type: 'uint64' },
    { name: 'coSigned', type: 'uint64' },
    { name: 'prevRoot', type: 'bytes32' },
    { name: 'dataHash', type: 'bytes32' },
    { name: 'fromBlock', type: 'uint64' },
    { name: 'toBlock', type: 'uint64' },
    { name: 'eventsRoot', type: 'bytes32' },
    { name: 'policyVersion', type: 'uint32' },
    { name: 'committeeVersion', type: 'uint32' },
  ],
} as const

/** The values of each struct. */
export interface Structs {
  IntentTerms: IntentTerms
  ProvisioningReceipt: ProvisioningReceipt
  ActivationConsent: ActivationConsent
  PairingConsent: PairingConsent
  UsageVoucher: UsageVoucher
  CarrierUsageReceipt: CarrierUsageReceipt
  CloseConsent: CloseConsent
  EpochCommitment: EpochCommitment
}

/** Name of a signed struct. */
export type StructName = keyof Structs

/** The one domain of GeSIM's signatures: the escrow's. */
export interface Domain extends TypedDataDomain {
  readonly name: 'GeSIM'
  readonly version: '1'
  readonly chainId: number
  readonly verifyingContract: Address
}

export function domainOf(chainId: number, escrow: Address): Domain {
  return { name: 'GeSIM', version: '1', chainId, verifyingContract: escrow }
}

/** What a wallet is asked to sign: the input of viem's `signTypedData`. */
export function typedDataOf<Name extends StructName>(name: Name, domain: Domain, message: Structs[Name]) {
  return {
    domain,
    types: { [name]: TYPES[name] } as { [Key in Name]: (typeof TYPES)[Key] },
    primaryType: name,
    message,
  }
}

/** The EIP-712 digest of a struct: what a signature is checked against. */
export function digestOf<Name extends StructName>(name: Name, domain: Domain, message: Structs[Name]): Hex {
  // viem's types tie a message to one literal name; here the name is a parameter.
  return hashTypedData(typedDataOf(name, domain, message) as unknown as TypedDataDefinition)
}

/** The id of an intent: the struct hash of its terms. The same on every chain, so the terms hold a salt. */
export function intentIdOf(terms: IntentTerms): Hex {
  return hashStruct({ types: { IntentTerms: TYPES.IntentTerms }, primaryType: 'IntentTerms', data: terms })
}

/** Hash of the list of acceptable books, in the order in which it is shown to the chain. */
export function booksHash(books: readonly number[]): Hex {
  return keccak256(encodeAbiParameters([{ type: 'uint32[]' }], [[...books]]))
}

/** Commitment to the plan: nobody reads the plan from the chain, whoever holds the salt can show it. */
export function planCommit(planId: string, salt: Hex): Hex {
  return keccak256(encodeAbiParameters([{ type: 'string' }, { type: 'bytes32' }], [planId, salt]))
}

/** Evidence behind a leaf: the digests of what was signed, 32 zero bytes where one is absent. */
export function evidenceOf(voucherDigest: Hex, carrierReceiptDigest: Hex, provisioningDigest: Hex): Hex {
  return keccak256(
    encodeAbiParameters(
      [{ type: 'bytes32' }, { type: 'bytes32' }, { type: 'bytes32' }],
      [voucherDigest, carrierReceiptDigest, provisioningDigest],
    ),
  )
}

/** 32 zero bytes. */
export const ZERO_HASH: Hex = `0x${'0'.repeat(64)}`
