import type { Hex } from '@gesim/journey'
import type { Tx } from '@gesim/store'
import { type Selectable, sql } from 'kysely'
import type { Receipt } from '../chain.ts'
import { send, signInto } from '../outbox.ts'
import type { TransactionSigner } from '../ports.ts'
import type { SenderContext } from '../sender.ts'
import { type OperationTable, rows, rowsIn } from '../table.ts'
import {
  ENTRY_POINT,
  encodeHandleOps,
  outcomesIn,
  simulateBundle,
  TRANSACTION_GAS_CAP,
} from './entry-point.ts'
import { gasLimitOf, packUserOperation, restoreUserOperation, type UserOperation } from './user-operation.ts'

type Row = Pick<Selectable<OperationTable>, 'hash' | 'sender' | 'operation' | 'reverts'>

/** Bundles that may revert with an operation in them, in company and then alone. */
const MOST_REVERTS = 2

interface Member {
  readonly hash: Hex
  readonly operation: UserOperation
}

/** Sends one bundle with this key if operations wait and its last bundle is mined. Returns how many it holds. */
export async function sendBundle(
  context: SenderContext,
  executor: TransactionSigner,
  bundleSize: number,
): Promise<number> {
  if (await isBusy(context, executor.address)) return 0
  const members = await claim(context, bundleSize)
  try {
    return members.length === 0 ? 0 : await bundle(context, executor, members)
  } finally {
    for (const { hash } of members) inHand.delete(hash)
  }
}

async function bundle(
  context: SenderContext,
  executor: TransactionSigner,
  members: Member[],
): Promise<number> {
  const { store, chain } = context
  const kept = await dropRejected(context, executor.address, members)
  if (kept.length === 0) return 0
  const [fees, pendingCount] = await Promise.all([chain.fees(), chain.count(executor.address, 'pending')])
  const data = dataOf(kept, executor.address)
  const signed = await store.tx(async (tx) => {
    const own = rowsIn(tx)
    const still = await own
      .selectFrom('relayer_operations')
      .select('hash')
      .where(
        'hash',
        'in',
        kept.map(({ hash }) => hash),
      )
      .where('state', '=', 'accepted')
      .forUpdate()
      .execute()
    // Another process bundled some of them meanwhile: look again in the next round.
    if (still.length !== kept.length) return undefined
    const { id } = await own
      .insertInto('relayer_transactions')
      .values({
        key: `bundle:${kept[0]!.hash}:${pendingCount}:${executor.address}`,
        kind: 'bundle',
        role: 'executor',
        to_address: ENTRY_POINT,
        data,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await own
      .updateTable('relayer_operations')
      .set({ state: 'bundled', transaction_id: id })
      .where(
        'hash',
        'in',
        kept.map(({ hash }) => hash),
      )
      .execute()
    const draft = {
      to: ENTRY_POINT,
      data,
      value: 0n,
      gas: gasOf(kept),
      ...fees,
      delegations: delegationsOf(kept),
    }
    return { id, ...(await signInto(tx, chain.chainId, executor, id, draft, pendingCount)) }
  })
  if (!signed) return 0
  const why = await send(store, chain, signed.id, signed.raw)
  const facts = { hash: signed.hash, count: kept.length, address: executor.address }
  if (why === undefined) context.log.debug('bundle sent', facts)
  else context.log.warn('the node does not take a bundle', { ...facts, code: 'relayer.node-refused', why })
  return kept.length
}

const dataOf = (members: readonly Member[], beneficiary: Hex) =>
  encodeHandleOps(
    members.map(({ operation }) => packUserOperation(operation)),
    beneficiary,
  )

const delegationsOf = (members: readonly Member[]) =>
  members.flatMap(({ operation }) => operation.eip7702Auth ?? [])

const gasOf = (members: readonly Member[]) =>
  members.reduce((sum, { operation }) => sum + gasLimitOf(operation), 200_000n)

/** A key has one bundle under way: a second one could only be mined after it and would delay its fee being raised. */
async function isBusy({ store }: SenderContext, executor: Hex): Promise<boolean> {
  const open = await rows(store)
    .selectFrom('relayer_transactions')
    .select('id')
    .where('sender', '=', executor)
    .where('state', 'in', ['signed', 'sent'])
    .limit(1)
    .executeTakeFirst()
  return open !== undefined
}

// Operations in hand of another key of this process, which would only be found taken at the end.
const inHand = new Set<Hex>()

async function claim({ store }: SenderContext, bundleSize: number): Promise<Member[]> {
  const candidates: Row[] = await rows(store)
    .selectFrom('relayer_operations')
    .select(['hash', 'sender', 'operation', 'reverts'])
    .where('state', '=', 'accepted')
    .$if(inHand.size > 0, (query) => query.where('hash', 'not in', [...inHand]))
    .orderBy('position')
    .limit(bundleSize * 2)
    .execute()
  const members: Member[] = []
  const senders = new Set<Hex>()
  let gas = 0n
  for (const { hash, sender, operation, reverts } of candidates) {
    if (members.length === bundleSize || senders.has(sender) || inHand.has(hash)) continue
    const restored = restoreUserOperation(operation)
    // One that was in a bundle that reverted goes alone: it may have been the one. So does one with a delegation: its sender
    // can void that by any transaction of their own, and the bundle would fall with it.
    const alone = reverts > 0 || restored.eip7702Auth !== undefined
    if (alone && members.length > 0) continue
    gas += gasLimitOf(restored)
    if (gas > TRANSACTION_GAS_CAP) break
    senders.add(sender)
    members.push({ hash, operation: restored })
    // Nothing is awaited since the check above, so that two keys never take the same operation.
    inHand.add(hash)
    if (alone) break
  }
  return members
}

/** Takes out, one by one, what the EntryPoint rejects now: on chain one bad operation undoes its whole bundle. */
async function dropRejected(context: SenderContext, executor: Hex, members: Member[]): Promise<Member[]> {
  const left = [...members]
  while (left.length > 0) {
    const rejection = await simulateBundle(
      context.chain,
      executor,
      dataOf(left, executor),
      gasOf(left),
      delegationsOf(left),
    )
    if (!rejection) break
    const [bad] = left.splice(rejection.index, 1)
    if (!bad) return []
    await rows(context.store)
      .updateTable('relayer_operations')
      .set({ state: 'dropped', why: rejection.reason })
      .where('hash', '=', bad.hash)
      .where('state', '=', 'accepted')
      .execute()
    context.log.info('operation dropped', { hash: bad.hash, why: rejection.reason })
  }
  return left
}

/** Notes in the receipt's transaction what became of each operation; those that were not included wait again. */
export async function noteOutcomes(tx: Tx, transactionId: bigint, receipt: Receipt | null): Promise<void> {
  const own = rowsIn(tx)
  const outcomes = receipt?.success ? outcomesIn(receipt) : []
  if (outcomes.length > 0) {
    await sql`
      update gesim.relayer_operations o
      set state = 'included', success = n.success, gas_used = n.gas_used, gas_cost = n.gas_cost,
        revert_reason = n.revert_reason, included_at = now()
      from unnest(
        ${outcomes.map(({ hash }) => hash)}::text[],
        ${outcomes.map(({ success }) => success)}::boolean[],
        ${outcomes.map(({ gasUsed }) => gasUsed)}::bigint[],
        ${outcomes.map(({ gasCost }) => gasCost.toString())}::numeric[],
        ${outcomes.map(({ revertReason }) => revertReason ?? null)}::text[]
      ) as n (hash, success, gas_used, gas_cost, revert_reason)
      where o.hash = n.hash`.execute(tx)
  }
  const left = own
    .updateTable('relayer_operations')
    .where('transaction_id', '=', transactionId)
    .where('state', '=', 'bundled')
  if (receipt === null || receipt.success) {
    await left.set({ state: 'accepted', transaction_id: null }).execute()
    return
  }
  // The bundle reverted and was paid for: twice is enough for an operation that the simulation lets pass.
  await left
    .set({
      reverts: sql<number>`reverts + 1`,
      state: sql<
        'accepted' | 'dropped'
      >`case when reverts < ${MOST_REVERTS} - 1 then 'accepted' else 'dropped' end`,
      why: sql<string>`case when reverts < ${MOST_REVERTS} - 1 then why else 'its bundles reverted on chain' end`,
      transaction_id: null,
    })
    .execute()
}
