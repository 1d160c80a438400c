import type { Hex } from '@gesim/journey'
import type { ChainLog, SignatureVerifier } from '@gesim/proofs'
import type { EpochInputs } from '@gesim/wire'

export interface BlockRef {
  readonly number: bigint
  readonly hash: Hex
}

/** What an attestor asks its own chain node. Every method throws `attestor.chain-unreachable`. */
export interface AttestorChain {
  readonly escrow: Hex
  readonly firstBlock: bigint
  epochSeconds(): Promise<number>
  /** The last block before a time; null while the chain's head is not past it. */
  lastBlockBefore(seconds: number): Promise<BlockRef | null>
  hashOf(block: bigint): Promise<Hex | null>
  logs(fromBlock: bigint, toBlock: bigint): Promise<readonly ChainLog[]>
  latestRoot(): Promise<{ epoch: number; root: Hex } | null>
  committeeVersionAt(cutoff: number): Promise<number>
  weightOf(committeeVersion: number, attestor: Hex): Promise<bigint>
  isUsageKey(book: number, key: Hex, at: number): Promise<boolean>
  readonly verify: SignatureVerifier
}

/** What an attestor asks of the operator's node, and gives it. Every method throws `attestor.node-unreachable`. */
export interface EpochSource {
  /** Epochs that wait for signatures, oldest first. */
  collecting(): Promise<readonly number[]>
  /** Null when the node knows no such epoch. */
  inputs(epoch: number): Promise<EpochInputs | null>
  attest(epoch: number, attestor: Hex, signature: Hex): Promise<void>
}
