import { randomBytes } from 'node:crypto'
import { type Clock, refuse, type SettingsOf } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { planHashOf } from '@gesim/proofs'
import type { Store, Tx } from '@gesim/store'
import type { Qos, Quote, Terms } from '@gesim/wire'
import { sql } from 'kysely'
import { findPlan } from './catalogue.ts'
import type { makeIntents } from './intents.ts'
import { draftTerms, randomHash, sameTerms } from './quote.ts'
import type { intentsSettings } from './settings.ts'
import type { makeSpending } from './spending.ts'
import { addIntent, findIntent, type QuoteRow } from './table.ts'

/** Who buys. */
export interface Buyer {
  readonly account: Hex
}

export interface PurchaseOptions {
  readonly store: Store
  readonly clock: Clock
  readonly settings: SettingsOf<typeof intentsSettings>
  readonly intents: ReturnType<typeof makeIntents>
  readonly spending: ReturnType<typeof makeSpending>
}

/** Quotes, and taking them. */
export function makePurchase({ store, clock, settings, intents, spending }: PurchaseOptions) {
  return {
    /** Draws up terms for a plan. Throws `intents.plan-unknown`, `intents.plan-not-on-sale`. */
    async quote(buyer: Buyer, planId: string, qos: Qos): Promise<Quote> {
      const { plan } = await findPlan(store.db, planId)
      if (!plan.onSale) throw refuse('intents.plan-not-on-sale', { planId })
      const nowSeconds = Math.floor(clock.nowMs() / 1000)
      // A quote that outlived the time for delivery would be money that cannot buy anything.
      const payBy = nowSeconds + Math.min(settings.quoteSeconds, settings.provisionSeconds)
      const { terms, agreement, planSalt, intentId, priceMicros } = draftTerms(plan, {
        payer: buyer.account,
        nowSeconds,
        provisionSeconds: settings.provisionSeconds,
        unsignedCreditBytes: settings.unsignedCreditBytes,
        qos,
        payBy,
        nonce: randomHash(),
        salt: BigInt(randomHash()),
      })
      const quoteId = `q_${randomBytes(18).toString('base64url')}`
      const { rows } = await sql<QuoteRow>`insert into gesim.intents_quotes (quote_id, plan_id, account, qos,
          terms, books, plan_salt, intent_id, price_micros, expires_at, agreement)
        values (${quoteId}, ${planId}, ${buyer.account}, ${qos}, ${JSON.stringify(terms)}::jsonb,
          ${plan.books}::integer[], ${planSalt}, ${intentId}, ${priceMicros.toString()},
          ${new Date(payBy * 1000)}, ${JSON.stringify(agreement)}::jsonb)
        returning *`.execute(store.db)
      return toQuote(rows[0]!)
    },

    async findQuote(buyer: Buyer, quoteId: string): Promise<Quote> {
      return toQuote(await ownQuote(store, buyer, quoteId))
    },

    /**
     * Takes a quote: from now on the purchase exists under its intent id. No money moves here. Taken twice, it is the same
     * purchase. Throws `intents.quote-unknown`, `intents.quote-expired`, `intents.terms-differ`, `intents.not-payer`,
     * `intents.plan-not-on-sale`, `intents.plan-changed`, `intents.over-limit`.
     */
    async take(buyer: Buyer, quoteId: string, terms: Terms): Promise<Hex> {
      if (terms.payer.toLowerCase() !== buyer.account)
        throw refuse('intents.not-payer', { account: buyer.account })
      const quote = await ownQuote(store, buyer, quoteId)
      if (!sameTerms(quote.terms, terms)) throw refuse('intents.terms-differ', { quoteId })
      if (await findIntent(store.db, quote.intent_id)) return quote.intent_id
      if (quote.expires_at.getTime() <= clock.nowMs()) throw refuse('intents.quote-expired', { quoteId })
      const { plan, profileType } = await findPlan(store.db, quote.plan_id)
      // A country may have spoken since the quote.
      if (!plan.onSale) throw refuse('intents.plan-not-on-sale', { planId: plan.planId })
      // What is sold is what was agreed to, to the letter.
      if (planHashOf(plan) !== quote.agreement.planHash) throw refuse('intents.plan-changed', { quoteId })
      await store.tx(async (tx) => {
        const isNew = await addIntent(tx, {
          intentId: quote.intent_id,
          payer: buyer.account,
          plan,
          profileType,
          qos: quote.qos,
          terms: quote.terms,
          planSalt: quote.plan_salt,
          agreement: quote.agreement,
          priceMicros: quote.price_micros,
          renewalId: null,
        })
        if (!isNew) return
        // Above the limit, there is no purchase: the row goes with the transaction.
        const price = BigInt(quote.price_micros)
        await spending.promise(tx, buyer.account, quote.intent_id, price, price)
        await intents.wait(tx, quote.intent_id, 'timer.lapse', quote.terms.provisionBy)
      })
      return quote.intent_id
    },
  }
}

/** Forgets what nobody can use any more: quotes that were not taken, pairing codes, questions of carriers. */
export async function sweep(tx: Tx): Promise<void> {
  await sql`delete from gesim.intents_quotes where expires_at < now() - interval '7 days'`.execute(tx)
  await sql`delete from gesim.intents_pairing_codes where expires_at < now()`.execute(tx)
  await sql`delete from gesim.intents_questions
    where expires_at < extract(epoch from now() - interval '7 days')`.execute(tx)
}

async function ownQuote(store: Store, buyer: Buyer, quoteId: string): Promise<QuoteRow> {
  const { rows } = await sql<QuoteRow>`select * from gesim.intents_quotes
    where quote_id = ${quoteId} and account = ${buyer.account}`.execute(store.db)
  if (!rows[0]) throw refuse('intents.quote-unknown', { quoteId })
  return rows[0]
}

function toQuote(row: QuoteRow): Quote {
  return {
    quoteId: row.quote_id,
    planId: row.plan_id,
    qos: row.qos,
    expiresAt: Math.floor(row.expires_at.getTime() / 1000),
    priceMicros: row.price_micros,
    terms: row.terms,
    books: row.books,
    agreement: row.agreement,
    planSalt: row.plan_salt,
    intentId: row.intent_id,
  }
}
