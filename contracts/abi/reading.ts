// The door for programs that read the chain: a client whose silence is the reader's own failure, and what an epoch is
// made from.
import { createPublicClient, http, type PublicClient, size } from 'viem'
import type { Addresses } from './addresses.ts'
import { payOnUsageAbi } from './generated/pay-on-usage.ts'
import { settlementAbi } from './generated/settlement.ts'

type Hex = `0x${string}`

/** An answer that takes longer is none. */
const TIMEOUT_MS = 5_000
/** Blocks asked for at once; public nodes refuse more. */
const LOGS_SPAN = 5_000n

/** A chain node that is asked by a reader with a failure of its own. */
export interface OpenChain {
  readonly client: PublicClient
  /** Waits for an answer of the client; without one, throws the reader's failure. */
  asked<T>(question: Promise<T>): Promise<T>
}

/** Opens a reader of the chain. `silent` makes the failure that the reader throws when there is no answer. */
export function openChain(rpcUrl: string, silent: (cause: unknown) => Error): OpenChain {
  return {
    // Nothing is answered from a cache: a reader acts on what it hears.
    client: createPublicClient({
      transport: http(rpcUrl, { timeout: TIMEOUT_MS, retryCount: 2 }),
      cacheTime: 0,
    }),
    async asked(question) {
      try {
        return await question
      } catch (cause) {
        throw silent(cause)
      }
    },
  }
}

export interface BlockRef {
  readonly number: bigint
  readonly hash: Hex
  readonly timestamp: number
}

export interface EscrowLog {
  readonly address: Hex
  readonly blockNumber: bigint
  readonly logIndex: number
  readonly topics: readonly Hex[]
  readonly data: Hex
}

/**
 * Whose vouchers count for an intent. `any`: of the payer and of every device that the payer paired. A payer who bound
 * devices on chain before the activation may have the records behind a leaf demanded (C2), and an answer can only show a
 * voucher that such a device signed with its own key: then `bound` is one of them, and what `another` signed counts for
 * nothing. The answer for an activation that has been never changes.
 */
export type VoucherSigner = 'any' | 'bound' | 'another'

export function voucherSigners(
  { client, asked }: OpenChain,
  payOnUsage: Hex,
): (payer: Hex, signer: Hex, activatedAt: number) => Promise<VoucherSigner> {
  const read = { abi: payOnUsageAbi, address: payOnUsage } as const
  return async (payer, signer, activatedAt) => {
    const first = await asked(client.readContract({ ...read, functionName: 'firstBoundAt', args: [payer] }))
    if (first === 0 || first >= activatedAt) return 'any'
    // A key behind a verifier contract cannot be bound.
    if (size(signer) !== 20) return 'another'
    const since = await asked(
      client.readContract({ ...read, functionName: 'boundSince', args: [payer, signer] }),
    )
    return since !== 0 && since < activatedAt ? 'bound' : 'another'
  }
}

/** What an epoch is made from, and recomputed from. */
export interface EpochReading {
  readonly escrow: Hex
  /** Block in which the escrow was deployed. */
  readonly firstBlock: bigint
  head(): Promise<BlockRef>
  /** The last block whose timestamp is before the time; null while the chain's head is not past it. */
  lastBlockBefore(seconds: number): Promise<BlockRef | null>
  hashOf(block: bigint): Promise<Hex | null>
  /** The escrow's logs in the blocks, both inclusive, in order. */
  logs(fromBlock: bigint, toBlock: bigint): Promise<readonly EscrowLog[]>
  /** What the chain keeps of a posted epoch, with the signed weight in basis points; null when it keeps none. */
  recordOf(epoch: number): Promise<{ root: Hex; weight: number } | null>
  /** The newest root on chain that was not voided. */
  latestRoot(): Promise<{ epoch: number; root: Hex } | null>
}

export function epochReading(
  { client, asked }: OpenChain,
  addresses: Pick<Addresses, 'escrow' | 'settlement' | 'fromBlock'>,
): EpochReading {
  const { escrow, settlement } = addresses
  const read = { abi: settlementAbi, address: settlement } as const

  async function block(number?: bigint): Promise<BlockRef> {
    const found = await asked(client.getBlock(number === undefined ? {} : { blockNumber: number }))
    return { number: found.number!, hash: found.hash!, timestamp: Number(found.timestamp) }
  }

  return {
    escrow,
    firstBlock: BigInt(addresses.fromBlock),
    head: () => block(),
    async lastBlockBefore(seconds) {
      let high = await block()
      if (high.timestamp < seconds) return null
      // Steps that double backwards find a near block at once, halving finds any.
      let low: BlockRef | undefined
      for (let step = 1n; high.number > step; step *= 2n) {
        const earlier = await block(high.number - step)
        if (earlier.timestamp < seconds) {
          low = earlier
          break
        }
        high = earlier
      }
      low ??= await block(0n)
      if (low.timestamp >= seconds) return null
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
      const all: EscrowLog[] = []
      for (let from = fromBlock; from <= toBlock; from += LOGS_SPAN) {
        const to = from + LOGS_SPAN - 1n < toBlock ? from + LOGS_SPAN - 1n : toBlock
        const found = await asked(client.getLogs({ address: escrow, fromBlock: from, toBlock: to }))
        for (const { address, blockNumber, logIndex, topics, data } of found)
          all.push({ address, blockNumber, logIndex, topics: topics as readonly Hex[], data })
      }
      return all
    },
    async recordOf(epoch) {
      const record = await asked(client.readContract({ ...read, functionName: 'epochOf', args: [epoch] }))
      return record.epoch === 0 ? null : { root: record.root, weight: record.weight }
    },
    async latestRoot() {
      const epoch = await asked(client.readContract({ ...read, functionName: 'latest' }))
      if (epoch === 0) return null
      const record = await asked(client.readContract({ ...read, functionName: 'epochOf', args: [epoch] }))
      return { epoch, root: record.root }
    },
  }
}
