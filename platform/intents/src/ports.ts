import type { Hex } from '@gesim/journey'
import type { EntitlementFacts, EntitlementProof, SignatureVerifier } from '@gesim/proofs'

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
}
