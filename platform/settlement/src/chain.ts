import { unreachable } from '@gesim/base'
import { attestorRegistryAbi, intentEscrowAbi, settlementAbi } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import type { ChainLog } from '@gesim/proofs'
import type { ChainSettings } from '@gesim/store'
import { createPublicClient, http } from 'viem'
import type { BlockRef, ChainView, Parameters } from './ports.ts'

/** Blocks asked for at once; public nodes refuse more. */
const LOGS_SPAN = 5_000n
/** Blocks stepped back one by one before searching: right after an epoch's end the block is that near. */
const STEPS_BACK = 8

/** The chain as settlement reads it. It sends nothing: only the relayer does. */
export function chainView(chain: ChainSettings): ChainView {
  const client = createPublicClient({ transport: http(chain.rpcUrl, { timeout: 5_000 }), cacheTime: 0 })
  const { escrow, settlement, attestorRegistry } = chain.addresses
  const asked = async <T>(question: Promise<T>): Promise<T> => {
    try {
      return await question
    } catch (cause) {
      throw unreachable('settlement.chain-unreachable', {}, cause)
    }
  }
  const read = { abi: settlementAbi, address: settlement } as const
  let constants: Promise<Parameters> | undefined

  async function block(number?: bigint): Promise<BlockRef> {
    const found = await asked(client.getBlock(number === undefined ? {} : { blockNumber: number }))
    return { number: found.number!, hash: found.hash!, timestamp: Number(found.timestamp) }
  }

  return {
    escrow,
    firstBlock: BigInt(chain.addresses.fromBlock),
    parameters() {
      constants ??= asked(client.readContract({ ...read, functionName: 'parameters' })).catch((error) => {
        constants = undefined
        throw error
      })
      return constants
    },
    head: () => block(),
    async lastBlockBefore(seconds) {
      let after = await block()
      if (after.timestamp < seconds) return null
      for (let step = 0; step < STEPS_BACK && after.number > 0n; step++) {
        const earlier = await block(after.number - 1n)
        if (earlier.timestamp < seconds) return earlier
        after = earlier
      }
      let low = await block(0n)
      if (low.timestamp >= seconds) return null
      while (after.number - low.number > 1n) {
        const middle = await block((after.number + low.number) / 2n)
        if (middle.timestamp < seconds) low = middle
        else after = middle
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
        all.push(
          ...found.map((log) => ({
            address: log.address,
            blockNumber: log.blockNumber,
            logIndex: log.logIndex,
            topics: log.topics as readonly Hex[],
            data: log.data,
          })),
        )
      }
      return all
    },
    async latestRoot() {
      const epoch = await asked(client.readContract({ ...read, functionName: 'latest' }))
      if (epoch === 0) return null
      const record = await asked(client.readContract({ ...read, functionName: 'epochOf', args: [epoch] }))
      return { epoch, root: record.root }
    },
    async committeeAt(cutoff) {
      const registry = { abi: attestorRegistryAbi, address: attestorRegistry } as const
      const version = await asked(
        client.readContract({ ...registry, functionName: 'committeeVersionAt', args: [cutoff] }),
      )
      if (version === 0) return { version, members: [] }
      const [attestors, weights] = await asked(
        client.readContract({ ...registry, functionName: 'committeeOf', args: [version] }),
      )
      return {
        version,
        members: attestors.map((attestor, i) => ({
          attestor: attestor.toLowerCase() as Hex,
          weight: weights[i]!,
        })),
      }
    },
    isFinal: (epoch, book) =>
      asked(client.readContract({ ...read, functionName: 'isFinal', args: [epoch, book] })),
    async claimBasis(epoch, book) {
      const [[, coSignedFinal, totalFinal], record] = await Promise.all([
        asked(client.readContract({ ...read, functionName: 'claimBasis', args: [epoch, book] })),
        asked(
          client.readContract({
            abi: intentEscrowAbi,
            address: escrow,
            functionName: 'bookOf',
            args: [book],
          }),
        ),
      ])
      return {
        coSignedFinal,
        totalFinal,
        claimedMicros: record.claimed,
        claimedEpoch: record.claimedEpoch,
      }
    },
  }
}
