import type { Hex } from '@gesim/journey'
import type { Db, Tx } from '@gesim/store'
import { sql } from 'kysely'
import type { OffRampState } from './decide.ts'
import type { ChainRequest, Draft, RampOrder } from './ports.ts'

export interface CarrierRow {
  carrier_id: bigint
  payout: 'usdc' | 'fiat'
  safe: Hex | null
  currency: string | null
  beneficiary_ref: Hex | null
}

export interface OffRampRow {
  id: bigint
  carrier_id: bigint
  safe: Hex
  amount_micros: bigint
  currency: string
  beneficiary_ref: Hex
  state: OffRampState
  ramp: string | null
  order_id: string | null
  deposit_address: Hex | null
  fee_micros: bigint | null
  batch_id: bigint | null
  tx_hash: Hex | null
  reference: string | null
  why: string | null
  requested_at: Date
}

export type BatchState = 'signing' | 'wanted' | 'executed' | 'replaced'

export interface BatchRow {
  id: bigint
  safe: Hex
  call_to: Hex
  data: Hex
  operation: 0 | 1
  nonce: bigint
  safe_tx_hash: Hex
  from_block: bigint
  state: BatchState
  wanted_at: Date | null
  tx_hash: Hex | null
}

export async function readCarrier(db: Db, carrierId: number): Promise<CarrierRow | undefined> {
  const { rows } = await sql<CarrierRow>`
    select * from gesim.treasury_carriers where carrier_id = ${carrierId}`.execute(db)
  return rows[0]
}

export async function saveCarrier(
  db: Db,
  carrierId: number,
  choice: { payout: 'usdc' | 'fiat'; safe?: Hex; currency?: string; beneficiaryRef?: Hex },
): Promise<void> {
  await sql`
    insert into gesim.treasury_carriers (carrier_id, payout, safe, currency, beneficiary_ref)
    values (${carrierId}, ${choice.payout}, ${choice.safe?.toLowerCase() ?? null}, ${choice.currency ?? null},
      ${choice.beneficiaryRef?.toLowerCase() ?? null})
    on conflict (carrier_id) do update set payout = excluded.payout, safe = excluded.safe,
      currency = excluded.currency, beneficiary_ref = excluded.beneficiary_ref, changed_at = now()`.execute(
    db,
  )
}

/**
 * Whether requests of another carrier are paid from the Safe, or will be. Whoever asks for money of a Safe that others
 * use would have his transfers signed among theirs.
 */
export async function isSafeOfAnother(db: Db, carrierId: number, safe: Hex): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`
    select exists (select from gesim.treasury_carriers
        where safe = ${safe.toLowerCase()} and carrier_id <> ${carrierId})
      or exists (select from gesim.treasury_off_ramps
        where safe = ${safe.toLowerCase()} and carrier_id <> ${carrierId}) as taken`.execute(db)
  return rows[0]!.taken
}

/** A request of a carrier; null for one on chain that is known already. */
export async function addOffRamp(
  db: Db,
  carrier: CarrierRow,
  amountMicros: bigint,
  beneficiaryRef: Hex,
  requestId: bigint | null,
): Promise<bigint | null> {
  const { rows } = await sql<{ id: bigint }>`
    insert into gesim.treasury_off_ramps (carrier_id, request_id, safe, amount_micros, currency, beneficiary_ref)
    values (${carrier.carrier_id}, ${requestId}, ${carrier.safe}, ${amountMicros}, ${carrier.currency},
      ${beneficiaryRef.toLowerCase()})
    on conflict (request_id) do nothing returning id`.execute(db)
  return rows[0]?.id ?? null
}

/** Serialises what is promised of one Safe's money, until the transaction ends. */
export async function lockSafe(tx: Tx, safe: Hex): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`gesim.treasury:${safe}`}, 0))`.execute(tx)
}

/** Amounts asked for and not sent from a Safe. */
export async function askedOf(db: Db, safe: Hex): Promise<bigint[]> {
  const { rows } = await sql<{ amount_micros: bigint }>`
    select amount_micros from gesim.treasury_off_ramps
    where safe = ${safe} and state in ('requested', 'approved')`.execute(db)
  return rows.map((row) => row.amount_micros)
}

/** Rows of a list. */
const LISTED = 200

/** Newest first. */
export async function readOffRamps(
  db: Db,
  filter: { carrierId?: number; batchId?: bigint },
): Promise<OffRampRow[]> {
  const { carrierId, batchId } = filter
  const { rows } = await sql<OffRampRow>`
    select * from gesim.treasury_off_ramps where true
      ${carrierId === undefined ? sql`` : sql`and carrier_id = ${carrierId}`}
      ${batchId === undefined ? sql`` : sql`and batch_id = ${batchId}`}
    order by id desc limit ${LISTED}`.execute(db)
  return rows
}

/** All requests, newest first; those that wait longest for a decision are always among them. */
export async function readAllOffRamps(db: Db): Promise<OffRampRow[]> {
  const { rows } = await sql<OffRampRow>`
    select * from gesim.treasury_off_ramps
    where id in (select id from gesim.treasury_off_ramps order by id desc limit ${LISTED})
      or id in (select id from gesim.treasury_off_ramps where state = 'requested' order by id limit ${LISTED})
    order by id desc`.execute(db)
  return rows
}

/** What a look of the clerk takes on of one kind; the next look goes on behind it. */
export const LOOKED_AT_ONCE = 200

/** Approved requests that have no order of the provider yet, oldest first. */
export async function readUnordered(db: Db, after: bigint): Promise<OffRampRow[]> {
  const { rows } = await sql<OffRampRow>`
    select * from gesim.treasury_off_ramps where state = 'approved' and order_id is null and id > ${after}
    order by id limit ${LOOKED_AT_ONCE}`.execute(db)
  return rows
}

/** Requests that only the provider ends, oldest first. */
export async function readSent(db: Db, after: bigint): Promise<OffRampRow[]> {
  const { rows } = await sql<OffRampRow>`
    select * from gesim.treasury_off_ramps where state = 'sent' and id > ${after}
    order by id limit ${LOOKED_AT_ONCE}`.execute(db)
  return rows
}

/** Safes with orders to pay and no batch open, whoever waits longest first. */
export async function readSafesToPay(db: Db): Promise<Hex[]> {
  const { rows } = await sql<{ safe: Hex }>`
    select safe from gesim.treasury_off_ramps one
    where state = 'approved' and deposit_address is not null and batch_id is null
      and not exists (select from gesim.treasury_batches
        where safe = one.safe and state in ('signing', 'wanted'))
    group by safe order by min(id)`.execute(db)
  return rows.map((row) => row.safe)
}

/** What a Safe has to pay, oldest first: by Safe, so that one without money holds up no other. */
export async function readPayable(db: Db, safe: Hex, limit: number): Promise<OffRampRow[]> {
  const { rows } = await sql<OffRampRow>`
    select * from gesim.treasury_off_ramps
    where safe = ${safe} and state = 'approved' and deposit_address is not null and batch_id is null
    order by id limit ${limit}`.execute(db)
  return rows
}

/** A request, locked until the transaction ends. */
export async function lockOffRamp(tx: Tx, id: bigint): Promise<OffRampRow | undefined> {
  const { rows } = await sql<OffRampRow>`
    select * from gesim.treasury_off_ramps where id = ${id} for update`.execute(tx)
  return rows[0]
}

export async function moveOffRamp(
  tx: Tx,
  id: bigint,
  state: OffRampState,
  facts: { txHash?: Hex; reference?: string; why?: string } = {},
): Promise<void> {
  await sql`
    update gesim.treasury_off_ramps set state = ${state}, moved_at = now(),
      tx_hash = coalesce(${facts.txHash ?? null}, tx_hash), reference = coalesce(${facts.reference ?? null}, reference),
      why = coalesce(${facts.why ?? null}, why)
    where id = ${id}`.execute(tx)
}

export async function saveOrder(db: Db, id: bigint, ramp: string, order: RampOrder): Promise<void> {
  await sql`
    update gesim.treasury_off_ramps set ramp = ${ramp}, order_id = ${order.orderId},
      deposit_address = ${order.depositAddress.toLowerCase()}, fee_micros = ${order.feeMicros}
    where id = ${id} and order_id is null`.execute(db)
}

/**
 * A batch, and its requests put in it; null, and nothing written, when one of them was refused or put in another batch
 * since the draft was made. They stay locked until the transaction ends: a refusal that comes now finds the batch.
 */
export async function addBatch(
  tx: Tx,
  draft: Draft,
  fromBlock: bigint,
  offRamps: readonly bigint[],
): Promise<bigint | null> {
  const ids = offRamps.map(String)
  const { rows: free } = await sql`
    select id from gesim.treasury_off_ramps
    where id = any(${ids}::bigint[]) and safe = ${draft.safe} and state = 'approved' and batch_id is null
    order by id for update`.execute(tx)
  if (free.length !== ids.length) return null
  const { rows } = await sql<{ id: bigint }>`
    insert into gesim.treasury_batches (safe, call_to, data, operation, nonce, safe_tx_hash, from_block)
    values (${draft.safe}, ${draft.to}, ${draft.data}, ${draft.operation}, ${draft.nonce}, ${draft.safeTxHash},
      ${fromBlock})
    returning id`.execute(tx)
  const { id } = rows[0]!
  await sql`update gesim.treasury_off_ramps set batch_id = ${id} where id = any(${ids}::bigint[])`.execute(tx)
  return id
}

/** Newest first, behind those that are open. */
export async function readBatches(
  db: Db,
  filter: { id?: bigint; open?: boolean; carrierId?: number } = {},
): Promise<BatchRow[]> {
  const { rows } = await sql<BatchRow>`
    select * from gesim.treasury_batches where true
      ${filter.id === undefined ? sql`` : sql`and id = ${filter.id}`}
      ${filter.open ? sql`and state in ('signing', 'wanted')` : sql``}
      ${
        filter.carrierId === undefined
          ? sql``
          : sql`and safe in (select safe from gesim.treasury_off_ramps where carrier_id = ${filter.carrierId})`
      }
    order by state in ('signing', 'wanted') desc, id desc limit ${LISTED}`.execute(db)
  return rows
}

/** Batches that the chain has not ended, oldest first. */
export async function readOpenBatches(db: Db, after: bigint): Promise<BatchRow[]> {
  const { rows } = await sql<BatchRow>`
    select * from gesim.treasury_batches where state in ('signing', 'wanted') and id > ${after}
    order by id limit ${LOOKED_AT_ONCE}`.execute(db)
  return rows
}

export async function readSignatures(db: Db, batchId: bigint): Promise<{ owner: Hex; signature: Hex }[]> {
  const { rows } = await sql<{ owner: Hex; signature: Hex }>`
    select owner, signature from gesim.treasury_signatures where batch_id = ${batchId} order by owner`.execute(
    db,
  )
  return rows
}

export async function addSignature(db: Db, batchId: bigint, owner: Hex, signature: Hex): Promise<void> {
  await sql`insert into gesim.treasury_signatures values (${batchId}, ${owner}, ${signature})
    on conflict (batch_id, owner) do nothing`.execute(db)
}

/** Marks an open batch; false when it is no longer open. */
export async function moveBatch(tx: Tx, id: bigint, state: BatchState, txHash?: Hex): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update gesim.treasury_batches set state = ${state}, tx_hash = coalesce(${txHash ?? null}, tx_hash),
      wanted_at = case when ${state} = 'wanted' then now() else wanted_at end
    where id = ${id} and state in ('signing', 'wanted')`.execute(tx)
  if (state === 'replaced' && numAffectedRows === 1n)
    await sql`update gesim.treasury_off_ramps set batch_id = null
      where batch_id = ${id} and state = 'approved'`.execute(tx)
  return numAffectedRows === 1n
}

export async function readNextBlock(db: Db): Promise<bigint> {
  const { rows } = await sql<{ next_block: bigint }>`select next_block from gesim.treasury_progress`.execute(
    db,
  )
  return rows[0]?.next_block ?? 0n
}

export async function saveNextBlock(tx: Tx, nextBlock: bigint): Promise<void> {
  await sql`insert into gesim.treasury_progress (next_block) values (${nextBlock})
    on conflict (one) do update set next_block = greatest(gesim.treasury_progress.next_block, excluded.next_block)`.execute(
    tx,
  )
}

/** A request on chain of a carrier that is not paid in fiat is nobody's to pay. */
export async function takeChainRequest(tx: Tx, request: ChainRequest): Promise<bigint | null> {
  const carrier = await readCarrier(tx, request.carrierId)
  if (carrier?.payout !== 'fiat') return null
  return addOffRamp(tx, carrier, request.amountMicros, request.beneficiaryRef, request.requestId)
}
