import { RpcFault, type RpcMethod } from './bundler/rpc.ts'
import { RPC_CODE } from './bundler/rpc-errors.ts'
import type { RelayerChain } from './chain.ts'
import { RpcError } from './chain.ts'

/** Reading a chain as a browser wallet needs it, and nothing that sends, signs, traces or changes the node. */
const READ_METHODS = [
  'eth_blockNumber',
  'eth_call',
  'eth_chainId',
  'eth_estimateGas',
  'eth_feeHistory',
  'eth_gasPrice',
  'eth_getBalance',
  'eth_getBlockByHash',
  'eth_getBlockByNumber',
  'eth_getCode',
  'eth_getLogs',
  'eth_getStorageAt',
  'eth_getTransactionByHash',
  'eth_getTransactionCount',
  'eth_getTransactionReceipt',
  'eth_maxPriorityFeePerGas',
  'net_version',
] as const

// A call may not keep the node busy for others, and neither may a log query over the whole chain.
const CALL_GAS_CAP = 16_000_000n
const LOG_BLOCKS_MOST = 10_000n

/** The allowed methods, each passed to the node with its limits. */
export function chainMethods(chain: RelayerChain): Readonly<Record<string, RpcMethod>> {
  const pass = (method: string): RpcMethod => {
    return async (params) => {
      try {
        return await chain.request(method, await limited(chain, method, params))
      } catch (error) {
        if (error instanceof RpcError) throw new RpcFault(error.rpcCode, error.message, error.data)
        throw error
      }
    }
  }
  return Object.fromEntries(READ_METHODS.map((method) => [method, pass(method)]))
}

async function limited(
  chain: RelayerChain,
  method: string,
  params: readonly unknown[],
): Promise<readonly unknown[]> {
  if (method === 'eth_call' || method === 'eth_estimateGas') {
    const [call, ...rest] = params
    // State overrides let a stranger run any code: not through us.
    if (rest.length > 1) throw new RpcFault(RPC_CODE.invalidParams, 'state overrides are not offered')
    if (call === null || typeof call !== 'object') throw new RpcFault(RPC_CODE.invalidParams, 'no call')
    const gas = quantity((call as { gas?: unknown }).gas)
    if (gas !== undefined && gas > CALL_GAS_CAP)
      return [{ ...call, gas: `0x${CALL_GAS_CAP.toString(16)}` }, ...rest]
  }
  if (method === 'eth_getLogs') {
    const filter = (params[0] ?? {}) as { fromBlock?: unknown; toBlock?: unknown; blockHash?: unknown }
    if (filter.blockHash !== undefined) return params
    // `earliest` and `latest` are numbers, too; the other tags are near the head.
    const head = quantity(await chain.request('eth_blockNumber', []))!
    const at = (tag: unknown) => (tag === 'earliest' ? 0n : (quantity(tag) ?? head))
    if (at(filter.toBlock) - at(filter.fromBlock) > LOG_BLOCKS_MOST)
      throw new RpcFault(RPC_CODE.invalidParams, `at most ${LOG_BLOCKS_MOST} blocks at once`)
  }
  return params
}

function quantity(value: unknown): bigint | undefined {
  return typeof value === 'string' && /^0x[0-9a-fA-F]{1,64}$/.test(value) ? BigInt(value) : undefined
}
