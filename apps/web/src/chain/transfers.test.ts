import { testUsdcAbi } from '@gesim/contracts'
import { encodeAbiParameters, encodeEventTopics } from 'viem'
import { describe, expect, it } from 'vitest'
import type { Hex } from '../api/shapes.ts'
import { transfersOf, windowsBelow } from './transfers.ts'

const address = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`
const [account, usdc, escrow, friend] = [address(0xa1), address(0xc0), address(0xe5), address(0xf1)] as const

interface Moved {
  from: Hex
  to: Hex
  value: bigint
  block: bigint
}

/** A node that filters as a node does, and refuses ranges that ours refuses. */
function nodeWith(moves: Moved[], head: bigint) {
  const asked: bigint[] = []
  return {
    asked,
    getBlockNumber: async () => head,
    getBlock: async ({ blockNumber }: { blockNumber: bigint }) => ({ timestamp: blockNumber * 2n }),
    getLogs: async (of: { args: { from?: Hex; to?: Hex }; fromBlock: bigint; toBlock: bigint }) => {
      if (of.toBlock - of.fromBlock > 10_000n) throw new Error('at most 10000 blocks at once')
      asked.push(of.fromBlock)
      return moves
        .map((move, index) => ({ move, index }))
        .filter(({ move }) => move.block >= of.fromBlock && move.block <= of.toBlock)
        .filter(({ move }) => (of.args.from ? move.from === of.args.from : move.to === of.args.to))
        .map(({ move, index }) => ({
          address: usdc,
          topics: encodeEventTopics({
            abi: testUsdcAbi,
            eventName: 'Transfer',
            args: { from: move.from, to: move.to },
          }),
          data: encodeAbiParameters([{ type: 'uint256' }], [move.value]),
          blockNumber: move.block,
          transactionHash: `0x${String(index).padStart(64, '0')}`,
          logIndex: index,
        }))
    },
  }
}

const read = (node: ReturnType<typeof nodeWith>, before?: bigint) =>
  transfersOf(node as never, { account, usdc, leaveOut: [escrow], fromBlock: 100n }, before)

describe('what came to a wallet and left it', () => {
  it('is read in both directions, with its time, without purchases and without what moved nothing', async () => {
    const node = nodeWith(
      [
        { from: friend, to: account, value: 5n, block: 200n },
        { from: account, to: friend, value: 2n, block: 300n },
        { from: account, to: escrow, value: 3n, block: 301n },
        { from: escrow, to: account, value: 1n, block: 302n },
        { from: account, to: account, value: 9n, block: 303n },
        { from: account, to: friend, value: 0n, block: 304n },
        { from: friend, to: escrow, value: 7n, block: 305n },
      ],
      1_000n,
    )
    const { transfers, readDownTo } = await read(node)
    expect(readDownTo).toBeNull()
    expect(
      transfers.map(({ way, other, amountMicros, atMs }) => ({ way, other, amountMicros, atMs })),
    ).toEqual(
      expect.arrayContaining([
        { way: 'in', other: friend, amountMicros: 5n, atMs: 400_000 },
        { way: 'out', other: friend, amountMicros: 2n, atMs: 600_000 },
      ]),
    )
    expect(transfers).toHaveLength(2)
  })

  it('is nothing where nothing moved, and throws where the chain does not answer', async () => {
    expect(await read(nodeWith([], 50n))).toEqual({ transfers: [], readDownTo: null })
    const deaf = { ...nodeWith([], 500n), getLogs: () => Promise.reject(new Error('down')) }
    await expect(read(deaf)).rejects.toThrow('down')
  })

  it('is read on from where the last page ended, until nothing is left', async () => {
    const node = nodeWith([{ from: friend, to: account, value: 4n, block: 150n }], 70_000n)
    const first = await read(node)
    expect(first).toEqual({ transfers: [], readDownTo: 20_001n })
    const second = await read(node, first.readDownTo!)
    expect(second).toMatchObject({ transfers: [{ amountMicros: 4n }], readDownTo: null })
  })

  it('no block is read twice or left out, and never more at once than the chain gives', () => {
    for (const [before, least] of [
      [70_001n, 100n],
      [10_000n, 0n],
      [101n, 100n],
      [100n, 100n],
    ] as const) {
      const windows = windowsBelow(before, least)
      let next = before - 1n
      for (const { from, to } of windows) {
        expect(to).toBe(next)
        expect(to - from < 10_000n && from >= least).toBe(true)
        next = from - 1n
      }
      expect(windows.length <= 5).toBe(true)
    }
  })
})
