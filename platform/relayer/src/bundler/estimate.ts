import { operationProbeAbi, operationProbeCode } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import { decodeErrorResult, decodeFunctionResult, encodeFunctionData, numberToHex, size } from 'viem'
import { type RelayerChain, RpcError } from '../chain.ts'
import { delegatedCode } from '../delegation.ts'
import { explainRevert, type Revert } from '../reverts.ts'
import { ENTRY_POINT, TRANSACTION_GAS_CAP } from './entry-point.ts'
import {
  hashUserOperation,
  packUserOperation,
  preVerificationGasOf,
  type UserOperation,
} from './user-operation.ts'

/** Limits for an operation, as ERC-4337's RPC names them. */
export interface GasEstimate {
  readonly preVerificationGas: bigint
  readonly verificationGasLimit: bigint
  readonly callGasLimit: bigint
  readonly paymasterVerificationGasLimit?: bigint
  readonly paymasterPostOpGasLimit?: bigint
}

/** A step of the operation that reverts, so that no limit would help. */
export interface FailedStep extends Revert {
  readonly step: 'deployment' | 'validation' | 'paymaster' | 'execution' | 'postOp'
}

const STEPS = ['deployment', 'validation', 'paymaster', 'execution', 'postOp'] as const

// A fifth and some: state and signatures differ a little from the estimate's, and unused execution gas costs a tenth.
const roomy = (gas: bigint) => gas + gas / 5n + 12_000n

// The EntryPoint counts its own work against the limits: the account's nonce under a new key is a fresh slot (22,100) and
// the operation is copied; for the paymaster it writes the deposit.
const NONCE_GAS = 30_000n
const DEPOSIT_GAS = 12_000n

/**
 * Measures an operation: our probe is laid over the EntryPoint's address in one `eth_call`, runs the steps as the
 * EntryPoint would and reads the meter after each. Returns the step that reverts instead, if one does.
 */
export async function estimateOperation(
  chain: RelayerChain,
  operation: UserOperation,
): Promise<GasEstimate | FailedStep> {
  const withLimits: UserOperation = {
    ...operation,
    // Limits are hashed and packed; what they are does not matter to the probe.
    callGasLimit: operation.callGasLimit || 1_000_000n,
    verificationGasLimit: operation.verificationGasLimit || 1_000_000n,
    // A price of one wei: whether the purse covers the real one is judged when the operation is sent.
    maxFeePerGas: 1n,
    maxPriorityFeePerGas: 1n,
    ...(operation.paymaster
      ? { paymasterVerificationGasLimit: 200_000n, paymasterPostOpGasLimit: 30_000n }
      : {}),
  }
  const packed = packUserOperation(withLimits)
  const delegate = operation.eip7702Auth?.address
  const data = encodeFunctionData({
    abi: operationProbeAbi,
    functionName: 'probe',
    args: [packed, hashUserOperation(packed, chain.chainId, delegate), 1n],
  })
  // The authorization is a stand-in like the signature: its effect is laid over the sender.
  const delegated = delegate ? { [operation.sender]: { code: delegatedCode(delegate) } } : {}
  try {
    const answer = await chain.request<Hex>('eth_call', [
      { from: ENTRY_POINT, to: ENTRY_POINT, data, gas: numberToHex(TRANSACTION_GAS_CAP) },
      'latest',
      { [ENTRY_POINT]: { code: operationProbeCode }, ...delegated },
    ])
    const cost = decodeFunctionResult({ abi: operationProbeAbi, functionName: 'probe', data: answer })
    return {
      preVerificationGas: preVerificationGasOf(packUserOperation(filled(operation))),
      verificationGasLimit: roomy(cost.deployment + cost.validation + NONCE_GAS),
      callGasLimit: roomy(cost.execution),
      ...(operation.paymaster
        ? {
            paymasterVerificationGasLimit: roomy(cost.paymasterValidation + DEPOSIT_GAS),
            paymasterPostOpGasLimit: roomy(cost.postOp),
          }
        : {}),
    }
  } catch (error) {
    if (error instanceof RpcError) return failedStep(error)
    throw error
  }
}

/** Signatures are stand-ins when limits are asked for: counted as if no byte of theirs were zero. */
function filled(operation: UserOperation): UserOperation {
  const full = (bytes: Hex | undefined): Hex => `0x${'ff'.repeat(size(bytes ?? '0x'))}`
  return {
    ...operation,
    signature:
      operation.signature === '0x' ? `0x${'ff'.repeat(UNKNOWN_SIGNATURE_BYTES)}` : full(operation.signature),
    ...(operation.paymaster ? { paymasterData: full(operation.paymasterData) } : {}),
  }
}

// One secp256k1 signature in the account's envelope of signers and signatures.
const UNKNOWN_SIGNATURE_BYTES = 416

function failedStep(error: RpcError): FailedStep {
  if (error.data && error.data !== '0x') {
    try {
      const { args } = decodeErrorResult({ abi: operationProbeAbi, data: error.data })
      return {
        step: STEPS[args[0] - 1] ?? 'execution',
        ...explainRevert(args[1], 'reverted without a reason'),
      }
    } catch {
      // Out of gas in the probe itself, or a node's own error.
    }
  }
  return { step: 'execution', ...explainRevert(undefined, error.message) }
}
