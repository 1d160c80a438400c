import { isFailure, type Log } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { Store, Tx } from '@gesim/store'
import { type Selectable, sql } from 'kysely'
import { type Receipt, type RelayerChain, RpcError } from './chain.ts'
import { bumpedFees, decideStep, retryAfterMs } from './decide.ts'
import { type Draft, send, signAgain, signerOf, signInto } from './outbox.ts'
import type { Role, TransactionSigner } from './ports.ts'
import { explainRevert, type Revert } from './reverts.ts'
import type { Signers } from './signers.ts'
import { rows, rowsIn, TRANSACTION_COLUMNS, type TransactionTable } from './table.ts'

type Row = Pick<Selectable<TransactionTable>, (typeof TRANSACTION_COLUMNS)[number]>

/** What sending needs. */
export interface SenderContext {
  readonly store: Store
  readonly chain: RelayerChain
  readonly signers: Signers
  readonly log: Log
  readonly bumpAfterMs: number
  /**
   * Called in the transaction that notes the end of a bundle, mined (with its receipt) or not (null): the bundler reads
   * its operations' fate from it.
   */
  onBundle(tx: Tx, transactionId: bigint, receipt: Receipt | null): Promise<void>
}

const AT_ONCE = 16
const OPEN_MOST = 500
/** Gas beyond the estimate: state may change until the block. */
const GAS_SLACK = (estimate: bigint) => estimate + estimate / 4n + 20_000n

/** Simulates, signs and sends what is wished for and due. Returns how many rows it moved. */
export async function sendWanted(context: SenderContext, role: Role): Promise<number> {
  const { store } = context
  const wanted: Row[] = await rows(store)
    .selectFrom('relayer_transactions')
    .select(TRANSACTION_COLUMNS)
    .where('state', '=', 'wanted')
    .where('role', '=', role)
    .where('not_before', '<=', sql<Date>`now()`)
    .orderBy('id')
    .limit(AT_ONCE)
    .execute()
  if (wanted.length === 0) return 0
  const signer = signerOf(context.signers, role)
  // Estimates side by side, signatures and sends in the order of the wishes.
  const estimates = await Promise.all(wanted.map((row) => estimate(context, row, signer)))
  const [fees, pendingCount] = await Promise.all([
    context.chain.fees(),
    context.chain.count(signer.address, 'pending'),
  ])
  for (const [at, row] of wanted.entries()) {
    const outcome = estimates[at]!
    if ('revert' in outcome) await postpone(context, row, outcome.revert)
    else {
      const draft = { ...draftOf(row, outcome.gas), ...fees }
      await signAndSend(context, row, signer, draft, pendingCount)
    }
  }
  return wanted.length
}

async function estimate(
  { chain }: SenderContext,
  row: Row,
  signer: TransactionSigner,
): Promise<{ gas: bigint } | { revert: Revert }> {
  try {
    const gas = await chain.estimateGas({
      from: signer.address,
      to: row.to_address,
      data: row.data,
      value: BigInt(row.value),
    })
    return { gas: GAS_SLACK(gas) }
  } catch (error) {
    if (error instanceof RpcError) return { revert: explainRevert(error.data, error.message) }
    throw error
  }
}

const draftOf = (row: Row, gas: bigint) => ({
  to: row.to_address,
  data: row.data,
  value: BigInt(row.value),
  gas,
})

async function signAndSend(
  context: SenderContext,
  row: Row,
  signer: TransactionSigner,
  draft: Draft,
  pendingCount: bigint,
): Promise<void> {
  const { store, chain, log } = context
  const signed = await store.tx(async (tx) => {
    const still = await rowsIn(tx)
      .selectFrom('relayer_transactions')
      .select('id')
      .where('id', '=', row.id)
      .where('state', '=', 'wanted')
      .forUpdate()
      .executeTakeFirst()
    return still ? signInto(tx, chain.chainId, signer, row.id, draft, pendingCount) : undefined
  })
  if (!signed) return
  await send(store, chain, row.id, signed.raw)
  log.info('transaction sent', { event: row.kind, hash: signed.hash, ...intentOf(row) })
}

const intentOf = (row: Row) => (row.intent_id === null ? {} : { intentId: row.intent_id })

/** A call that reverts waits if time alone can change that, and is refused for good otherwise. */
async function postpone(context: SenderContext, row: Row, revert: Revert): Promise<void> {
  const { store, log } = context
  if (revert.temporary) {
    await rows(store)
      .updateTable('relayer_transactions')
      .set({
        tries: row.tries + 1,
        not_before: sql<Date>`now() + make_interval(secs => ${retryAfterMs(row.tries) / 1_000})`,
        code: revert.code,
        why: revert.why,
      })
      .where('id', '=', row.id)
      .where('state', '=', 'wanted')
      .execute()
    return
  }
  await store.tx((tx) => refuseIn(context, tx, row, revert))
  log.warn('transaction refused', { event: row.kind, code: revert.code, why: revert.why, ...intentOf(row) })
}

async function refuseIn({ store }: SenderContext, tx: Tx, row: Row, revert: Revert): Promise<void> {
  await rowsIn(tx)
    .updateTable('relayer_transactions')
    .set({ state: 'refused', code: revert.code, why: revert.why })
    .where('id', '=', row.id)
    .execute()
  await store.append(tx, 'transaction.refused', row.intent_id, {
    key: row.key,
    code: revert.code,
    why: revert.why,
  })
}

/** Looks after everything signed by one key: sends, notes receipts, raises fees, finishes. Returns rows moved. */
export async function track(context: SenderContext, signer: TransactionSigner): Promise<number> {
  const { store, chain } = context
  const open: Row[] = await rows(store)
    .selectFrom('relayer_transactions')
    .select(TRANSACTION_COLUMNS)
    .where('sender', '=', signer.address)
    .where('state', 'in', ['signed', 'sent', 'mined'])
    .orderBy('nonce')
    .limit(OPEN_MOST)
    .execute()
  if (open.length === 0) return 0
  // Counts before receipts: a nonce counted as gone has its receipt by the time we ask for it.
  const [finalizedCount, finalizedBlock] = await Promise.all([
    chain.count(signer.address, 'finalized'),
    chain.finalizedBlock(),
  ])
  let moved = 0
  for (const row of open) {
    const receipt = await findReceipt(context, row)
    const step = decideStep({
      state: row.state as 'signed' | 'sent' | 'mined',
      nonce: row.nonce!,
      receipt,
      finalizedCount,
      finalizedBlock,
      minedBlockHash: row.block_hash,
      sentForMs: row.sent_at ? Date.now() - row.sent_at.getTime() : 0,
      bumpAfterMs: context.bumpAfterMs,
    })
    if (step === 'wait') continue
    moved++
    if (step === 'send') await send(store, chain, row.id, row.raw!)
    if (step === 'mine') await mine(context, row, receipt!)
    if (step === 'finish') await setState(context, row, { state: 'final' })
    if (step === 'bump') await bump(context, row, signer)
    if (step === 'release') await release(context, row)
  }
  return moved
}

async function findReceipt({ store, chain }: SenderContext, row: Row): Promise<Receipt | null> {
  const latest = await chain.receipt(row.hash!)
  if (latest) return latest
  // Only transactions that were signed more than once have other forms to ask for.
  const others = await rows(store)
    .selectFrom('relayer_attempts')
    .select('hash')
    .where('transaction_id', '=', row.id)
    .where('hash', '!=', row.hash!)
    .execute()
  for (const { hash } of others) {
    const receipt = await chain.receipt(hash)
    if (receipt) return receipt
  }
  return null
}

async function mine(context: SenderContext, row: Row, receipt: Receipt): Promise<void> {
  const { store, log } = context
  if (row.role === 'executor') return mineBundle(context, row, receipt)
  const revert = receipt.success ? undefined : await reasonOf(context, row)
  await store.tx(async (tx) => {
    const facts = factsOf(receipt)
    const update = rowsIn(tx).updateTable('relayer_transactions').where('id', '=', row.id)
    if (revert === undefined) {
      await update.set({ ...facts, state: 'mined' }).execute()
    } else if (revert.temporary) {
      await update
        .set({ ...facts, ...UNSIGNED, tries: row.tries + 1, code: revert.code, why: revert.why })
        .execute()
    } else {
      await update.set(facts).execute()
      await refuseIn(context, tx, row, revert)
    }
  })
  const outcome = receipt.success ? 'transaction mined' : 'transaction reverted'
  log.info(outcome, {
    event: row.kind,
    hash: receipt.hash,
    block: receipt.block,
    gas: receipt.gasUsed,
    ...intentOf(row),
  })
}

const factsOf = (receipt: Receipt) => ({
  hash: receipt.hash,
  block: receipt.block,
  block_hash: receipt.blockHash,
  gas_used: receipt.gasUsed,
  gas_price: receipt.gasPrice.toString(),
  mined_at: sql<Date>`now()`,
})

/** A bundle is not retried as it was: operations that it did not include go into another one. */
async function mineBundle(context: SenderContext, row: Row, receipt: Receipt): Promise<void> {
  await context.store.tx(async (tx) => {
    await rowsIn(tx)
      .updateTable('relayer_transactions')
      .set({ ...factsOf(receipt), state: receipt.success ? 'mined' : 'refused' })
      .where('id', '=', row.id)
      .execute()
    await context.onBundle(tx, row.id, receipt)
  })
}

const UNSIGNED = { state: 'wanted', sender: null, nonce: null, raw: null } as const

/** A mined revert says nothing about its reason: the same call, made now, mostly still does. */
async function reasonOf({ chain }: SenderContext, row: Row): Promise<Revert> {
  try {
    await chain.call({ from: row.sender!, to: row.to_address, data: row.data, value: BigInt(row.value) })
  } catch (error) {
    if (error instanceof RpcError) return explainRevert(error.data, error.message)
    throw error
  }
  // It would pass now: it met a state that is over.
  return { code: 'relayer.reverted', why: 'reverted when it was mined, would pass now', temporary: true }
}

async function bump(context: SenderContext, row: Row, signer: TransactionSigner): Promise<void> {
  const { store, chain, log } = context
  const fees = bumpedFees(
    { maxFeePerGas: BigInt(row.max_fee!), maxPriorityFeePerGas: BigInt(row.priority_fee!) },
    await chain.fees(),
  )
  const draft = { ...draftOf(row, row.gas_limit!), ...fees }
  const signed = await store.tx((tx) => signAgain(tx, chain.chainId, signer, row.id, row.nonce!, draft))
  try {
    await send(store, chain, row.id, signed.raw)
  } catch (error) {
    // Refused as a replacement: the first form is still there and will be mined.
    if (!(error instanceof RpcError)) throw error
    log.debug('replacement refused', { hash: signed.hash, error })
  }
  log.info('fee raised', { event: row.kind, hash: signed.hash, ...intentOf(row) })
}

/** Its nonce went to a transaction that is not ours, for good: it starts anew. */
async function release(context: SenderContext, row: Row): Promise<void> {
  context.log.warn('another transaction took the nonce', { address: row.sender, hash: row.hash })
  if (row.role === 'executor') {
    await context.store.tx(async (tx) => {
      await rowsIn(tx)
        .updateTable('relayer_transactions')
        .set({ state: 'refused', why: 'another transaction took the nonce' })
        .where('id', '=', row.id)
        .execute()
      await context.onBundle(tx, row.id, null)
    })
    return
  }
  await setState(context, row, { ...UNSIGNED, hash: null })
}

async function setState({ store }: SenderContext, row: Row, values: Partial<Selectable<TransactionTable>>) {
  await rows(store).updateTable('relayer_transactions').set(values).where('id', '=', row.id).execute()
}

/** Whether an error only means that the chain could not be asked. */
export const isUnreachable = (error: unknown) => isFailure(error, 'relayer.chain-unreachable')

/** Hash of the newest signed form of a key's transaction and its state; undefined when nobody wished for it. */
export async function stateOf(
  store: Store,
  key: string,
): Promise<{ state: string; hash: Hex | null; why: string | null; code: string | null } | undefined> {
  return rows(store)
    .selectFrom('relayer_transactions')
    .select(['state', 'hash', 'why', 'code'])
    .where('key', '=', key)
    .executeTakeFirst()
}
