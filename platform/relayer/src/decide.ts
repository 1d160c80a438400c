import type { Receipt } from './chain.ts'

/** What is known of a transaction that has been signed. */
export interface Sight {
  readonly state: 'signed' | 'sent' | 'mined'
  readonly nonce: bigint
  /** Receipt of one of its signed forms, read AFTER the counts. */
  readonly receipt: Receipt | null
  /** The sender's transactions in finalized blocks. */
  readonly finalizedCount: bigint
  readonly finalizedBlock: bigint
  /** Where it was mined when we last looked. */
  readonly minedBlockHash: string | null
  readonly sentForMs: number
  readonly bumpAfterMs: number
}

/**
 * send: give it to the chain (again). mine: note its receipt. finish: it can no longer be undone. bump: offer more for
 * it. release: another transaction has its nonce for good, so it was never mined and never will be. wait: nothing.
 */
export type Step = 'send' | 'mine' | 'finish' | 'bump' | 'release' | 'wait'

/** The next step of a signed transaction. Pure: called on every look, from the same table after any crash. */
export function decideStep(sight: Sight): Step {
  const { receipt } = sight
  if (receipt) {
    if (sight.state !== 'mined' || sight.minedBlockHash !== receipt.blockHash) return 'mine'
    return receipt.block <= sight.finalizedBlock ? 'finish' : 'wait'
  }
  // Only a finalized count says that the nonce is gone: after a reorganisation a signed form could return.
  if (sight.finalizedCount > sight.nonce) return 'release'
  if (sight.state === 'signed') return 'send'
  // It was mined and a reorganisation took it away.
  if (sight.state === 'mined') return 'send'
  return sight.sentForMs >= sight.bumpAfterMs ? 'bump' : 'wait'
}

interface Offer {
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
}

/** A raised offer stays below so many times the market's, and some more where the market asks almost nothing. */
const MOST_TIMES_MARKET = 5n
const MOST_BESIDE = 100_000_000n

/**
 * A replacement must offer at least a tenth more, or nodes refuse it. Null where the offer is far above the market
 * already: then the fee is not what keeps it, and a chain that stood still for an hour would take the whole purse.
 */
export function bumpedFees(offered: Offer, market: Offer): Offer | null {
  const more = (fee: bigint) => fee + fee / 4n + 1n
  const most = (a: bigint, b: bigint) => (a > b ? a : b)
  const maxPriorityFeePerGas = most(more(offered.maxPriorityFeePerGas), market.maxPriorityFeePerGas)
  const maxFeePerGas = most(more(offered.maxFeePerGas), market.maxFeePerGas)
  const cap = (fee: bigint) => fee * MOST_TIMES_MARKET + MOST_BESIDE
  if (
    maxPriorityFeePerGas > cap(market.maxPriorityFeePerGas) ||
    maxFeePerGas > cap(most(market.maxFeePerGas, market.maxPriorityFeePerGas))
  )
    return null
  return { maxPriorityFeePerGas, maxFeePerGas: most(maxFeePerGas, maxPriorityFeePerGas) }
}

const FIRST_WAIT_MS = 500
const MOST_WAIT_MS = 10_000

/** Wait before a call that reverts for the time being is tried again. */
export function retryAfterMs(tries: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** Math.min(tries, 10), MOST_WAIT_MS)
}
