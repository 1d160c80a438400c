import { type Log, unreachable } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { Store, Tx } from '@gesim/store'
import { type Selectable, sql } from 'kysely'
import { type Receipt, type RelayerChain, RpcError } from './chain.ts'
import { bumpedFees, decideStep, retryAfterMs } from './decide.ts'
import { delegationsIn } from './delegation.ts'
import { asDuty, callIn, type DutyAddresses } from './duties.ts'
import { type Draft, send, signAgain, signerOf, signInto, unsignIn } from './outbox.ts'
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
  /** Where duties are paid for; absent where nobody pays. */
  readonly duties?: DutyAddresses
  /**
   * Called in the transaction that notes the end of a bundle, mined (with its receipt) or not (null): the bundler reads
   * its operations' fate from it.
   */
  onBundle(tx: Tx, transactionId: bigint, receipt: Receipt | null): Promise<void>
}

const AT_ONCE = 16
const OPEN_MOST = 500
/** Mined transactions that wait for finality are looked at again so often, the newest ones: a reorganisation takes those. */
const MINED_EVERY_MS = 2_000
const MINED_MOST = 100
/** When the mined transactions of a key were last looked at, by its address. */
const minedSeenMs = new Map<Hex, number>()
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
      const draft = { ...draftOf(row, outcome.gas), ...outcome.duty, ...fees }
      await signAndSend(context, row, signer, draft, pendingCount)
    }
  }
  return wanted.length
}

/** Gas of the call, and of the same call as a paid duty where that pays. Another way is tried once only: then the call goes directly. */
async function estimate(
  { chain, duties }: SenderContext,
  row: Row,
  signer: TransactionSigner,
): Promise<{ gas: bigint; duty?: Pick<Draft, 'to' | 'data' | 'gas'> } | { revert: Revert }> {
  try {
    const gas = await chain.estimateGas({
      from: signer.address,
      to: row.to_address,
      data: row.data,
      value: BigInt(row.value),
    })
    const wish = { kind: row.kind, data: row.data, from: signer.address, directGas: gas }
    const duty = duties && row.tries === 0 ? await asDuty(chain, duties, wish) : null
    return { gas: GAS_SLACK(gas), ...(duty ? { duty: { ...duty, gas: GAS_SLACK(duty.gas) } } : {}) }
  } catch (error) {
    if (!(error instanceof RpcError)) throw error
    if (error.isRevert) return { revert: explainRevert(error.data, error.message) }
    // The node's own no is no answer of the contract: nothing is refused for it.
    return { revert: { code: 'relayer.node-refused', why: error.message.slice(0, 500), temporary: true } }
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
  const why = await send(store, chain, row.id, signed.raw)
  const facts = { event: row.kind, hash: signed.hash, ...intentOf(row) }
  if (why === undefined) log.info('transaction sent', facts)
  else log.warn('the node does not take a transaction', { ...facts, code: 'relayer.node-refused', why })
}

const intentOf = (row: Row) => (row.intent_id === null ? {} : { intentId: row.intent_id })

/** A call that reverts waits if time alone can change that, and is refused for good otherwise. */
async function postpone(context: SenderContext, row: Row, revert: Revert): Promise<void> {
  const { store, log } = context
  if (revert.temporary) {
    // The first, second, fourth, … time.
    if (revert.code === 'relayer.node-refused' && (row.tries & (row.tries + 1)) === 0)
      log.warn('a transaction waits', {
        event: row.kind,
        code: revert.code,
        why: revert.why,
        ...intentOf(row),
      })
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
    .set({
      state: 'refused',
      code: revert.code,
      why: revert.why,
      // What was signed ahead is good for another try by whoever finds it.
      ...(row.kind === 'renewal.wanted' ? { data: '0x', raw: null } : {}),
    })
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
  if (!(await hasOpen(store, signer.address))) return 0
  // Counts before receipts: a nonce counted as gone has its receipt by the time we ask for it.
  const [finalizedCount, finalizedBlock] = await Promise.all([
    chain.count(signer.address, 'finalized'),
    chain.finalizedBlock(),
  ])
  let moved = 0
  for (const row of await openRows(store, signer.address, finalizedBlock)) {
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
    if (step === 'send') await offer(context, row)
    if (step === 'mine') await mine(context, row, receipt!)
    if (step === 'finish') await setState(context, row, { state: 'final' })
    if (step === 'bump') await bump(context, row, signer)
    if (step === 'release') await release(context, row)
  }
  return moved
}

const openOf = (store: Store, sender: Hex) =>
  rows(store)
    .selectFrom('relayer_transactions')
    .select(TRANSACTION_COLUMNS)
    .where('sender', '=', sender)
    .where('state', 'in', ['signed', 'sent', 'mined'])

async function hasOpen(store: Store, sender: Hex): Promise<boolean> {
  return (await openOf(store, sender).limit(1).executeTakeFirst()) !== undefined
}

/**
 * What may have moved: everything that is under way, what finality has reached, and now and then what was mined last.
 * Finality can take a quarter of an hour: to ask for every mined transaction in every round would leave no time to send.
 */
async function openRows(store: Store, sender: Hex, finalizedBlock: bigint): Promise<Row[]> {
  const underWay = openOf(store, sender).where('state', '!=', 'mined').orderBy('nonce').limit(OPEN_MOST)
  const reached = openOf(store, sender)
    .where('state', '=', 'mined')
    .where('block', '<=', finalizedBlock)
    .orderBy('nonce')
    .limit(OPEN_MOST)
  const found: Row[] = [...(await reached.execute()), ...(await underWay.execute())]
  if (Date.now() - (minedSeenMs.get(sender) ?? 0) < MINED_EVERY_MS) return found
  minedSeenMs.set(sender, Date.now())
  const newest = openOf(store, sender)
    .where('state', '=', 'mined')
    .where('block', '>', finalizedBlock)
    .orderBy('nonce', 'desc')
    .limit(MINED_MOST)
  return [...found, ...(await newest.execute()).reverse()]
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
      await update.set(facts).execute()
      await unsignIn(tx, row.id, { tries: row.tries + 1, code: revert.code, why: revert.why })
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

/** A mined revert says nothing about its reason: the same call, made now, mostly still does. */
async function reasonOf({ chain }: SenderContext, row: Row): Promise<Revert> {
  try {
    await chain.call({ from: row.sender!, to: row.to_address, data: row.data, value: BigInt(row.value) })
  } catch (error) {
    if (!(error instanceof RpcError)) throw error
    if (error.isExecution) return explainRevert(error.data, error.message)
    throw unreachable('relayer.chain-unreachable', { why: error.message.slice(0, 200) }, error)
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
  if (fees === null) return await offer(context, row)
  const draft = {
    ...draftOf(row, row.gas_limit!),
    ...callIn(row.raw!),
    ...fees,
    delegations: delegationsIn(row.raw),
  }
  const signed = await store.tx((tx) => signAgain(tx, chain.chainId, signer, row.id, row.nonce!, draft))
  // Refused as a replacement: the first form is still there and will be mined.
  const why = await send(store, chain, row.id, signed.raw)
  if (why !== undefined) log.debug('replacement refused', { hash: signed.hash, why })
  log.info('fee raised', { event: row.kind, hash: signed.hash, ...intentOf(row) })
}

/** Gives the chain what is signed, again. */
async function offer({ store, chain, log }: SenderContext, row: Row): Promise<void> {
  const why = await send(store, chain, row.id, row.raw!)
  if (why !== undefined)
    log.warn('the node does not take a transaction', {
      event: row.kind,
      hash: row.hash,
      code: 'relayer.node-refused',
      why,
      ...intentOf(row),
    })
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
  await context.store.tx((tx) => unsignIn(tx, row.id))
}

async function setState({ store }: SenderContext, row: Row, values: Partial<Selectable<TransactionTable>>) {
  await rows(store).updateTable('relayer_transactions').set(values).where('id', '=', row.id).execute()
}

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
