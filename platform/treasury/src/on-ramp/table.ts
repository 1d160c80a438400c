import type { Hex } from '@gesim/journey'
import type { Db, Tx } from '@gesim/store'
import { sql } from 'kysely'
import { type OnRampState, type OnRampWhy, OPEN_STATES } from './decide.ts'
import type { OnRampStart } from './ports.ts'

export interface OnRampRow {
  id: string
  account: Hex
  provider: string
  amount_micros: bigint
  most_pay_minor: bigint
  pay_minor: bigint | null
  fee_minor: bigint | null
  currency: string | null
  state: OnRampState
  order_id: string | null
  url: string | null
  expires_at: bigint | null
  tx_hash: Hex | null
  why: OnRampWhy | null
  requested_at: Date
  moved_at: Date
}

const LISTED = 20
/** Orders that one look takes on; the next look goes on behind the last of them. */
export const LOOKED_AT_ONCE = 100

/** Serialises the orders of an account until the transaction ends: two at once would both see the old sum. */
export async function lockAccount(tx: Tx, account: Hex): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`gesim.on-ramp:${account}`}, 0))`.execute(tx)
}

/** What an account bought within a day or is buying, and how many of its orders are open. */
export async function boughtToday(db: Db, account: Hex): Promise<{ micros: bigint; open: number }> {
  const { rows } = await sql<{ micros: string; open: bigint }>`
    select coalesce(sum(amount_micros), 0)::text as micros,
      count(*) filter (where state = any(${[...OPEN_STATES]}::text[])) as open
    from gesim.treasury_on_ramps where account = ${account} and state not in ('failed', 'expired')
      and (requested_at > now() - interval '1 day' or state = any(${[...OPEN_STATES]}::text[]))`.execute(db)
  return { micros: BigInt(rows[0]!.micros), open: Number(rows[0]!.open) }
}

export async function addOrder(
  tx: Tx,
  order: { account: Hex; provider: string; amountMicros: bigint; mostPayMinor: number },
): Promise<OnRampRow> {
  const { rows } = await sql<OnRampRow>`
    insert into gesim.treasury_on_ramps (account, provider, amount_micros, most_pay_minor)
    values (${order.account}, ${order.provider}, ${order.amountMicros}, ${order.mostPayMinor}) returning *`.execute(
    tx,
  )
  return rows[0]!
}

export async function readOrder(db: Db, id: string): Promise<OnRampRow | undefined> {
  const { rows } = await sql<OnRampRow>`select * from gesim.treasury_on_ramps where id = ${id}`.execute(db)
  return rows[0]
}

export async function readOrderOf(db: Db, provider: string, orderId: string): Promise<OnRampRow | undefined> {
  const { rows } = await sql<OnRampRow>`
    select * from gesim.treasury_on_ramps where provider = ${provider} and order_id = ${orderId}`.execute(db)
  return rows[0]
}

/** An account's orders, newest first. */
export async function readOrders(db: Db, account: Hex): Promise<OnRampRow[]> {
  const { rows } = await sql<OnRampRow>`
    select * from gesim.treasury_on_ramps where account = ${account}
    order by requested_at desc, id limit ${LISTED}`.execute(db)
  return rows
}

/** Orders that are not over, oldest first, from behind a place on. */
export async function readOpen(db: Db, provider: string, after: Date): Promise<OnRampRow[]> {
  const { rows } = await sql<OnRampRow>`
    select * from gesim.treasury_on_ramps
    where provider = ${provider} and state = any(${[...OPEN_STATES]}::text[]) and requested_at > ${after}
    order by requested_at, id limit ${LOOKED_AT_ONCE}`.execute(db)
  return rows
}

/** An order, locked until the transaction ends. */
export async function lockOrder(tx: Tx, id: string): Promise<OnRampRow | undefined> {
  const { rows } = await sql<OnRampRow>`
    select * from gesim.treasury_on_ramps where id = ${id} for update`.execute(tx)
  return rows[0]
}

export async function saveStart(tx: Tx, id: string, start: OnRampStart): Promise<void> {
  await sql`
    update gesim.treasury_on_ramps set order_id = ${start.orderId}, url = ${start.url}, pay_minor = ${start.payMinor},
      fee_minor = ${start.feeMinor}, currency = ${start.currency}, expires_at = ${start.expiresAt}
    where id = ${id}`.execute(tx)
}

export async function moveOrder(
  tx: Tx,
  id: string,
  state: OnRampState,
  facts: { txHash?: Hex; why?: OnRampWhy } = {},
): Promise<void> {
  await sql`
    update gesim.treasury_on_ramps set state = ${state}, moved_at = now(),
      -- Whoever opens the page of an order may pay it: it is kept as long as it is needed.
      url = case when ${state} = 'redirected' then url end,
      tx_hash = coalesce(${facts.txHash ?? null}, tx_hash), why = coalesce(${facts.why ?? null}, why)
    where id = ${id}`.execute(tx)
}

export async function isDeliveryTaken(tx: Tx, txHash: Hex): Promise<boolean> {
  const { rows } = await sql`select from gesim.treasury_on_ramps where tx_hash = ${txHash}`.execute(tx)
  return rows.length > 0
}
