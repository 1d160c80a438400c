import type { Address, Hex, TypedDataDefinition, TypedDataDomain } from 'viem'
import { hashTypedData, stringToHex } from 'viem'
import { type TermsJson, termsFromJson, termsToJson } from '../json.ts'
import type { IntentTerms } from '../words.ts'

/**
 * What a traveller signs to show a carrier that the account holds an active entitlement there, and nothing else. All of it
 * is the carrier's question, so a signature answers one question of one carrier, once.
 */
export const ENTITLEMENT_FIELDS = [
  { name: 'carrierId', type: 'uint32' },
  { name: 'carrier', type: 'address' },
  { name: 'account', type: 'address' },
  { name: 'nonce', type: 'bytes32' },
  { name: 'issuedAt', type: 'uint40' },
  { name: 'expiresAt', type: 'uint40' },
  { name: 'purpose', type: 'string' },
] as const

/** The question of a carrier: who asks, of whom, what for, and until when. Times are seconds since 1970. */
export interface EntitlementQuestion {
  /** The carrier's number in the CarrierRegistry. */
  readonly carrierId: number
  /** The carrier's admin in the CarrierRegistry when it asked. */
  readonly carrier: Address
  readonly account: Address
  readonly nonce: Hex
  readonly issuedAt: number
  readonly expiresAt: number
  /** What the carrier says it is for. */
  readonly purpose: string
}

/** The domain of these statements: the identity's, so that no consent for the escrow can be taken for one. */
export interface EntitlementDomain extends TypedDataDomain {
  readonly name: 'GeSIM Identity'
  readonly version: '1'
  readonly chainId: number
  readonly verifyingContract: Address
}

/** An answered question, as a carrier is given it. */
export interface EntitlementProof {
  readonly domain: EntitlementDomain
  readonly question: EntitlementQuestion
  readonly signature: Hex
  /** The purchase that entitles. Its hash is the intent id on the chain; it names the account as the payer. */
  readonly terms: IntentTerms
}

/** The longest that a question may be open: after that nobody knows whether the traveller still means it. */
export const MOST_OPEN_SECONDS = 900

/** The longest purpose in characters: it is read before anything is signed. */
export const MOST_PURPOSE = 140

export function entitlementDomain(chainId: number, identity: Address): EntitlementDomain {
  return { name: 'GeSIM Identity', version: '1', chainId, verifyingContract: identity }
}

/** What the wallet is asked to sign: the input of viem's `signTypedData`. */
export function entitlementTypedData(domain: EntitlementDomain, question: EntitlementQuestion) {
  return {
    domain,
    types: { EntitlementQuestion: ENTITLEMENT_FIELDS },
    primaryType: 'EntitlementQuestion' as const,
    message: question,
  }
}

/** The EIP-712 digest: what the account's signature is checked against. */
export function entitlementDigest(domain: EntitlementDomain, question: EntitlementQuestion): Hex {
  return hashTypedData(entitlementTypedData(domain, question) as unknown as TypedDataDefinition)
}

/** Whether two questions are the same, whatever the case of their hex. */
export function isSameQuestion(a: EntitlementQuestion, b: EntitlementQuestion): boolean {
  return ENTITLEMENT_FIELDS.every(({ name, type }) =>
    type === 'string' ? a[name] === b[name] : String(a[name]).toLowerCase() === String(b[name]).toLowerCase(),
  )
}

/**
 * Whether a purpose may be shown: one line without signs that are not seen or that turn the order of others, which could
 * make a reader sign for something else than they read.
 */
export function isPlainPurpose(purpose: string): boolean {
  return (
    purpose.trim() === purpose &&
    purpose.length > 0 &&
    purpose.length <= MOST_PURPOSE &&
    stringToHex(purpose).length <= 2 + 2 * 4 * MOST_PURPOSE &&
    !/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u.test(purpose)
  )
}

/** A proof as it travels: to a carrier, in a file. */
export type EntitlementProofJson = Omit<EntitlementProof, 'terms'> & { readonly terms: TermsJson }

export function entitlementProofToJson(proof: EntitlementProof): EntitlementProofJson {
  return { ...proof, terms: termsToJson(proof.terms) }
}

export function entitlementProofFromJson(json: EntitlementProofJson): EntitlementProof {
  return { ...json, terms: termsFromJson(json.terms) }
}
