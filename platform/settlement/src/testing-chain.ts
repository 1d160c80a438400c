import { intentEscrowAbi } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import type { ChainLog } from '@gesim/proofs'
import { encodeAbiParameters, encodeEventTopics } from 'viem'
import type { ChainView, ClaimBasis, Committee } from './ports.ts'

const ESCROW: Hex = '0x00000000000000000000000000000000000000e5'

/** A chain in memory: one block a second, the escrow's logs, and the roots that were posted. */
export class MemoryChain implements ChainView {
  readonly escrow = ESCROW
  readonly firstBlock = 0n
  readonly epochSeconds = 30
  seconds: number
  readonly #start: number
  #logs: ChainLog[] = []
  #branch = 1
  root: { epoch: number; root: Hex } | null = null
  /** Signed weight that the newest root has, in basis points. */
  weight = 10_000
  committee: Committee
  readonly final = new Set<number>()
  basis: ClaimBasis = { coSignedFinal: true, totalFinal: false, claimedMicros: 0n, claimedEpoch: 0 }

  constructor(startSeconds: number, committee: Committee) {
    this.#start = startSeconds
    this.seconds = startSeconds
    this.committee = committee
  }

  get #head(): bigint {
    return BigInt(this.seconds - this.#start)
  }

  #block(number: bigint) {
    const hash: Hex = `0x${(number + BigInt(this.#branch) * 1_000_000n).toString(16).padStart(64, '0')}`
    return { number, hash, timestamp: this.#start + Number(number) }
  }

  /** Logs an event of the escrow in the present block. */
  emit(
    eventName: 'IntentFunded' | 'IntentActivated' | 'IntentClosed' | 'VoucherReleased',
    indexed: Record<string, unknown>,
    types: readonly string[],
    values: readonly unknown[],
  ): void {
    this.#logs.push({
      address: ESCROW,
      blockNumber: this.#head,
      logIndex: this.#logs.length,
      topics: encodeEventTopics({ abi: intentEscrowAbi, eventName, args: indexed as never }) as Hex[],
      data: encodeAbiParameters(
        types.map((type) => ({ type })),
        values,
      ),
    })
  }

  /** Another branch wins: every block has another hash, and the logs are those that are kept. */
  reorganise(keep: (log: ChainLog) => boolean): void {
    this.#branch += 1
    this.#logs = this.#logs.filter(keep)
  }

  parameters = async () => ({
    epochSeconds: this.epochSeconds,
    postingSeconds: 5,
    slowSeconds: 15,
    quorumBps: 6_667,
  })
  head = async () => this.#block(this.#head)
  lastBlockBefore = async (seconds: number) =>
    this.seconds < seconds ? null : this.#block(BigInt(seconds - 1 - this.#start))
  hashOf = async (number: bigint) => (number > this.#head ? null : this.#block(number).hash)
  logs = async (from: bigint, to: bigint) =>
    this.#logs.filter((log) => log.blockNumber >= from && log.blockNumber <= to)
  latestRoot = async () => this.root
  recordOf = async (epoch: number) =>
    this.root?.epoch === epoch ? { root: this.root.root, weight: this.weight } : null
  committeeAt = async () => this.committee
  isOpenDemand = async () => true
  isFinal = async (epoch: number) => this.final.has(epoch)
  claimBasis = async () => this.basis
}
