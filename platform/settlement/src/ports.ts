import type { Hex } from '@gesim/journey'
import type { ChainLog } from '@gesim/proofs'

/** The settlement's constants, as the chain has them. Times in seconds. */
export interface Parameters {
  readonly epochSeconds: number
  readonly postingSeconds: number
  readonly slowSeconds: number
  readonly quorumBps: number
}

export interface BlockRef {
  readonly number: bigint
  readonly hash: Hex
  readonly timestamp: number
}

/** The newest root on chain that was not voided. */
export interface LatestRoot {
  readonly epoch: number
  readonly root: Hex
}

export interface Committee {
  readonly version: number
  readonly members: readonly { readonly attestor: Hex; readonly weight: bigint }[]
}

/** What a claim of a book can rest on now. */
export interface ClaimBasis {
  readonly coSignedFinal: boolean
  readonly totalFinal: boolean
  /** Gross amount that the book has claimed so far, and the epoch it claimed from last. */
  readonly claimedMicros: bigint
  readonly claimedEpoch: number
}

/** What settlement asks of the chain. Every method throws `settlement.chain-unreachable` when there is no answer. */
export interface ChainView {
  readonly escrow: Hex
  /** Block in which the escrow was deployed. */
  readonly firstBlock: bigint
  parameters(): Promise<Parameters>
  head(): Promise<BlockRef>
  /** The last block whose timestamp is before the time; null while the chain's head is not past it. */
  lastBlockBefore(seconds: number): Promise<BlockRef | null>
  hashOf(block: bigint): Promise<Hex | null>
  /** The escrow's logs in the blocks, both inclusive, in order. */
  logs(fromBlock: bigint, toBlock: bigint): Promise<readonly ChainLog[]>
  latestRoot(): Promise<LatestRoot | null>
  committeeAt(cutoff: number): Promise<Committee>
  isFinal(epoch: number, book: number): Promise<boolean>
  claimBasis(epoch: number, book: number): Promise<ClaimBasis>
}
