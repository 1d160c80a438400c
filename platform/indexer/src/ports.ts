import type { Hex } from '@gesim/journey'

/** A block's header, as far as the indexer cares. */
export interface Block {
  readonly number: bigint
  readonly hash: Hex
  readonly parent: Hex
  /** Seconds since 1970. */
  readonly at: number
}

/** A log as the chain gives it. */
export interface RawLog {
  readonly address: Hex
  readonly topics: readonly Hex[]
  readonly data: Hex
  readonly block: bigint
  readonly blockHash: Hex
  readonly txHash: Hex
  readonly logIndex: number
}

/** What the indexer asks of a chain. */
export interface Chain {
  chainId(): Promise<number>
  /** Undefined when there is no such block (yet, or any more). */
  block(which: bigint | 'latest' | 'finalized'): Promise<Block | undefined>
  logs(addresses: readonly Hex[], from: bigint, to: bigint): Promise<RawLog[]>
  gasUsed(txHash: Hex): Promise<bigint>
}
