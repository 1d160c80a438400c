import { unreachable } from '@gesim/base'
import { attestorRegistryAbi, carrierRegistryAbi, settlementAbi } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import { type ChainLog, chainVerifier } from '@gesim/proofs'
import type { ChainSettings } from '@gesim/store'
import { createPublicClient, http } from 'viem'
import type { AttestorChain } from './ports.ts'

const USAGE = 2
/** Blocks asked for at once; public nodes refuse more. */
const LOGS_SPAN = 5_000n

/** The attestor's own chain node. Its RPC address must be its own: an attestor that reads the operator's attests nothing. */
export function attestorChain(chain: ChainSettings): AttestorChain {
  const client = createPublicClient({ transport: http(chain.rpcUrl, { timeout: 5_000 }), cacheTime: 0 })
  const { escrow, settlement, attestorRegistry, carrierRegistry } = chain.addresses
  const read = { abi: settlementAbi, address: settlement } as const
  const registry = { abi: attestorRegistryAbi, address: attestorRegistry } as const
  const verify = chainVerifier(client)
  const asked = async <T>(question: Promise<T>): Promise<T> => {
    try {
      return await question
    } catch (cause) {
      throw unreachable('attestor.chain-unreachable', {}, cause)
    }
  }
  const block = async (number?: bigint) => {
    const found = await asked(client.getBlock(number === undefined ? {} : { blockNumber: number }))
    return { number: found.number!, hash: found.hash!, timestamp: Number(found.timestamp) }
  }
  return {
    escrow,
    firstBlock: BigInt(chain.addresses.fromBlock),
    async epochSeconds() {
      return (await asked(client.readContract({ ...read, functionName: 'parameters' }))).epochSeconds
    },
    async lastBlockBefore(seconds) {
      let high = await block()
      if (high.timestamp < seconds) return null
      let low = await block(0n)
      if (low.timestamp >= seconds) return null
      // Steps that double backwards find a near block at once, halving finds any.
      for (let step = 1n; high.number > step; step *= 2n) {
        const earlier = await block(high.number - step)
        if (earlier.timestamp < seconds) {
          low = earlier
          break
        }
        high = earlier
      }
      while (high.number - low.number > 1n) {
        const middle = await block((high.number + low.number) / 2n)
        if (middle.timestamp < seconds) low = middle
        else high = middle
      }
      return low
    },
    async hashOf(number) {
      const head = await block()
      return number > head.number ? null : (await block(number)).hash
    },
    async logs(fromBlock, toBlock) {
      const all: ChainLog[] = []
      for (let from = fromBlock; from <= toBlock; from += LOGS_SPAN) {
        const to = from + LOGS_SPAN - 1n < toBlock ? from + LOGS_SPAN - 1n : toBlock
        const found = await asked(client.getLogs({ address: escrow, fromBlock: from, toBlock: to }))
        for (const { address, blockNumber, logIndex, topics, data } of found)
          all.push({ address, blockNumber, logIndex, topics: topics as readonly Hex[], data })
      }
      return all
    },
    async latestRoot() {
      const epoch = await asked(client.readContract({ ...read, functionName: 'latest' }))
      if (epoch === 0) return null
      const record = await asked(client.readContract({ ...read, functionName: 'epochOf', args: [epoch] }))
      return { epoch, root: record.root }
    },
    committeeVersionAt: (cutoff) =>
      asked(client.readContract({ ...registry, functionName: 'committeeVersionAt', args: [cutoff] })),
    weightOf: (version, attestor) =>
      asked(client.readContract({ ...registry, functionName: 'weightOf', args: [version, attestor] })),
    isUsageKey: (book, key, at) =>
      asked(
        client.readContract({
          abi: carrierRegistryAbi,
          address: carrierRegistry,
          functionName: 'isBookKey',
          args: [book, USAGE, key, at],
        }),
      ),
    verify: (signer, digest, signature) => asked(verify(signer, digest, signature)),
  }
}
