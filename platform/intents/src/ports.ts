import type { Hex } from '@gesim/journey'
import type { EntitlementFacts, EntitlementProof, PaymentAhead, SignatureVerifier } from '@gesim/proofs'

/** What the chain says of a payment that was signed ahead. */
export interface PaymentAheadFacts {
  /** The payer has code: USDC asks it by ERC-1271, and knows no ERC-6492. */
  readonly isDeployed: boolean
  /** The payer's code accepts the signature now. */
  readonly isSigned: boolean
  /** USDC has taken the payment, or its payer has made it void. */
  readonly isUsed: boolean
  /** The escrow knows the intent. */
  readonly isPaid: boolean
  readonly balanceMicros: bigint
}

/** What the Intent Manager asks of the chain. */
export interface IntentsChain {
  /** Whether the account holds a soulbound token that was not revoked. */
  isEntitled(account: Hex): Promise<boolean>
  /** Whether a signature over a digest is the account's (ERC-1271, ERC-6492) or the key's. */
  readonly verify: SignatureVerifier
  /** The admin of a carrier of the registry; null for a number that no carrier has. */
  carrierAdmin(carrierId: number): Promise<Hex | null>
  /** What the chain says of a proof of entitlement now. */
  entitlementFacts(proof: EntitlementProof): Promise<EntitlementFacts>
  paymentAhead(payment: Omit<PaymentAhead, 'escrow'>, signature: Hex): Promise<PaymentAheadFacts>
}
