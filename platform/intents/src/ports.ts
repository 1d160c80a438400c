import type { Hex } from '@gesim/journey'
import type { SignatureVerifier } from '@gesim/proofs'

/** What the Intent Manager asks of the chain. */
export interface IntentsChain {
  /** Whether the account holds a soulbound token that was not revoked. */
  isEntitled(account: Hex): Promise<boolean>
  /** Whether a signature over a digest is the account's (ERC-1271, ERC-6492) or the key's. */
  readonly verify: SignatureVerifier
}
