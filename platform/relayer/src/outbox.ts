import type { Log } from '@gesim/base'
import { broken } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { Store, Tx } from '@gesim/store'
import { sql } from 'kysely'
import { type RelayerChain, RpcError } from './chain.ts'
import type { Delegation } from './delegation.ts'
import type { Role, TransactionSigner, Wish } from './ports.ts'
import { rows, rowsIn } from './table.ts'

/** What a signed transaction is made of beside its nonce. */
export interface Draft {
  readonly to: Hex
  readonly data: Hex
  readonly value: bigint
  readonly gas: bigint
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
  readonly delegations?: readonly Delegation[]
}

/** Writes a wish in the caller's transaction. The same key again changes nothing. */
export async function wish(tx: Tx, wanted: Wish): Promise<void> {
  await rowsIn(tx)
    .insertInto('relayer_transactions')
    .values({
      key: wanted.key,
      kind: wanted.kind,
      intent_id: wanted.intentId,
      role: wanted.role,
      to_address: wanted.to,
      data: wanted.data,
      value: (wanted.value ?? 0n).toString(),
      gas_limit: wanted.gasLimit ?? null,
    })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute()
}

/**
 * Takes the sender's next nonce, signs, and stores what was signed: after the commit the transaction must be sent, now
 * or by whoever starts next. Called in a database transaction and asks nobody outside; `pendingCount` was read before.
 */
export async function signInto(
  tx: Tx,
  chainId: number,
  signer: TransactionSigner,
  id: bigint,
  draft: Draft,
  pendingCount: bigint,
): Promise<{ nonce: bigint; hash: Hex; raw: Hex }> {
  const own = rowsIn(tx)
  await own
    .insertInto('relayer_senders')
    .values({ address: signer.address, next_nonce: pendingCount })
    .onConflict((conflict) => conflict.column('address').doNothing())
    .execute()
  const sender = await own
    .selectFrom('relayer_senders')
    .select('next_nonce')
    .where('address', '=', signer.address)
    .forUpdate()
    .executeTakeFirstOrThrow()
  // The chain may be ahead: the key deployed contracts before it came here.
  const nonce = sender.next_nonce > pendingCount ? sender.next_nonce : pendingCount
  const { raw, hash } = await signer.signTransaction({ ...draft, chainId, nonce: Number(nonce) })
  await own
    .updateTable('relayer_senders')
    .set({ next_nonce: nonce + 1n })
    .where('address', '=', signer.address)
    .execute()
  await storeSigned(tx, id, signer.address, nonce, draft, { raw, hash })
  return { nonce, raw, hash }
}

async function storeSigned(
  tx: Tx,
  id: bigint,
  sender: Hex,
  nonce: bigint,
  draft: Draft,
  signed: { raw: Hex; hash: Hex },
): Promise<void> {
  const own = rowsIn(tx)
  await own
    .updateTable('relayer_transactions')
    .set({
      state: 'signed',
      sender,
      nonce,
      hash: signed.hash,
      raw: signed.raw,
      gas_limit: draft.gas,
      max_fee: draft.maxFeePerGas.toString(),
      priority_fee: draft.maxPriorityFeePerGas.toString(),
      signed_at: sql<Date>`now()`,
    })
    .where('id', '=', id)
    .execute()
  await own
    .insertInto('relayer_attempts')
    .values({ hash: signed.hash, transaction_id: id })
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .execute()
}

/** Signs a transaction again with the same nonce and higher fees. Both forms may be mined; one will be. */
export async function signAgain(
  tx: Tx,
  chainId: number,
  signer: TransactionSigner,
  id: bigint,
  nonce: bigint,
  draft: Draft,
): Promise<{ raw: Hex; hash: Hex }> {
  const signed = await signer.signTransaction({ ...draft, chainId, nonce: Number(nonce) })
  await storeSigned(tx, id, signer.address, nonce, draft, signed)
  return signed
}

/**
 * Hands a stored transaction to the chain and notes that it is there. When the node does not take it (an empty purse, a
 * fee below the base fee), that is noted as the reason and given back: it counts as sent, so that it is offered again
 * after a while, and meanwhile holds up nobody else.
 */
export async function send(
  store: Store,
  chain: RelayerChain,
  id: bigint,
  raw: Hex,
): Promise<string | undefined> {
  let why: string | undefined
  try {
    await chain.sendRaw(raw)
  } catch (error) {
    if (!(error instanceof RpcError)) throw error
    why = error.message.slice(0, 500)
  }
  const reason = why === undefined ? { code: null, why: null } : { code: 'relayer.node-refused', why }
  await rows(store)
    .updateTable('relayer_transactions')
    .set({ state: 'sent', sent_at: sql<Date>`now()`, ...reason })
    .where('id', '=', id)
    .where('state', 'in', ['signed', 'sent', 'mined'])
    .execute()
  return why
}

/**
 * Takes a transaction back to a wish that nobody has signed. Its signed forms are forgotten with it: found again under
 * the next nonce, the receipt of an old form would pass for the new one's, and the call would be made once more.
 */
export async function unsignIn(tx: Tx, id: bigint, values: Partial<Reason> = {}): Promise<void> {
  const own = rowsIn(tx)
  await own
    .updateTable('relayer_transactions')
    .set({ state: 'wanted', sender: null, nonce: null, raw: null, hash: null, ...values })
    .where('id', '=', id)
    .execute()
  await own.deleteFrom('relayer_attempts').where('transaction_id', '=', id).execute()
}

interface Reason {
  readonly tries: number
  readonly code: string
  readonly why: string
}

/**
 * After a start: a chain that lost blocks (a local one whose last seconds were not written, a long reorganisation) has
 * forgotten transactions that we saw mined. They are signed and stored, so they are sent again.
 */
export async function reopenForgotten(
  store: Store,
  chain: RelayerChain,
  signers: readonly TransactionSigner[],
  log: Log,
): Promise<void> {
  for (const { address } of signers) {
    const count = await chain.count(address, 'latest')
    const reopened = await rows(store)
      .updateTable('relayer_transactions')
      .set({ state: 'signed', block: null, block_hash: null })
      .where('sender', '=', address)
      .where('nonce', '>=', count)
      .where('state', 'in', ['mined', 'final'])
      .returning('id')
      .execute()
    if (reopened.length > 0)
      log.warn('the chain forgot transactions; they are sent again', { address, count: reopened.length })
  }
}

/** The key that sends for a role. Roles with several keys are the bundler's, which chooses itself. */
export function signerOf(
  signers: Readonly<Record<Role, readonly TransactionSigner[]>>,
  role: Role,
): TransactionSigner {
  const [signer] = signers[role]
  if (!signer) throw broken('relayer.unknown-role', { role })
  return signer
}
