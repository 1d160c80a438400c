import { unreachable } from '@gesim/base'
import { gesimAccountAbi } from '@gesim/contracts'
import { BaseError, parseAbiItem } from 'viem'
import type { Hex } from '../api/shapes.ts'
import { chainClient } from './network.ts'

/** A signer that was added by an operation of the account, and when. */
export interface AddedSigner {
  readonly signer: Hex
  readonly sinceMs: number
}

/** What was found so far, and the block from which an earlier one would be looked for; null where there is none. */
export interface Search {
  readonly found: readonly AddedSigner[]
  readonly next: bigint | null
}

const ADDED = parseAbiItem('event SignerAdded(bytes signer)')

// The door to the chain gives so many blocks at once; more than a few steps back would keep the reader waiting.
const BLOCKS_AT_ONCE = 10_000n
const STEPS_BACK = 6

/**
 * Looks for signers of an account that nobody here knows: those that an event says were added and that the account still
 * takes. From the newest block back, some steps at a time, until `missing` are found. Throws `web.api-unreachable`.
 */
export async function findAddedSigners(
  account: Hex,
  known: ReadonlySet<Hex>,
  missing: number,
  from: bigint | null,
): Promise<Search> {
  try {
    const client = await chainClient()
    const at = { address: account, abi: gesimAccountAbi, functionName: 'isSigner' } as const
    const found: AddedSigner[] = []
    const seen = new Set(known)
    let toBlock = from ?? (await client.getBlockNumber())
    for (let step = 0; step < STEPS_BACK && found.length < missing; step++) {
      const fromBlock = toBlock >= BLOCKS_AT_ONCE ? toBlock - BLOCKS_AT_ONCE + 1n : 0n
      const logs = await client.getLogs({ address: account, event: ADDED, strict: true, fromBlock, toBlock })
      for (const { args, blockNumber } of logs.reverse()) {
        const signer = args.signer.toLowerCase() as Hex
        // The newest event of a signer is the one since when: it may have been removed and added again.
        if (seen.has(signer)) continue
        seen.add(signer)
        if (!(await client.readContract({ ...at, args: [signer] }))) continue
        const { timestamp } = await client.getBlock({ blockNumber })
        found.push({ signer, sinceMs: Number(timestamp) * 1000 })
      }
      if (fromBlock === 0n) return { found, next: null }
      toBlock = fromBlock - 1n
    }
    return { found, next: toBlock }
  } catch (cause) {
    if (cause instanceof BaseError) throw unreachable('web.api-unreachable', {}, cause)
    throw cause
  }
}
