import type { EpochReading } from '@gesim/contracts/reading'
import type { Hex } from '@gesim/journey'
import type { EpochCommitment, NodeProof } from '@gesim/proofs'
import type { EpochInputs } from '@gesim/wire'
import type { Signed } from './decide.ts'

export interface PostedRoot {
  readonly root: Hex
  readonly total: bigint
  readonly coSigned: bigint
  readonly postedAt: number
  /** Signed weight in basis points; more than all of it once the root was taken back. */
  readonly weight: number
}

export interface ProvenFault {
  /** Selector of the proof; four zero bytes when there is none. */
  readonly code: Hex
  readonly bps: number
  readonly challenger: Hex
}

/** A call that the watcher would have sent. */
export interface Call {
  readonly contract: 'payOnUsage' | 'attestorRegistry' | 'usdc'
  readonly data: Hex
}

export type SignedCommitment = Signed<EpochCommitment>

/** What a watcher asks its chain node. Every method throws `watcher.chain-unreachable`. */
export interface WatchChain extends EpochReading {
  parameters(): Promise<{ readonly epochSeconds: number; readonly slowSeconds: number }>
  /** The root that the chain keeps for an epoch; null when it keeps none, or has taken it back. */
  rootOf(epoch: number): Promise<PostedRoot | null>
  /** First epoch that does not count for the book; 0 when it is not frozen. */
  frozenFrom(book: number): Promise<number>
  faultOf(epoch: number, root: Hex): Promise<ProvenFault>
  /** Who signed what for an epoch, as the transactions that brought it show. */
  signedOf(epoch: number): Promise<readonly SignedCommitment[]>
  /** Stake that a slash could take from an address; nothing of one that is no attestor. */
  slashableOf(attestor: Hex): Promise<bigint>
  /** Devices that the payer bound on chain before a time. */
  boundDevices(payer: Hex, before: number): Promise<readonly Hex[]>
  wasUsageKey(book: number, key: Hex): Promise<boolean>
  isOpenDemand(demandId: Hex): Promise<boolean>
  /** What a challenger has at PayOnUsage, at the registry of attestors, in USDC, and lets PayOnUsage take. */
  purseOf(challenger: Hex): Promise<{
    readonly owedMicros: bigint
    readonly rewardMicros: bigint
    readonly usdcMicros: bigint
    readonly allowedMicros: bigint
  }>
  /** What slashes have set aside for a book. */
  restitutionOf(book: number): Promise<bigint>
  /** Makes the call without sending it: null when the chain would take it, else why not. */
  refusalOf(call: Call, from: Hex): Promise<string | null>
}

/** A node that publishes trees. Nothing that it answers is believed. Every method throws `watcher.source-unreachable`. */
export interface TreeSource {
  readonly name: string
  /** The leaves of an epoch with what was signed behind them; null when it serves none. */
  inputs(epoch: number): Promise<EpochInputs | null>
  /** A node of an epoch's tree with its path and what it hashes; null when it serves none. */
  opening(epoch: number, level: number, place: number): Promise<Opening | null>
  /** What attestors signed for the epoch, as this node has it. */
  signedOf(epoch: number): Promise<readonly SignedCommitment[]>
}

/** A node of a tree with its path to the root, and the bytes that hash to it: 96, of a leaf 128. */
export type Opening = NodeProof & { readonly children: Hex }
