import type { VoucherSigner } from '@gesim/contracts/reading'
import type { Hex } from '@gesim/journey'

/** What metering needs to know of keys; `chain.ts` asks the chain, a test says it itself. */
export interface Keys {
  /** Whether the key had the role USAGE for the carrier of the book at that time. */
  isUsageKey(book: number, key: Hex, at: number): Promise<boolean>
  /**
   * Whether the signature over the digest is one of the signer: ERC-7913 bytes, so 20 bytes are an address (a key's,
   * or an account that answers ERC-1271), more are a verifier's address followed by a key.
   */
  signedBy(signer: Hex, digest: Hex, signature: Hex): Promise<boolean>
  /** Whether vouchers of this signer count for an intent of the payer that was activated then. */
  voucherSigner(payer: Hex, signer: Hex, activatedAt: number): Promise<VoucherSigner>
  /** Whether the payer's account signed this pairing consent. */
  pairingConsented(
    payer: Hex,
    binding: { device: Hex; validUntil: number; payerSignature: Hex },
  ): Promise<boolean>
}
