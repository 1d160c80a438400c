import { type Clock, isFailure, type Log } from '@gesim/base'
import { planHashOf, wholeBytes } from '@gesim/proofs'
import type { Db, Running, Store, Tx } from '@gesim/store'
import type { RenewalEnd } from '@gesim/wire'
import { sql } from 'kysely'
import { findPlan } from '../catalogue.ts'
import type { makeIntents } from '../intents.ts'
import type { IntentsChain } from '../ports.ts'
import type { makeSpending } from '../spending.ts'
import { findIntent, type IntentRow } from '../table.ts'
import { type BuyingFacts, type Due, type RenewalFacts, whenDue, whyNot } from './decide.ts'
import { addRenewed } from './paid.ts'
import {
  endRenewal,
  findRenewal,
  isTooMany,
  lookAtAll,
  openPayment,
  type PaymentRow,
  paymentsOf,
  RENEW,
  type RenewalRow,
  type RenewJob,
} from './table.ts'

/** How often renewals are looked at whose end is a matter of time. */
const LOOK_SECONDS = 60

export interface LookOptions {
  readonly store: Store
  readonly chain: IntentsChain
  readonly clock: Clock
  readonly log: Log
  readonly intents: ReturnType<typeof makeIntents>
  readonly spending: ReturnType<typeof makeSpending>
}

/** Buys plans that renew themselves: one look at a time for each, and what a look decides commits as a whole. */
export async function startRenewing(options: LookOptions): Promise<Running> {
  const { store, clock } = options
  const worker = await store.work<RenewJob>(RENEW, ({ renewalId }, tx) => look(options, renewalId, tx), {
    concurrency: 2,
  })
  const ticker = store.schedule('intents.renewals', LOOK_SECONDS, (tx) =>
    lookAtAll(tx, store, Math.floor(clock.nowMs() / 1000)),
  )
  return {
    async stop() {
      await Promise.all([ticker.stop(), worker.stop()])
    },
  }
}

async function look(options: LookOptions, renewalId: string, tx: Tx): Promise<void> {
  const { store, clock, log, intents } = options
  const before = await findRenewal(store.db, renewalId)
  if (!before) return
  const first = await dueOf(store.db, before, clock)
  const payment =
    first.do === 'renew'
      ? (await paymentsOf(store.db, [renewalId])).find((one) => one.state === 'waiting')
      : first.do === 'give-up' && (await openPayment(store.db, renewalId))
  // Asked before anything is locked, so that no transaction is held open over the network.
  const buying = payment ? await buyingFacts(options, before, payment) : undefined

  const row = await findRenewal(tx, renewalId, true)
  if (!row) return
  const due = await dueOf(tx, row, clock)
  if (due.do === 'end') return await end(due.why)
  // Something changed between the two looks: that has asked for another one.
  if (due.do === 'wait' || due.do !== first.do || !payment || !buying || row.follows !== before.follows)
    return
  if (due.do === 'give-up') {
    // Somebody else was faster: the indexer is about to say so, and until then the money counts as promised.
    if (buying.isPaid) return
    await intents.lapse(tx, payment.intent_id)
    return await end(due.why)
  }
  const no = whyNot(buying)
  if (no === 'paid') return
  if (no) return await end(no)
  const stop = await buy(options, tx, row, payment)
  if (stop) return await end(stop)
  log.info('a plan renews itself', { intentId: payment.intent_id })

  async function end(why: RenewalEnd): Promise<void> {
    await endRenewal(tx, store, renewalId, why, clock.nowMs())
    if (row?.state === 'on') log.info('a renewal ended', { intentId: row.follows, why })
  }
}

async function dueOf(db: Db | Tx, row: RenewalRow, clock: Clock): Promise<Due> {
  const asked = (await openPayment(db, row.renewal_id)) ?? null
  // Of an order that has ended, a payment may still be on its way.
  if (row.state !== 'on' && !asked) return { do: 'wait' }
  const follows = await findIntent(db, row.follows)
  return whenDue({
    nowSeconds: Math.floor(clock.nowMs() / 1000),
    until: Number(row.until_at),
    asked,
    follows: followed(follows!),
  })
}

/** What the rules look at of the purchase whose end is waited for. */
export function followed(intent: IntentRow): RenewalFacts['follows'] {
  return {
    state: intent.state,
    deadline: Number(intent.deadline),
    validityDays: intent.plan.validityDays,
    usedBytes: BigInt(intent.usage?.billableBytes ?? '0'),
    wholeBytes: wholeBytes(intent.terms, BigInt(intent.funded_micros)),
  }
}

async function buyingFacts(
  { store, chain }: LookOptions,
  row: RenewalRow,
  payment: PaymentRow,
): Promise<BuyingFacts> {
  const amountMicros = BigInt(row.price_micros)
  const { account: payer, until_at } = row
  const { intent_id: intentId, signature } = payment
  const facts = await chain.paymentAhead(
    { payer, intentId, amountMicros, validBefore: Number(until_at) },
    signature ?? '0x',
  )
  return {
    ...facts,
    agreedPlanHash: planHashOf(row.plan),
    agreedPriceMicros: amountMicros,
    sold: await sold(),
  }

  async function sold(): Promise<BuyingFacts['sold']> {
    try {
      const { plan } = await findPlan(store.db, row.plan.planId)
      return { planHash: planHashOf(plan), priceMicros: BigInt(plan.priceMicros), onSale: plan.onSale }
    } catch (error) {
      if (isFailure(error, 'intents.plan-unknown')) return null
      throw error
    }
  }
}

/** Wishes for the payment: purchase, promise, wish and the payment's state commit together. Says what forbids it. */
async function buy(
  { store, clock, intents, spending }: LookOptions,
  tx: Tx,
  row: RenewalRow,
  payment: PaymentRow,
): Promise<'limit' | 'too-many' | null> {
  if (await isTooMany(tx, row.account, clock.nowMs())) return 'too-many'
  const { intent_id: intentId, terms } = payment
  const { numAffectedRows } = await sql`update gesim.intents_renewal_payments
    set state = 'asked' where intent_id = ${intentId} and state = 'waiting' and signature is not null`.execute(
    tx,
  )
  if (!numAffectedRows) return null
  await addRenewed(tx, row, payment)
  const price = BigInt(row.price_micros)
  try {
    await spending.promise(tx, row.account, intentId, price, price)
  } catch (error) {
    if (!isFailure(error, 'intents.over-limit')) throw error
    await sql`delete from gesim.intents_intents where intent_id = ${intentId}`.execute(tx)
    return 'limit'
  }
  await intents.wait(tx, intentId, 'timer.lapse', Number(row.until_at))
  await store.append(tx, 'renewal.wanted', intentId, {
    terms,
    amountMicros: row.price_micros,
    validBefore: Number(row.until_at),
  })
  return null
}
