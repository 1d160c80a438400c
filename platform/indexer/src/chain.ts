import { unreachable } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { createPublicClient, http } from 'viem'
import type { Block, Chain, RawLog } from './ports.ts'

/** The chain through its JSON-RPC. Every failure to answer is `indexer.no-chain`. */
export function rpcChain(rpcUrl: string): Chain {
  const client = createPublicClient({
    transport: http(rpcUrl, { retryCount: 1, timeout: 15_000, batch: { batchSize: 100, wait: 0 } }),
    cacheTime: 0,
  })

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question()
    } catch (cause) {
      const why = (cause as { shortMessage?: string }).shortMessage ?? 'no answer'
      throw unreachable('indexer.no-chain', { why: why.slice(0, 200) }, cause)
    }
  }

  async function block(which: bigint | 'latest' | 'finalized'): Promise<Block | undefined> {
    return await ask(async () => {
      try {
        const found = await client.getBlock(
          typeof which === 'bigint' ? { blockNumber: which } : { blockTag: which },
        )
        return {
          number: found.number!,
          hash: found.hash!,
          parent: found.parentHash,
          at: Number(found.timestamp),
        }
      } catch (error) {
        if ((error as Error).name === 'BlockNotFoundError') return undefined
        throw error
      }
    })
  }

  return {
    chainId: () => ask(() => client.getChainId()),
    block,
    logs: (addresses, from, to) =>
      ask(async () => {
        const found = await client.getLogs({ address: [...addresses], fromBlock: from, toBlock: to })
        return found.map(
          (log): RawLog => ({
            address: log.address.toLowerCase() as Hex,
            topics: log.topics,
            data: log.data,
            block: log.blockNumber,
            blockHash: log.blockHash,
            txHash: log.transactionHash,
            logIndex: log.logIndex,
          }),
        )
      }),
    gasUsed: (txHash) => ask(async () => (await client.getTransactionReceipt({ hash: txHash })).gasUsed),
  }
}
