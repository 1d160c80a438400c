import type { EventBodies, Hex, TermsJson } from '@gesim/journey'
import type { Db, Store, Tx } from '@gesim/store'
import type { Agreement, Plan, Qos, RenewalEnd } from '@gesim/wire'
import { sql } from 'kysely'

/** The queue of looks at a renewal. */
export const RENEW = 'intents.renew'

export interface RenewJob {
  renewalId: string
  /** The purchase whose end it waits for; with it the job is found among what is stored of a traveller. */
  intentId: Hex
}

export interface RenewalRow {
  renewal_id: string
  account: Hex
  started_from: Hex
  follows: Hex
  plan: Plan
  qos: Qos
  price_micros: string
  times: number
  until_at: bigint
  state: 'drafted' | 'on' | 'ended'
  why: RenewalEnd | null
  created_at: Date
  ended_at: Date | null
}

export interface PaymentRow {
  intent_id: Hex
  renewal_id: string
  position: number
  terms: TermsJson
  agreement: Agreement
  plan_salt: Hex
  state: 'waiting' | 'asked' | 'paid'
  signature: Hex | null
}

export async function findRenewal(
  db: Db | Tx,
  renewalId: string,
  lock = false,
): Promise<RenewalRow | undefined> {
  const { rows } = await sql<RenewalRow>`select * from gesim.intents_renewals
    where renewal_id = ${renewalId} ${lock ? sql`for update` : sql``}`.execute(db)
  return rows[0]
}

export async function paymentsOf(db: Db | Tx, renewalIds: readonly string[]): Promise<PaymentRow[]> {
  const { rows } = await sql<PaymentRow>`select * from gesim.intents_renewal_payments
    where renewal_id = any(${renewalIds as string[]}::text[]) order by renewal_id, position`.execute(db)
  return rows
}

const isRefused = sql`coalesce(i.failure ->> 'code' = 'intents.transaction-refused', false)`

/** The payment that is on its way, also where a reorganisation has undone it; `refused`: the chain did not take it from us. */
export async function openPayment(
  db: Db | Tx,
  renewalId: string,
): Promise<(PaymentRow & { readonly refused: boolean }) | undefined> {
  const { rows } = await sql<PaymentRow & { refused: boolean }>`select p.*, ${isRefused} as refused
    from gesim.intents_renewal_payments p join gesim.intents_intents i using (intent_id)
    where p.renewal_id = ${renewalId} and i.state = 'drafted' order by p.position limit 1`.execute(db)
  return rows[0]
}

/** The operator pays the network's fee of each renewal; of who orders, takes back and orders again, not without end. */
const MOST_RENEWED = 8
const RENEWED_WITHIN_MS = 30 * 86_400_000

/** Whether an account's plans have renewed themselves so often lately that no other one may. */
export async function isTooMany(db: Db | Tx, account: Hex, nowMs: number): Promise<boolean> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from gesim.intents_intents
    where payer = ${account} and renewed_days is not null
      and created_at > ${new Date(nowMs - RENEWED_WITHIN_MS)}`.execute(db)
  return rows[0]!.count >= MOST_RENEWED
}

/** What the traveller is told when a renewal ends; what they did themselves is no news to them. */
const TOLD: Partial<Record<RenewalEnd, EventBodies['notice.wanted']['about']>> = {
  price: 'renewal-price',
  balance: 'renewal-balance',
  limit: 'renewal-limit',
  plan: 'renewal-ended',
  'not-sold': 'renewal-ended',
  signature: 'renewal-ended',
  time: 'renewal-ended',
  'too-many': 'renewal-ended',
  refused: 'renewal-ended',
}

/** Ends a renewal and deletes what was signed for it. One that has ended stays as it is. */
export async function endRenewal(
  tx: Tx,
  store: Store,
  renewalId: string,
  why: RenewalEnd,
  atMs: number,
): Promise<void> {
  const { rows } = await sql<RenewalRow>`update gesim.intents_renewals
    set state = 'ended', why = ${why}, ended_at = ${new Date(atMs)}
    where renewal_id = ${renewalId} and state <> 'ended' returning *`.execute(tx)
  const ended = rows[0]
  if (!ended) return
  await sql`update gesim.intents_renewal_payments set signature = null
    where renewal_id = ${renewalId}`.execute(tx)
  const about = TOLD[why]
  if (about) await store.append(tx, 'notice.wanted', ended.follows, { account: ended.account, about })
}

/** Holds what runs of an account until the commit: orders are locked before limits, as a renewal that pays does. */
export async function lockRunning(tx: Tx, account: Hex): Promise<void> {
  await sql`select from gesim.intents_renewals where account = ${account} and state = 'on' for update`.execute(
    tx,
  )
}

/** Ends what runs of an account, or of one purchase. */
export async function endRunning(
  tx: Tx,
  store: Store,
  of: { readonly account: Hex } | { readonly follows: Hex },
  why: RenewalEnd,
  atMs: number,
): Promise<void> {
  const { rows } = await sql<{ renewal_id: string }>`select renewal_id from gesim.intents_renewals
    where state = 'on' and ${'account' in of ? sql`account = ${of.account}` : sql`follows = ${of.follows}`}
    for update`.execute(tx)
  for (const { renewal_id } of rows) await endRenewal(tx, store, renewal_id, why, atMs)
}

/** Has whatever renewal waits for this purchase, or has asked for it, looked at; that one also after its end. */
export async function lookAt(tx: Tx, store: Store, intentId: Hex): Promise<void> {
  const { rows } = await sql<{ renewal_id: string; follows: Hex }>`
    select renewal_id, follows from gesim.intents_renewals where (state = 'on' and follows = ${intentId})
      or renewal_id in (select renewal_id from gesim.intents_renewal_payments where intent_id = ${intentId})`.execute(
    tx,
  )
  for (const row of rows) await askForLook(tx, store, row.renewal_id, row.follows)
}

export async function askForLook(tx: Tx, store: Store, renewalId: string, follows: Hex): Promise<void> {
  await store.enqueue(tx, RENEW, { renewalId, intentId: follows } satisfies RenewJob, { key: renewalId })
}

/**
 * Has all looked at whose end is a matter of time: days that end, an order that runs out, a payment of which the chain has
 * to be asked. Forgets drafts that nobody signed.
 */
export async function lookAtAll(tx: Tx, store: Store, nowSeconds: number): Promise<void> {
  await sql`delete from gesim.intents_renewals
    where state = 'drafted' and created_at < ${new Date((nowSeconds - 3_600) * 1000)}`.execute(tx)
  const { rows } = await sql<{ renewal_id: string; follows: Hex }>`
    select r.renewal_id, r.follows from gesim.intents_renewals r
    join gesim.intents_intents i on i.intent_id = r.follows
    where r.state = 'on' and (r.until_at <= ${nowSeconds} or i.state not in ('active', 'drafted')
      or i.deadline <= ${nowSeconds + 86_400})
    union
    select r.renewal_id, r.follows from gesim.intents_intents i
    join gesim.intents_renewals r using (renewal_id)
    where i.state = 'drafted' and (r.until_at <= ${nowSeconds} or ${isRefused})`.execute(tx)
  for (const row of rows) await askForLook(tx, store, row.renewal_id, row.follows)
}
