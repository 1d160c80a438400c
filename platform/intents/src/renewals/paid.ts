import type { Hex } from '@gesim/journey'
import type { Store, Tx } from '@gesim/store'
import { sql } from 'kysely'
import { notePromise } from '../spending.ts'
import { addIntent } from '../table.ts'
import { endRenewal, findRenewal, type PaymentRow, type RenewalRow } from './table.ts'

/**
 * The chain holds the money of a payment that was signed ahead, whoever brought it there: from now on it is a purchase like
 * any other, and the renewal waits for its end. Called before the purchase itself takes the event in, so that it exists by then.
 */
export async function notePaid(tx: Tx, store: Store, intentId: Hex, atMs: number): Promise<void> {
  const { rows: waiting } = await sql<{ renewal_id: string }>`select renewal_id
    from gesim.intents_renewal_payments where intent_id = ${intentId} and state <> 'paid'`.execute(tx)
  // The order before its payments, as everybody locks them.
  const renewal = waiting[0] && (await findRenewal(tx, waiting[0].renewal_id, true))
  if (!renewal) return
  const { rows } = await sql<PaymentRow>`update gesim.intents_renewal_payments
    set state = 'paid', signature = null where intent_id = ${intentId} and state <> 'paid' returning *`.execute(
    tx,
  )
  const payment = rows[0]
  if (!payment) return
  await addRenewed(tx, renewal, payment)
  // Whoever brought it: without a promise it would not be counted as paid.
  await notePromise(tx, renewal.account, intentId, renewal.price_micros, atMs)
  await sql`update gesim.intents_renewals set follows = ${intentId}
    where renewal_id = ${renewal.renewal_id}`.execute(tx)
  await store.append(tx, 'notice.wanted', intentId, { account: renewal.account, about: 'renewed' })
  const left = await sql`select from gesim.intents_renewal_payments
    where renewal_id = ${renewal.renewal_id} and state = 'waiting' limit 1`.execute(tx)
  if (left.rows.length === 0) await endRenewal(tx, store, renewal.renewal_id, 'done', atMs)
}

/** The purchase of a payment that was signed ahead; made twice, it is one. */
export async function addRenewed(tx: Tx, renewal: RenewalRow, payment: PaymentRow): Promise<void> {
  // A plan that was withdrawn meanwhile is delivered to whoever has paid for it.
  const { rows } = await sql<{ profile_type: string }>`select profile_type from gesim.intents_plans
    where plan_id = ${renewal.plan.planId}`.execute(tx)
  await addIntent(tx, {
    intentId: payment.intent_id,
    payer: renewal.account,
    plan: renewal.plan,
    profileType: rows[0]!.profile_type,
    qos: renewal.qos,
    terms: payment.terms,
    planSalt: payment.plan_salt,
    agreement: payment.agreement,
    priceMicros: renewal.price_micros,
    renewalId: renewal.renewal_id,
  })
}
