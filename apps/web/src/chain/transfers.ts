import { testUsdcAbi } from '@gesim/contracts'
import { type Log, type PublicClient, parseEventLogs } from 'viem'
import type { Hex } from '../api/shapes.ts'

/** USDC that came to an account or left it, as the token's own log says. */
export interface Transfer {
  readonly way: 'in' | 'out'
  readonly other: Hex
  readonly amountMicros: bigint
  readonly txHash: Hex
  readonly logIndex: number
  readonly atMs: number
}

/** The chain answers for no more blocks at once. */
const WINDOW_BLOCKS = 10_000n
/** So many windows are read in one go: about a day on a chain with a block every two seconds. */
const WINDOWS_AT_ONCE = 5n

/** The blocks to read next, newest first, from below `before` down to where our contracts begin. Pure. */
export function windowsBelow(before: bigint, least: bigint): { from: bigint; to: bigint }[] {
  const windows: { from: bigint; to: bigint }[] = []
  let to = before - 1n
  while (to >= least && windows.length < Number(WINDOWS_AT_ONCE)) {
    const from = to - WINDOW_BLOCKS + 1n
    windows.push({ from: from < least ? least : from, to })
    to = from - 1n
  }
  return windows
}

/** What was read, and from which block on downwards nothing was yet; null once all was. */
export interface TransferPage {
  readonly transfers: readonly Transfer[]
  readonly readDownTo: bigint | null
}

/**
 * Reads the account's transfers below a block, or from the newest on. `leaveOut`: contracts whose movements are told
 * elsewhere, as purchases and returns. Throws what the chain's door throws.
 */
export async function transfersOf(
  client: Pick<PublicClient, 'getBlockNumber' | 'getLogs' | 'getBlock'>,
  of: { account: Hex; usdc: Hex; leaveOut: readonly Hex[]; fromBlock: bigint },
  before?: bigint,
): Promise<TransferPage> {
  const windows = windowsBelow(before ?? (await client.getBlockNumber()) + 1n, of.fromBlock)
  const event = testUsdcAbi.find((item) => item.type === 'event' && item.name === 'Transfer') as never
  const asked = windows.flatMap(({ from, to }) =>
    [{ from: of.account }, { to: of.account }].map((args) =>
      client.getLogs({ address: of.usdc, event, args: args as never, fromBlock: from, toBlock: to }),
    ),
  )
  const logs = parseEventLogs({
    abi: testUsdcAbi,
    eventName: 'Transfer',
    logs: (await Promise.all(asked)).flat() as Log[],
  })
  const outside = new Set(of.leaveOut.map((one) => one.toLowerCase()))
  const found = new Map<string, Omit<Transfer, 'atMs'> & { block: bigint }>()
  for (const log of logs) {
    const [from, to] = [log.args.from.toLowerCase() as Hex, log.args.to.toLowerCase() as Hex]
    const way = from === of.account.toLowerCase() ? 'out' : 'in'
    const other = way === 'out' ? to : from
    // What an account sends itself moves nothing.
    if (outside.has(other) || from === to || log.args.value === 0n) continue
    const { transactionHash: txHash, logIndex, blockNumber: block } = log
    if (txHash === null || logIndex === null || block === null) continue
    found.set(`${txHash} ${logIndex}`, { way, other, amountMicros: log.args.value, txHash, logIndex, block })
  }
  const times = new Map<bigint, number>()
  await Promise.all(
    [...new Set([...found.values()].map((one) => one.block))].map(async (blockNumber) => {
      times.set(blockNumber, Number((await client.getBlock({ blockNumber })).timestamp) * 1000)
    }),
  )
  const lowest = windows.at(-1)?.from ?? of.fromBlock
  return {
    transfers: [...found.values()].map(({ block, ...one }) => ({ ...one, atMs: times.get(block)! })),
    readDownTo: lowest <= of.fromBlock ? null : lowest,
  }
}
