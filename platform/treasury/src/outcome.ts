import { type Hex, numberToHex, type PublicClient, parseAbi, toEventSelector } from 'viem'
import type { Draft, Outcome } from './ports.ts'

const SUCCESS = toEventSelector('ExecutionSuccess(bytes32,uint256)')
const FAILURE = toEventSelector('ExecutionFailure(bytes32,uint256)')
const nonceAbi = parseAbi(['function nonce() view returns (uint256)'])
/** Blocks read at once; public nodes refuse more. */
const SPAN = 5_000n

/**
 * What became of a draft. Both ends are told from final blocks only: were a batch called replaced because of a
 * transaction that a reorganisation takes back, it could still be executed, beside the one made in its place.
 */
export async function readOutcome(client: PublicClient, draft: Draft, fromBlock: bigint): Promise<Outcome> {
  // Most of the time nothing happened: one question, and none about the past.
  if ((await nonceOf(client, draft.safe)) <= draft.nonce) return { kind: 'waiting' }
  const final = await finalBlockOf(client)
  const nonce = await nonceOf(client, draft.safe, final)
  if (nonce <= draft.nonce) return { kind: 'unsettled' }
  let seen = 0n
  for (let to = final; to >= fromBlock; to -= SPAN) {
    const from = to - SPAN >= fromBlock ? to - SPAN + 1n : fromBlock
    const logs = await client.request({
      method: 'eth_getLogs',
      params: [
        {
          address: draft.safe,
          topics: [[SUCCESS, FAILURE]],
          fromBlock: numberToHex(from),
          toBlock: numberToHex(to),
        },
      ],
    })
    for (const log of logs) {
      // Before Safe 1.4 the hash is not indexed: a Safe that a carrier brought may be older than ours.
      const hash = log.topics[1] ?? (log.data.slice(0, 66) as Hex)
      if (log.topics[0] === SUCCESS && hash === draft.safeTxHash)
        return { kind: 'executed', txHash: log.transactionHash! }
      seen += 1n
    }
  }
  // Each nonce leaves one log, and those before the draft's lie below. A node that does not have exactly these has not said
  // that ours is not among them.
  if (seen !== nonce - BigInt(draft.nonce)) throw new Error('the node does not have all logs of the Safe')
  return { kind: 'replaced' }
}

/** The newest block that no reorganisation takes away. */
export async function finalBlockOf(client: PublicClient): Promise<bigint> {
  return (await client.getBlock({ blockTag: 'finalized' })).number
}

/** The newest final block and a Safe's nonce in it. */
export async function readFinalNonce(
  client: PublicClient,
  safe: Hex,
): Promise<{ block: bigint; nonce: number }> {
  const block = await finalBlockOf(client)
  return { block, nonce: Number(await nonceOf(client, safe, block)) }
}

function nonceOf(client: PublicClient, safe: Hex, blockNumber?: bigint): Promise<bigint> {
  return client.readContract({
    address: safe,
    abi: nonceAbi,
    functionName: 'nonce',
    ...(blockNumber === undefined ? {} : { blockNumber }),
  })
}
