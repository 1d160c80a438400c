import type { EpochReading } from '@gesim/contracts/reading'
import type { Hex } from '@gesim/journey'

/** The settlement's constants, as the chain has them. Times in seconds. */
export interface Parameters {
  readonly epochSeconds: number
  readonly postingSeconds: number
  readonly slowSeconds: number
  readonly quorumBps: number
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
export interface ChainView extends EpochReading {
  parameters(): Promise<Parameters>
  committeeAt(cutoff: number): Promise<Committee>
  isFinal(epoch: number, book: number): Promise<boolean>
  /** Whether the demand of this id waits for an answer. */
  isOpenDemand(demandId: Hex): Promise<boolean>
  claimBasis(epoch: number, book: number): Promise<ClaimBasis>
}
