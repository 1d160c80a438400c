import { unreachable } from '@gesim/base'
import { ENTRYPOINT_V08 } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import { decodeErrorResult, decodeEventLog, encodeFunctionData, parseAbi } from 'viem'
import { type Receipt, type RelayerChain, RpcError } from '../chain.ts'
import type { Delegation } from '../delegation.ts'
import { explainRevert } from '../reverts.ts'
import type { PackedUserOperation } from './user-operation.ts'

export const ENTRY_POINT = ENTRYPOINT_V08.toLowerCase() as Hex

const entryPointAbi = parseAbi([
  'struct PackedUserOperation { address sender; uint256 nonce; bytes initCode; bytes callData; bytes32 accountGasLimits; uint256 preVerificationGas; bytes32 gasFees; bytes paymasterAndData; bytes signature; }',
  'function handleOps(PackedUserOperation[] ops, address beneficiary)',
  'error FailedOp(uint256 opIndex, string reason)',
  'error FailedOpWithRevert(uint256 opIndex, string reason, bytes inner)',
  'event UserOperationEvent(bytes32 indexed userOpHash, address indexed sender, address indexed paymaster, uint256 nonce, bool success, uint256 actualGasCost, uint256 actualGasUsed)',
  'event UserOperationRevertReason(bytes32 indexed userOpHash, address indexed sender, uint256 nonce, bytes revertReason)',
])

/** Why the EntryPoint rejects an operation. */
export interface Rejection {
  readonly index: number
  /** Starts with the AA code, such as `AA24 signature error`. */
  readonly reason: string
}

// EIP-7825 caps a transaction at 2^24 gas.
export const TRANSACTION_GAS_CAP = 16_000_000n

export function encodeHandleOps(operations: readonly PackedUserOperation[], beneficiary: Hex): Hex {
  return encodeFunctionData({
    abi: entryPointAbi,
    functionName: 'handleOps',
    args: [operations, beneficiary],
  })
}

/** Runs a bundle without sending it. Null when the EntryPoint takes all of it, or the operation that it rejects. */
export async function simulateBundle(
  chain: RelayerChain,
  executor: Hex,
  data: Hex,
  gas: bigint,
  delegations: readonly Delegation[] = [],
): Promise<Rejection | null> {
  try {
    await chain.call({ from: executor, to: ENTRY_POINT, data, gas, delegations })
    return null
  } catch (error) {
    if (!(error instanceof RpcError)) throw error
    // A node that is busy or broken says nothing about an operation: none is dropped for it.
    if (!error.isExecution)
      throw unreachable('relayer.chain-unreachable', { why: error.message.slice(0, 200) }, error)
    return readRejection(error.data, error.message)
  }
}

/** Reads `FailedOp`. An error that names no operation is blamed on the first: nothing else could be dropped. */
function readRejection(data: Hex | undefined, message: string): Rejection {
  if (data !== undefined && data !== '0x') {
    try {
      const { errorName, args } = decodeErrorResult({ abi: entryPointAbi, data })
      const index = Number(args[0])
      if (errorName === 'FailedOp') return { index, reason: args[1] }
      const inner = explainRevert(args[2])
      return { index, reason: `${args[1]}: ${inner.why}` }
    } catch {
      // Not one of the EntryPoint's: an account or paymaster that escaped it.
    }
  }
  return { index: 0, reason: explainRevert(data, message).why }
}

/** What became of an operation in a mined bundle. */
export interface Outcome {
  readonly hash: Hex
  readonly success: boolean
  readonly gasUsed: bigint
  readonly gasCost: bigint
  readonly revertReason?: Hex
}

/** Reads the EntryPoint's events in a receipt. */
export function outcomesIn(receipt: Receipt): Outcome[] {
  const reasons = new Map<Hex, Hex>()
  const outcomes: Outcome[] = []
  for (const log of receipt.logs) {
    if (log.address.toLowerCase() !== ENTRY_POINT) continue
    try {
      const event = decodeEventLog({
        abi: entryPointAbi,
        data: log.data,
        topics: log.topics as [Hex, ...Hex[]],
      })
      if (event.eventName === 'UserOperationRevertReason')
        reasons.set(event.args.userOpHash, event.args.revertReason)
      if (event.eventName !== 'UserOperationEvent') continue
      const { userOpHash, success, actualGasUsed, actualGasCost } = event.args
      const revertReason = reasons.get(userOpHash)
      outcomes.push({
        hash: userOpHash,
        success,
        gasUsed: actualGasUsed,
        gasCost: actualGasCost,
        ...(revertReason ? { revertReason } : {}),
      })
    } catch {
      // Deposits, stakes and deployments: not about an operation.
    }
  }
  return outcomes
}
