import { intentEscrowAbi } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import type { ChainLog } from '@gesim/proofs'
import { decodeEventLog } from 'viem'
import type { AttestorChain } from './ports.ts'

type ReadChain = Pick<AttestorChain, 'firstBlock' | 'hashOf' | 'logs'>

/** What the escrow's logs say about an intent. */
export interface IntentFacts {
  fundedMicros: bigint
  /** What was paid in when service began: the least that a charge was ever clamped at. */
  fundedFirstMicros: bigint
  book: number
  index: number
  activatedAt: number
  receiptDigest: Hex | null
  /** Watermark while open, final charge once closed. */
  settledMicros: bigint
  isClosed: boolean
  /** Block of the close. */
  closedInBlock: bigint | null
}

/** An own reading of the chain, in memory: built again from the escrow's first block after a restart. */
export class EscrowIndex {
  readonly #chain: ReadChain
  #facts = new Map<Hex, IntentFacts>()
  #upTo: { number: bigint; hash: Hex } | null = null

  constructor(chain: ReadChain) {
    this.#chain = chain
  }

  /** The facts as of a block. Starts anew when the chain was reorganised, or an earlier block is asked for. */
  async asOf(block: { number: bigint; hash: Hex }): Promise<ReadonlyMap<Hex, IntentFacts>> {
    const known = this.#upTo
    if (known && (known.number > block.number || (await this.#chain.hashOf(known.number)) !== known.hash)) {
      this.#facts = new Map()
      this.#upTo = null
    }
    const from = this.#upTo ? this.#upTo.number + 1n : this.#chain.firstBlock
    for (const log of await this.#chain.logs(from, block.number)) this.#take(log)
    this.#upTo = { number: block.number, hash: block.hash }
    return this.#facts
  }

  #take(log: ChainLog): void {
    const event = decodeEventLog({
      abi: intentEscrowAbi,
      topics: log.topics as [Hex, ...Hex[]],
      data: log.data,
      strict: true,
    })
    if (!('intentId' in event.args)) return
    const id = event.args.intentId.toLowerCase() as Hex
    const facts = this.#facts.get(id) ?? {
      fundedMicros: 0n,
      fundedFirstMicros: 0n,
      book: 0,
      index: 0,
      activatedAt: 0,
      receiptDigest: null,
      settledMicros: 0n,
      isClosed: false,
      closedInBlock: null,
    }
    if (event.eventName === 'IntentFunded') facts.fundedMicros = event.args.funded
    if (event.eventName === 'IntentActivated') {
      facts.book = event.args.book
      facts.index = event.args.index
      facts.activatedAt = event.args.activatedAt
      facts.fundedFirstMicros = facts.fundedMicros
      facts.receiptDigest = event.args.receiptDigest.toLowerCase() as Hex
    }
    if (event.eventName === 'VoucherReleased') facts.settledMicros = event.args.watermark
    if (event.eventName === 'IntentClosed') {
      facts.settledMicros = event.args.charged
      facts.isClosed = true
      facts.closedInBlock = log.blockNumber
    }
    this.#facts.set(id, facts)
  }
}
