import { type Hex, type PublicClient, toEventSelector } from 'viem'
import { describe, expect, it } from 'vitest'
import { readOutcome } from './outcome.ts'
import type { Draft } from './ports.ts'

const SUCCESS = toEventSelector('ExecutionSuccess(bytes32,uint256)')
const FAILURE = toEventSelector('ExecutionFailure(bytes32,uint256)')
const HASH: Hex = `0x${'ab'.repeat(32)}`
const OTHER: Hex = `0x${'cd'.repeat(32)}`
const draft: Draft = {
  safe: `0x${'5a'.repeat(20)}`,
  to: `0x${'00'.repeat(20)}`,
  data: '0x',
  operation: 0,
  nonce: 7,
  safeTxHash: HASH,
}

interface Log {
  readonly block: number
  readonly topics: readonly Hex[]
  readonly data: Hex
}

const logOf = (block: number, hash: Hex, event = SUCCESS): Log => ({
  block,
  topics: [event, hash],
  data: '0x',
})

/** A node that answers as told, and the spans of blocks that it was asked for. */
function nodeOf(told: { latest: bigint; final: bigint; finalBlock?: bigint; logs: readonly Log[] }) {
  const spans: number[] = []
  const client = {
    readContract: async ({ blockNumber }: { blockNumber?: bigint }) =>
      blockNumber === undefined ? told.latest : told.final,
    getBlock: async () => ({ number: told.finalBlock ?? 100n }),
    async request({ params: [{ fromBlock, toBlock }] }: { params: [{ fromBlock: Hex; toBlock: Hex }] }) {
      spans.push(Number(toBlock) - Number(fromBlock) + 1)
      return told.logs
        .filter(({ block }) => block >= Number(fromBlock) && block <= Number(toBlock))
        .map(({ block, topics, data }) => ({ topics, data, transactionHash: `0x${block}` }))
    },
  }
  return { client: client as unknown as PublicClient, spans }
}

describe('what became of a batch', () => {
  it('is nothing while its nonce is there, and not told before it is final', async () => {
    const logs = [logOf(50, HASH)]
    const early = nodeOf({ latest: 7n, final: 7n, logs })
    expect(await readOutcome(early.client, draft, 1n)).toEqual({ kind: 'waiting' })
    const mined = nodeOf({ latest: 8n, final: 7n, logs })
    expect(await readOutcome(mined.client, draft, 1n)).toEqual({ kind: 'unsettled' })
    const settled = nodeOf({ latest: 8n, final: 8n, logs })
    expect(await readOutcome(settled.client, draft, 1n)).toEqual({ kind: 'executed', txHash: '0x50' })
  })

  it('is told by an older Safe as well, whose event has its hash in the data', async () => {
    const old = { block: 50, topics: [SUCCESS], data: `${HASH}${'00'.repeat(32)}` as Hex }
    const { client } = nodeOf({ latest: 8n, final: 8n, logs: [old] })
    expect(await readOutcome(client, draft, 1n)).toEqual({ kind: 'executed', txHash: '0x50' })
  })

  it('is found after weeks of waiting for signatures, in spans that public nodes answer', async () => {
    const told = { latest: 9n, final: 9n, finalBlock: 300_000n }
    const { client, spans } = nodeOf({ ...told, logs: [logOf(1, HASH), logOf(2, OTHER)] })
    expect(await readOutcome(client, draft, 1n)).toEqual({ kind: 'executed', txHash: '0x1' })
    expect(Math.max(...spans)).toBeLessThanOrEqual(5_000)
    expect(spans.reduce((sum, span) => sum + span, 0)).toBe(300_000)
  })

  it('is called replaced only by a node that has a log for each nonce', async () => {
    const whole = nodeOf({ latest: 9n, final: 9n, logs: [logOf(50, OTHER), logOf(51, HASH, FAILURE)] })
    expect(await readOutcome(whole.client, draft, 1n)).toEqual({ kind: 'replaced' })
    const behind = nodeOf({ latest: 9n, final: 9n, logs: [logOf(50, OTHER)] })
    await expect(readOutcome(behind.client, draft, 1n)).rejects.toThrow('all logs')
    // Two of transactions before the draft, none of ours.
    const older = nodeOf({ latest: 8n, final: 8n, logs: [logOf(20, OTHER), logOf(21, OTHER)] })
    await expect(readOutcome(older.client, draft, 1n)).rejects.toThrow('all logs')
  })
})
