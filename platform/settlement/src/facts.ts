import { intentEscrowAbi } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import type { ChainLog } from '@gesim/proofs'
import { decodeEventLog } from 'viem'

/** What an escrow log changes about an intent. `undefined` fields stay as they are. */
export interface Fact {
  readonly intentId: Hex
  readonly state?: 'held' | 'open' | 'exiting' | 'closed' | 'refunded'
  readonly fundedMicros?: bigint
  readonly book?: number
  readonly index?: number
  readonly activatedAt?: number
  readonly settledMicros?: bigint
}

/** Reads one log of the escrow, or null for those that change nothing here. */
function factOf(log: ChainLog): Fact | null {
  const event = decodeEventLog({
    abi: intentEscrowAbi,
    topics: log.topics as [Hex, ...Hex[]],
    data: log.data,
    strict: true,
  })
  switch (event.eventName) {
    case 'IntentFunded':
      return { intentId: id(event.args.intentId), fundedMicros: event.args.funded }
    case 'IntentActivated':
      return {
        intentId: id(event.args.intentId),
        state: 'open',
        book: event.args.book,
        index: event.args.index,
        activatedAt: event.args.activatedAt,
      }
    case 'IntentRefunded':
      return { intentId: id(event.args.intentId), state: 'refunded' }
    case 'VoucherReleased':
      return { intentId: id(event.args.intentId), settledMicros: event.args.watermark }
    case 'ExitRequested':
      return { intentId: id(event.args.intentId), state: 'exiting' }
    case 'ExitCancelled':
      return { intentId: id(event.args.intentId), state: 'open' }
    case 'IntentClosed':
      return { intentId: id(event.args.intentId), state: 'closed', settledMicros: event.args.charged }
    default:
      return null
  }
}

function id(intentId: Hex): Hex {
  return intentId.toLowerCase() as Hex
}

/** The facts of many logs, one an intent: later logs win field by field. */
export function foldFacts(logs: readonly ChainLog[]): Fact[] {
  const facts = new Map<Hex, Fact>()
  for (const log of logs) {
    const fact = factOf(log)
    if (fact) facts.set(fact.intentId, { ...facts.get(fact.intentId), ...fact })
  }
  return [...facts.values()]
}
