import { type Failure, isFailure, kindOf } from '@gesim/base'
import { ENTRYPOINT_V08 } from '@gesim/contracts'
import type { Hex } from '@gesim/journey'
import type { Store } from '@gesim/store'
import { numberToHex } from 'viem'
import type { RelayerChain } from '../chain.ts'
import { requireOurs } from '../delegation.ts'
import { explainRevert } from '../reverts.ts'
import { rows } from '../table.ts'
import { ENTRY_POINT } from './entry-point.ts'
import { estimateOperation } from './estimate.ts'
import type { Pool } from './pool.ts'
import { codeOfRejection, RPC_CODE } from './rpc-errors.ts'
import { readUserOperation, restoreUserOperation, writeUserOperation } from './user-operation.ts'

/** What the RPC of the bundler needs. */
export interface BundlerContext {
  readonly store: Store
  readonly chain: RelayerChain
  readonly pool: Pool
  /** The code of our accounts, the only one that an operation's sender may delegate itself to. */
  readonly accountImplementation: Hex
}

/** An error as JSON-RPC writes it. */
export class RpcFault extends Error {
  readonly rpcCode: number
  readonly data: unknown

  constructor(rpcCode: number, message: string, data?: unknown) {
    super(message)
    this.name = 'RpcFault'
    this.rpcCode = rpcCode
    this.data = data
  }
}

export type RpcMethod = (params: readonly unknown[]) => Promise<unknown>

const HASH = /^0x[0-9a-f]{64}$/

function requireEntryPoint(given: unknown): void {
  if (typeof given !== 'string' || given.toLowerCase() !== ENTRY_POINT)
    throw new RpcFault(RPC_CODE.invalidParams, `the EntryPoint here is ${ENTRYPOINT_V08} (v0.8)`)
}

function readHash(given: unknown): Hex {
  const hash = typeof given === 'string' ? given.toLowerCase() : ''
  if (!HASH.test(hash)) throw new RpcFault(RPC_CODE.invalidParams, 'not the hash of a user operation')
  return hash as Hex
}

/** The methods of ERC-7769, and two of our own: the price to offer, and where an operation stands. */
export function bundlerMethods(context: BundlerContext): Readonly<Record<string, RpcMethod>> {
  const { store, chain, pool, accountImplementation } = context
  return {
    eth_chainId: async () => numberToHex(chain.chainId),
    eth_supportedEntryPoints: async () => [ENTRYPOINT_V08],

    async eth_sendUserOperation([operation, entryPoint]) {
      requireEntryPoint(entryPoint)
      return pool.submit(readUserOperation(operation))
    },

    async eth_estimateUserOperationGas([json, entryPoint]) {
      requireEntryPoint(entryPoint)
      const operation = readUserOperation(json, true)
      if (operation.eip7702Auth) requireOurs(operation.eip7702Auth, accountImplementation, chain.chainId)
      const estimate = await estimateOperation(chain, operation)
      if ('step' in estimate) {
        const code = {
          deployment: RPC_CODE.rejectedByEntryPoint,
          validation: RPC_CODE.rejectedByEntryPoint,
          paymaster: RPC_CODE.rejectedByPaymaster,
          execution: RPC_CODE.executionReverted,
          postOp: RPC_CODE.rejectedByPaymaster,
        }[estimate.step]
        throw new RpcFault(code, `${estimate.step} reverted: ${estimate.why}`, { code: estimate.code })
      }
      return Object.fromEntries(Object.entries(estimate).map(([name, gas]) => [name, numberToHex(gas)]))
    },

    async eth_getUserOperationByHash([given]) {
      const row = await findOperation(store, readHash(given))
      if (!row || row.state === 'dropped') return null
      return {
        userOperation: writeUserOperation(restoreUserOperation(row.operation)),
        entryPoint: ENTRYPOINT_V08,
        transactionHash: row.transaction_hash ?? null,
        blockHash: row.block_hash ?? null,
        blockNumber: row.block === null ? null : numberToHex(row.block),
      }
    },

    async eth_getUserOperationReceipt([given]) {
      const hash = readHash(given)
      const row = await findOperation(store, hash)
      if (row?.state !== 'included') return null
      const receipt = await chain.receipt(row.transaction_hash!)
      if (!receipt) return null
      const operation = restoreUserOperation(row.operation)
      return {
        userOpHash: hash,
        entryPoint: ENTRYPOINT_V08,
        sender: row.sender,
        nonce: numberToHex(operation.nonce),
        paymaster: operation.paymaster ?? null,
        actualGasCost: numberToHex(BigInt(row.gas_cost!)),
        actualGasUsed: numberToHex(row.gas_used!),
        success: row.success,
        ...(row.revert_reason ? { reason: explainRevert(row.revert_reason).why } : {}),
        logs: logsOf(receipt.raw.logs as readonly LogJson[], hash),
        receipt: receipt.raw,
      }
    },

    async gesim_userOperationGasPrice() {
      const { maxFeePerGas, maxPriorityFeePerGas } = await chain.fees()
      return {
        maxFeePerGas: numberToHex(maxFeePerGas),
        maxPriorityFeePerGas: numberToHex(maxPriorityFeePerGas),
      }
    },

    async gesim_userOperationStatus([given]) {
      const row = await findOperation(store, readHash(given))
      if (!row) return { state: 'unknown' }
      return {
        state: row.state,
        ...(row.transaction_hash ? { transactionHash: row.transaction_hash } : {}),
        ...(row.why ? { why: row.why } : {}),
        ...(row.success === null ? {} : { success: row.success }),
        ...(row.revert_reason ? { revert: explainRevert(row.revert_reason).why } : {}),
      }
    },
  }
}

function findOperation(store: Store, hash: Hex) {
  return rows(store)
    .selectFrom('relayer_operations as o')
    .leftJoin('relayer_transactions as t', 't.id', 'o.transaction_id')
    .select([
      'o.operation',
      'o.sender',
      'o.state',
      'o.success',
      'o.gas_used',
      'o.gas_cost',
      'o.revert_reason',
      'o.why',
      't.hash as transaction_hash',
      't.block',
      't.block_hash',
    ])
    .where('o.hash', '=', hash)
    .executeTakeFirst()
}

interface LogJson {
  readonly topics: readonly string[]
}

const USER_OPERATION_EVENT = '0x49628fd1471006c1482da88028e9ce4dbb080b815c9b0344d39e5a8e6ec1419f'
const BEFORE_EXECUTION = '0xbb47ee3e183a558b1a2ff0874b079f3fc5478b7454eacf2bfc5af2ff5878f972'

/** An operation's own logs: those between the event before it and its own. */
function logsOf(logs: readonly LogJson[], hash: Hex): readonly LogJson[] {
  const end = logs.findIndex(({ topics }) => topics[0] === USER_OPERATION_EVENT && topics[1] === hash)
  if (end < 0) return []
  let start = end
  while (start > 0) {
    const topic = logs[start - 1]!.topics[0]
    if (topic === USER_OPERATION_EVENT || topic === BEFORE_EXECUTION) break
    start--
  }
  return logs.slice(start, end + 1)
}

/** The JSON-RPC error for anything that was thrown. What nobody named is not explained to strangers. */
export function faultOf(error: unknown): RpcFault {
  if (error instanceof RpcFault) return error
  if (isFailure(error, 'relayer.operation-rejected')) {
    const reason = String(error.facts.reason)
    return new RpcFault(codeOfRejection(reason), reason, { code: error.code })
  }
  if (isFailure(error, 'relayer.operation-invalid'))
    return new RpcFault(RPC_CODE.invalidParams, `${error.facts.field}: ${error.facts.why}`, {
      code: error.code,
    })
  if (isFailure(error, 'relayer.not-sponsored'))
    return new RpcFault(RPC_CODE.notSponsored, String(error.facts.why), { code: error.code })
  if (isFailure(error) && kindOf(error) !== 'broken')
    return new RpcFault(RPC_CODE.throttled, (error as Failure).message, { code: (error as Failure).code })
  return new RpcFault(RPC_CODE.internal, 'internal error')
}
