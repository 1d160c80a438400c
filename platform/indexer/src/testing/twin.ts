import { intentEscrowAbi } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import { encodeAbiParameters, encodeEventTopics, keccak256, toHex } from 'viem'
import type { Block, Chain, RawLog } from '../ports.ts'

/** A chain in memory for tests: it mines, forgets and mines again, as the real one may. */
export interface ChainTwin extends Chain {
  /** Mines a block that funds these intents, by number; the same number again is the same transaction. */
  mine(intents: readonly number[]): void
  /** Takes the newest blocks away. */
  drop(depth: number): void
  /** Numbers of the intents funded on the branch that holds now, in order. */
  funded(): number[]
}

export const TWIN_ESCROW: Hex = `0x${'e5'.repeat(20)}`

interface TwinBlock extends Block {
  readonly intents: readonly number[]
}

export function chainTwin(): ChainTwin {
  let branch = 0
  const blocks: TwinBlock[] = [make(0n, `0x${'0'.repeat(64)}`, [])]

  function make(number: bigint, parent: Hex, intents: readonly number[]): TwinBlock {
    const hash = keccak256(toHex(`${number} ${parent} ${branch} ${intents.join()}`))
    return { number, hash, parent, at: 1_800_000_000 + Number(number), intents }
  }
  const tip = () => blocks.at(-1)!
  const txOf = (intent: number) => keccak256(toHex(`tx ${intent}`))

  function logOf(block: TwinBlock, intent: number, logIndex: number): RawLog {
    const topics = encodeEventTopics({
      abi: intentEscrowAbi,
      eventName: 'IntentFunded',
      args: { intentId: toHex(intent, { size: 32 }), payer: `0x${'aa'.repeat(20)}` },
    }) as Hex[]
    const data = encodeAbiParameters([{ type: 'uint64' }, { type: 'uint64' }], [1n, BigInt(intent)])
    return {
      address: TWIN_ESCROW,
      topics,
      data,
      block: block.number,
      blockHash: block.hash,
      txHash: txOf(intent),
      logIndex,
    }
  }

  return {
    chainId: async () => 31_337,
    async block(which) {
      if (which === 'latest') return tip()
      if (which === 'finalized') return blocks.at(-3) ?? blocks[0]
      return blocks.find((block) => block.number === which)
    },
    async logs(_addresses, from, to) {
      return blocks
        .filter((block) => block.number >= from && block.number <= to)
        .flatMap((block) => block.intents.map((intent, index) => logOf(block, intent, index)))
    },
    gasUsed: async () => 21_000n,
    mine(intents) {
      blocks.push(make(tip().number + 1n, tip().hash, intents))
    },
    drop(depth) {
      branch++
      blocks.splice(Math.max(1, blocks.length - depth))
    },
    funded: () => blocks.flatMap((block) => block.intents),
  }
}
