import { type Failure, refuse, unreachable } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { Store } from '@gesim/store'
import type { RelayerChain } from '../chain.ts'
import { requireOurs, requireSignedBy } from '../delegation.ts'
import { rows } from '../table.ts'
import { encodeHandleOps, simulateBundle, TRANSACTION_GAS_CAP } from './entry-point.ts'
import {
  gasLimitOf,
  hashUserOperation,
  type PackedUserOperation,
  packUserOperation,
  preVerificationGasOf,
  type UserOperation,
  writeUserOperation,
} from './user-operation.ts'

/** What accepting operations needs. */
export interface PoolContext {
  readonly store: Store
  readonly chain: RelayerChain
  /** Addresses of the keys that send bundles. */
  readonly executors: readonly Hex[]
  readonly bundleSize: number
  readonly poolSize: number
  /** The code of our accounts, the only one that an operation's sender may delegate itself to. */
  readonly accountImplementation: Hex
  /** Called after operations were accepted. */
  accepted(): void
}

/** The bundler's door for operations. */
export interface Pool {
  /** Checks, simulates and stores an operation. Resolves with its hash: from then on it is not lost. */
  submit(operation: UserOperation): Promise<Hex>
}

interface Entry {
  readonly operation: UserOperation
  readonly packed: PackedUserOperation
  readonly hash: Hex
  resolve(hash: Hex): void
  reject(error: unknown): void
}

const OPERATION_GAS_CAP = 12_000_000n
const VERIFICATION_GAS_CAP = 5_000_000n
const OPEN_PER_SENDER = 4

const invalid = (field: string, why: string) => refuse('relayer.operation-invalid', { field, why })

/** Limits that need no chain. */
function checkLimits(operation: UserOperation, packed: PackedUserOperation): void {
  const floor = preVerificationGasOf(packed)
  if (operation.preVerificationGas < floor)
    throw invalid('preVerificationGas', `${operation.preVerificationGas} is below ${floor}`)
  const total = gasLimitOf(operation)
  if (total > OPERATION_GAS_CAP)
    throw invalid('callGasLimit', `${total} gas in all is above ${OPERATION_GAS_CAP}`)
  const verification = operation.verificationGasLimit + (operation.paymasterVerificationGasLimit ?? 0n)
  if (verification > VERIFICATION_GAS_CAP)
    throw invalid('verificationGasLimit', `${verification} is above ${VERIFICATION_GAS_CAP}`)
  if (operation.maxPriorityFeePerGas > operation.maxFeePerGas)
    throw invalid('maxPriorityFeePerGas', 'above maxFeePerGas')
}

/**
 * Opens the pool. Operations that arrive together are simulated together, as the bundle they will be: one `eth_call` and
 * one insert for up to a bundle's size, a bad one falls out and the rest is tried again.
 */
export function openPool(context: PoolContext): Pool {
  const { store, chain } = context
  const waiting: Entry[] = []
  let draining = 0
  let stored = 0

  const drain = async () => {
    if (draining >= context.executors.length) return
    const executor = context.executors[draining++]!
    try {
      while (waiting.length > 0) await admit(context, executor, take(waiting, context.bundleSize))
    } finally {
      draining--
    }
  }

  return {
    async submit(operation) {
      const packed = packUserOperation(operation)
      checkLimits(operation, packed)
      const { baseFee } = await chain.fees()
      if (operation.maxFeePerGas < baseFee)
        throw invalid('maxFeePerGas', `${operation.maxFeePerGas} is below the base fee ${baseFee}`)
      // Counted now and then: a limit against floods need not be exact.
      if (stored++ % 64 === 0) await requireRoom(store, context.poolSize, waiting.length)
      const hash = hashUserOperation(packed, chain.chainId, operation.eip7702Auth?.address)
      // One whose answer was lost comes again after it was included: the nonce of its authorization is used, by itself.
      if (operation.eip7702Auth && (await isKnown(context, hash))) return hash
      await checkDelegation(context, operation)
      return new Promise<Hex>((resolve, reject) => {
        waiting.push({ operation, packed, hash, resolve, reject })
        void drain()
      })
    },
  }
}

/** An authorization that the chain would pass over in silence is refused with the reason. */
async function checkDelegation({ chain, accountImplementation }: PoolContext, operation: UserOperation) {
  const { eip7702Auth: delegation, sender } = operation
  if (!delegation) return
  requireOurs(delegation, accountImplementation, chain.chainId)
  await requireSignedBy(delegation, sender)
  const nonce = await chain.count(sender, 'pending')
  if (BigInt(delegation.nonce) !== nonce)
    throw invalid('eip7702Auth', `has nonce ${delegation.nonce}, the sender is at ${nonce}`)
}

async function requireRoom(store: Store, poolSize: number, waiting: number): Promise<void> {
  const { count } = await rows(store)
    .selectFrom('relayer_operations')
    .select(({ fn }) => fn.countAll<bigint>().as('count'))
    .where('state', 'in', ['accepted', 'bundled'])
    .executeTakeFirstOrThrow()
  if (Number(count) + waiting >= poolSize) throw unreachable('relayer.pool-full', { waiting: Number(count) })
}

/** The oldest entries, one a sender, within the gas of a transaction. One with a delegation alone, as in its bundle. */
function take(waiting: Entry[], most: number): Entry[] {
  const taken: Entry[] = []
  const senders = new Set<Hex>()
  let gas = 0n
  for (let at = 0; at < waiting.length && taken.length < most; ) {
    const entry = waiting[at]!
    const more = gasLimitOf(entry.operation)
    const alone = entry.operation.eip7702Auth !== undefined
    if (
      senders.has(entry.operation.sender) ||
      gas + more > TRANSACTION_GAS_CAP ||
      (alone && taken.length > 0)
    ) {
      at++
      continue
    }
    gas += more
    senders.add(entry.operation.sender)
    taken.push(entry)
    waiting.splice(at, 1)
    if (alone) break
  }
  return taken
}

async function admit(context: PoolContext, executor: Hex, entries: Entry[]): Promise<void> {
  const left = [...entries]
  try {
    while (left.length > 0) {
      const gas = left.reduce((sum, { operation }) => sum + gasLimitOf(operation), 200_000n)
      const data = encodeHandleOps(
        left.map(({ packed }) => packed),
        executor,
      )
      const delegations = left.flatMap(({ operation }) => operation.eip7702Auth ?? [])
      const rejection = await simulateBundle(context.chain, executor, data, gas, delegations)
      if (!rejection) break
      const [bad] = left.splice(rejection.index, 1)
      // One whose answer was lost comes again after it was included: its nonce is used, by itself.
      if (bad && (await isKnown(context, bad.hash))) bad.resolve(bad.hash)
      else bad?.reject(rejected(rejection.reason))
    }
    await insert(context, left)
  } catch (error) {
    for (const entry of left) entry.reject(error)
  }
}

function rejected(reason: string): Failure {
  return refuse('relayer.operation-rejected', { reason })
}

async function insert(context: PoolContext, entries: readonly Entry[]): Promise<void> {
  if (entries.length === 0) return
  const own = rows(context.store)
  const open = await own
    .selectFrom('relayer_operations')
    .select(['sender', ({ fn }) => fn.countAll<bigint>().as('count')])
    .where('state', 'in', ['accepted', 'bundled'])
    .where(
      'sender',
      'in',
      entries.map(({ operation }) => operation.sender),
    )
    .groupBy('sender')
    .execute()
  const busy = new Set(
    open.filter(({ count }) => Number(count) >= OPEN_PER_SENDER).map(({ sender }) => sender),
  )
  const fitting = entries.filter((entry) => {
    if (!busy.has(entry.operation.sender)) return true
    entry.reject(invalid('sender', `${OPEN_PER_SENDER} operations of this account wait already`))
    return false
  })
  if (fitting.length === 0) return
  const inserted = await own
    .insertInto('relayer_operations')
    .values(
      fitting.map(({ hash, operation }) => ({
        hash,
        sender: operation.sender,
        nonce: operation.nonce.toString(),
        operation: JSON.stringify(writeUserOperation(operation)),
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('hash')
    .execute()
  const stored = new Set(inserted.map(({ hash }) => hash))
  context.accepted()
  for (const entry of fitting) {
    if (stored.has(entry.hash)) entry.resolve(entry.hash)
    else await answerKnown(context, entry)
  }
}

/** The same operation again is answered the same; another one with its nonce is not taken. */
async function answerKnown(context: PoolContext, entry: Entry): Promise<void> {
  if (await isKnown(context, entry.hash)) entry.resolve(entry.hash)
  else entry.reject(invalid('nonce', 'an operation with this nonce waits already'))
}

async function isKnown({ store }: PoolContext, hash: Hex): Promise<boolean> {
  const known = await rows(store)
    .selectFrom('relayer_operations')
    .select('state')
    .where('hash', '=', hash)
    .executeTakeFirst()
  return known !== undefined && known.state !== 'dropped'
}
