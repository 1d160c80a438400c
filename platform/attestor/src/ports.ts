import type { EpochReading, VoucherSigner } from '@gesim/contracts/reading'
import type { Hex } from '@gesim/journey'
import type { SignatureVerifier } from '@gesim/proofs'
import type { EpochInputs } from '@gesim/wire'

/** What an attestor asks its own chain node. Every method throws `attestor.chain-unreachable`. */
export interface AttestorChain extends Omit<EpochReading, 'head'> {
  epochSeconds(): Promise<number>
  committeeVersionAt(cutoff: number): Promise<number>
  weightOf(committeeVersion: number, attestor: Hex): Promise<bigint>
  /**
   * Whether the key was ever one of the book's carrier for usage. When it was is metering's question: what a key signed
   * stays signed when it is revoked (as PayOnUsage has it), or a carrier could stop all roots by revoking one.
   */
  wasUsageKey(book: number, key: Hex): Promise<boolean>
  /** Signed weight from which a root has a quorum, in basis points. */
  quorumBps(): Promise<number>
  /** Whether vouchers of this signer count for an intent of the payer that was activated then. */
  voucherSigner(payer: Hex, signer: Hex, activatedAt: number): Promise<VoucherSigner>
  readonly verify: SignatureVerifier
}

/** What an attestor asks of the operator's node, and gives it. Every method throws `attestor.node-unreachable`. */
export interface EpochSource {
  /** Epochs that are not final and lack a signature, oldest first: on chain or not, one more may make the quorum. */
  unsigned(): Promise<readonly number[]>
  /** Null when the node knows no such epoch. */
  inputs(epoch: number): Promise<EpochInputs | null>
  attest(epoch: number, attestor: Hex, signature: Hex): Promise<void>
}
