import { unreachable } from '@gesim/base'
import { intentEscrowAbi } from '@gesim/contracts'
import { openChain } from '@gesim/contracts/reading'

type Hex = `0x${string}`

/** `IntentState` of the escrow. */
export const INTENT_STATE = { held: 2, open: 3 } as const

interface Activation {
  readonly intentId: Hex
  readonly book: number
  readonly receiptDigest: Hex
  readonly activatedAt: number
}

/** The chain, as the carrier reads it: it believes nobody else about money. */
export interface Chain {
  intent(intentId: Hex): Promise<{ state: number; funded: bigint; book: number }>
  /** Activations of the book after a block, and the block up to which was searched. */
  activationsAfter(block: number, book: number): Promise<{ activations: Activation[]; block: number }>
}

/** Nodes refuse searches over too many blocks. */
const MOST_BLOCKS = 2000n

export function chainReader(rpcUrl: string, escrow: Hex): Chain {
  const { client, asked } = openChain(rpcUrl, (cause) => unreachable('carrier.chain-unreachable', {}, cause))
  return {
    async intent(intentId) {
      const { state, funded, book } = await asked(
        client.readContract({
          abi: intentEscrowAbi,
          address: escrow,
          functionName: 'intentOf',
          args: [intentId],
        }),
      )
      return { state: Number(state), funded: BigInt(funded), book: Number(book) }
    },
    async activationsAfter(block, book) {
      const latest = await asked(client.getBlockNumber())
      const fromBlock = BigInt(block) + 1n
      if (fromBlock > latest) return { activations: [], block }
      const toBlock = latest - fromBlock < MOST_BLOCKS ? latest : fromBlock + MOST_BLOCKS
      const logs = await asked(
        client.getContractEvents({
          abi: intentEscrowAbi,
          address: escrow,
          eventName: 'IntentActivated',
          args: { book },
          fromBlock,
          toBlock,
          strict: true,
        }),
      )
      const activations = logs.map(({ args }) => ({
        intentId: args.intentId,
        book: Number(args.book),
        receiptDigest: args.receiptDigest,
        activatedAt: Number(args.activatedAt),
      }))
      return { activations, block: Number(toBlock) }
    },
  }
}
