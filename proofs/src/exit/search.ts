import { unreachable } from '@gesim/base'
import { intentEscrowAbi, payOnUsageAbi } from '@gesim/contracts'
import { type Address, getAbiItem, type Hex } from 'viem'
import type { ExitChain } from './chain.ts'
import type { Demand } from './standing.ts'

/** Asked for at first; a node that allows less is asked for less, one that allows more soon for more. */
const FIRST_SPAN = 10_000n
const MOST_SPAN = 100_000n

/** A demand for a leaf, by whomever. */
export interface MadeDemand {
  readonly id: Hex
  readonly intentId: Hex
  readonly demand: Demand
}

/** What the chain's logs say of a payer. */
export interface Found {
  /** Intents that the payer created, with the transactions that hold their terms. */
  readonly created: readonly { readonly intentId: Hex; readonly txHash: Hex }[]
  readonly demands: readonly MadeDemand[]
  /** Leaves that were shown, with the transactions that hold them. */
  readonly shown: readonly { readonly intentId: Hex; readonly txHash: Hex }[]
  /** The last block that was read. */
  readonly readTo: bigint
}

export interface SearchOptions {
  /** How much of the chain has been read, from 0 to 1. */
  readonly onProgress?: (share: number) => void
  readonly signal?: AbortSignal
  /** Goes on after what was found before. */
  readonly after?: Found
}

/** Read once more when a search goes on: the newest blocks may have been replaced. */
const OVERLAP = 20n

/**
 * Reads the logs from the escrow's first block to the head, in spans that the node allows. Throws
 * `proofs.exit-rpc-silent`, and `proofs.exit-rpc-no-logs` when not even one block's logs are answered.
 */
export async function searchChain(
  { client, network, asked }: ExitChain,
  payer: Address,
  { onProgress, signal, after }: SearchOptions = {},
): Promise<Found> {
  const created = [...(after?.created ?? [])]
  const demands = [...(after?.demands ?? [])]
  const shown = [...(after?.shown ?? [])]
  const head = await asked(client.getBlockNumber())
  const first = after && after.readTo > OVERLAP ? after.readTo - OVERLAP : BigInt(network.fromBlock)
  let span = FIRST_SPAN
  let most = MOST_SPAN
  for (let from = first; from <= head; ) {
    signal?.throwIfAborted()
    const to = from + span - 1n < head ? from + span - 1n : head
    const range = { fromBlock: from, toBlock: to }
    try {
      const [ofPayer, ofDemands] = await Promise.all([
        client.getLogs({
          address: network.addresses.escrow,
          event: getAbiItem({ abi: intentEscrowAbi, name: 'IntentCreated' }),
          args: { payer },
          ...range,
        }),
        client.getLogs({
          address: network.addresses.payOnUsage,
          events: [
            getAbiItem({ abi: payOnUsageAbi, name: 'Demanded' }),
            getAbiItem({ abi: payOnUsageAbi, name: 'DataShown' }),
          ],
          ...range,
        }),
      ])
      for (const { args, transactionHash } of ofPayer)
        if (args.intentId && args.payer?.toLowerCase() === payer.toLowerCase())
          created.push({ intentId: args.intentId, txHash: transactionHash })
      for (const log of ofDemands) {
        if (log.eventName === 'DataShown' && log.args.intentId)
          shown.push({ intentId: log.args.intentId, txHash: log.transactionHash })
        if (log.eventName === 'Demanded' && log.args.id && log.args.intentId && log.args.demand)
          demands.push({ id: log.args.id, intentId: log.args.intentId, demand: log.args.demand })
      }
    } catch (cause) {
      // A node that is away must not be taken for one that wants fewer blocks.
      await asked(client.getBlockNumber())
      if (span === 1n) throw unreachable('proofs.exit-rpc-no-logs', { block: from }, cause)
      most = span / 2n
      span = most
      continue
    }
    from = to + 1n
    span = span * 2n < most ? span * 2n : most
    onProgress?.(Number(from - first) / Number(head - first + 1n))
  }
  return { created, demands, shown, readTo: head }
}
