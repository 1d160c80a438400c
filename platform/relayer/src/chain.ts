import { broken, unreachable } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { hexToBigInt, hexToNumber, numberToHex } from 'viem'
import { type Delegation, writeDelegation } from './delegation.ts'

/** A JSON-RPC error of the node, with a revert's data where there is some. */
export class RpcError extends Error {
  readonly rpcCode: number
  readonly data: Hex | undefined

  constructor(code: number, message: string, data: unknown) {
    super(message)
    this.name = 'RpcError'
    this.rpcCode = code
    this.data = hexIn(data)
  }

  /** Whether the call itself reverted. A node also says no for reasons of its own: a limit, an empty purse, a fault. */
  get isRevert(): boolean {
    return this.rpcCode === EXECUTION_REVERTED || this.data !== undefined || /revert/i.test(this.message)
  }

  /** Whether the call ended badly in the EVM, with a revert or without. */
  get isExecution(): boolean {
    return this.isRevert || EVM_ENDS.test(this.message)
  }
}

const EXECUTION_REVERTED = 3
const EVM_ENDS = /out of gas|gas required exceeds|opcode|evm error|stack (over|under)flow|invalid jump/i

/** Nodes disagree on where the revert's data is: a string, or an object with `data` or `result`. */
function hexIn(data: unknown): Hex | undefined {
  if (typeof data === 'string' && /^0x[0-9a-fA-F]*$/.test(data)) return data as Hex
  if (data !== null && typeof data === 'object' && 'data' in data) return hexIn(data.data)
  return undefined
}

export interface Receipt {
  readonly hash: Hex
  readonly block: bigint
  readonly blockHash: Hex
  readonly success: boolean
  readonly gasUsed: bigint
  readonly gasPrice: bigint
  readonly logs: readonly { readonly address: Hex; readonly topics: readonly Hex[]; readonly data: Hex }[]
  readonly raw: Readonly<Record<string, unknown>>
}

interface CallRequest {
  readonly from: Hex
  readonly to: Hex
  readonly data: Hex
  readonly value?: bigint
  readonly gas?: bigint
  /** EIP-7702: the call is made as a transaction that carries these. */
  readonly delegations?: readonly Delegation[]
}

/** The chain as the relayer needs it. */
export interface RelayerChain {
  readonly chainId: number
  request<T>(method: string, params: readonly unknown[]): Promise<T>
  call(request: CallRequest): Promise<Hex>
  estimateGas(request: CallRequest): Promise<bigint>
  sendRaw(raw: Hex): Promise<void>
  receipt(hash: Hex): Promise<Receipt | null>
  /** Transactions of an address in blocks up to the tag: its next nonce there. */
  count(address: Hex, at: 'latest' | 'pending' | 'finalized'): Promise<bigint>
  finalizedBlock(): Promise<bigint>
  /** What to offer for gas now. */
  fees(): Promise<Fees>
}

interface Fees {
  readonly baseFee: bigint
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
}

const TIMEOUT_MS = 15_000
const FEES_LIVE_MS = 500
const GWEI = 1_000_000_000n

interface RpcAnswer {
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

/**
 * A plain JSON-RPC client: no retries and no caching behind one's back, since what is sent twice matters here.
 * Throws `relayer.chain-unreachable`, or an `RpcError` for what the node itself says.
 */
export function connectChain(rpcUrl: string, chainId: number): RelayerChain {
  let nextId = 1
  const request = async <T>(method: string, params: readonly unknown[]): Promise<T> => {
    const answer = await post(rpcUrl, { jsonrpc: '2.0', id: nextId++, method, params })
    if (answer.error) throw new RpcError(answer.error.code, answer.error.message, answer.error.data)
    return answer.result as T
  }
  const encode = ({ from, to, data, value, gas, delegations = [] }: CallRequest) => ({
    from,
    to,
    data,
    ...(value ? { value: numberToHex(value) } : {}),
    ...(gas ? { gas: numberToHex(gas) } : {}),
    ...(delegations.length > 0 ? { authorizationList: delegations.map(writeDelegation) } : {}),
  })
  let fees: Promise<Fees> | undefined
  let feesAtMs = 0

  return {
    chainId,
    request,
    call: (call) => request<Hex>('eth_call', [encode(call), 'latest']),
    estimateGas: async (call) => hexToBigInt(await request<Hex>('eth_estimateGas', [encode(call)])),
    async sendRaw(raw) {
      try {
        await request<Hex>('eth_sendRawTransaction', [raw])
      } catch (error) {
        // It is there, or something with its nonce is mined: the receipts will tell which.
        if (error instanceof RpcError && /already (known|imported)|nonce too low/i.test(error.message)) return
        throw error
      }
    },
    async receipt(hash) {
      const raw = await request<Record<string, unknown> | null>('eth_getTransactionReceipt', [hash])
      if (!raw) return null
      return {
        hash,
        block: hexToBigInt(raw.blockNumber as Hex),
        blockHash: raw.blockHash as Hex,
        success: raw.status === '0x1',
        gasUsed: hexToBigInt(raw.gasUsed as Hex),
        gasPrice: hexToBigInt(raw.effectiveGasPrice as Hex),
        logs: raw.logs as Receipt['logs'],
        raw,
      }
    },
    async count(address, at) {
      return hexToBigInt(await request<Hex>('eth_getTransactionCount', [address, at]))
    },
    async finalizedBlock() {
      const block = await request<{ number: Hex } | null>('eth_getBlockByNumber', ['finalized', false])
      return block ? hexToBigInt(block.number) : 0n
    },
    fees() {
      // Many ask at once: they share one question.
      if (!fees || Date.now() - feesAtMs > FEES_LIVE_MS) {
        feesAtMs = Date.now()
        fees = askFees(request)
        fees.catch(() => {
          fees = undefined
        })
      }
      return fees
    },
  }
}

async function askFees(request: RelayerChain['request']): Promise<Fees> {
  const [block, tip] = await Promise.all([
    request<{ baseFeePerGas?: Hex }>('eth_getBlockByNumber', ['latest', false]),
    request<Hex>('eth_maxPriorityFeePerGas', []).catch(() => numberToHex(GWEI)),
  ])
  const baseFee = block.baseFeePerGas ? hexToBigInt(block.baseFeePerGas) : 0n
  const maxPriorityFeePerGas = hexToBigInt(tip)
  // Twice the base fee outlasts six full blocks in a row.
  return { baseFee, maxPriorityFeePerGas, maxFeePerGas: baseFee * 2n + maxPriorityFeePerGas }
}

async function post(url: string, body: object): Promise<RpcAnswer> {
  let response: Response
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } catch (cause) {
    throw unreachable('relayer.chain-unreachable', {}, cause)
  }
  if (response.status >= 500 || response.status === 429)
    throw unreachable('relayer.chain-unreachable', { status: response.status })
  try {
    return (await response.json()) as RpcAnswer
  } catch (cause) {
    // Not JSON-RPC: a proxy before the node answered, or the answer was cut off.
    throw unreachable('relayer.chain-unreachable', { status: response.status }, cause)
  }
}

/** Checks once that the chain is the one we were told. */
export async function requireChain(chain: RelayerChain): Promise<void> {
  const actual = hexToNumber(await chain.request<Hex>('eth_chainId', []))
  if (actual !== chain.chainId) throw broken('relayer.wrong-chain', { actual, expected: chain.chainId })
}
