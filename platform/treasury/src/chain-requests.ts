import { unreachable } from '@gesim/base'
import { openChain } from '@gesim/contracts/reading'
import type { Hex } from '@gesim/journey'
import { parseAbiItem } from 'viem'
import { finalBlockOf } from './outcome.ts'
import type { ChainRequests } from './ports.ts'

const requested = parseAbiItem(
  'event OffRampRequested(uint32 indexed carrierId, uint256 indexed requestId, uint256 amount, bytes32 ref)',
)
/** Blocks read at once; public nodes refuse more. */
const SPAN = 5_000n
const LARGEST = 2n ** 63n

/** The fee treasury's log of requests, up to the newest final block: a request is not taken back by a reorganisation. */
export function chainRequests(chain: {
  readonly rpcUrl: string
  readonly feeTreasury: Hex
  /** Block in which the fee treasury was deployed. */
  readonly firstBlock: bigint
}): ChainRequests {
  const { client, asked } = openChain(chain.rpcUrl, (cause) =>
    unreachable('treasury.chain-unreachable', {}, cause),
  )
  return {
    async since(nextBlock) {
      const fromBlock = nextBlock > chain.firstBlock ? nextBlock : chain.firstBlock
      const final = await asked(finalBlockOf(client))
      const last = fromBlock + SPAN - 1n
      const upTo = final < last ? final : last
      if (upTo < fromBlock) return { requests: [], upTo: fromBlock - 1n }
      const logs = await asked(
        client.getLogs({
          address: chain.feeTreasury,
          event: requested,
          fromBlock,
          toBlock: upTo,
          strict: true,
        }),
      )
      const requests = logs
        .map(({ args }) => ({
          requestId: args.requestId,
          carrierId: args.carrierId,
          amountMicros: args.amount,
          beneficiaryRef: args.ref,
        }))
        // The contract knows no upper bound of the amount: what no Safe can hold is no request.
        .filter(({ amountMicros }) => amountMicros > 0n && amountMicros < LARGEST)
      return { requests, upTo }
    },
  }
}
