import { randomBytes } from 'node:crypto'
import { type Clock, refuse, type SettingsOf } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { planHashOf } from '@gesim/proofs'
import type { Db, Store } from '@gesim/store'
import type { Renewal } from '@gesim/wire'
import { sql } from 'kysely'
import { findPlan } from '../catalogue.ts'
import type { IntentsChain } from '../ports.ts'
import { draftTerms, randomHash } from '../quote.ts'
import type { intentsSettings } from '../settings.ts'
import type { IntentRow } from '../table.ts'
import { askForLook, endRenewal, findRenewal, isTooMany, paymentsOf, type RenewalRow } from './table.ts'
import { viewRenewals } from './view.ts'

const DAY_SECONDS = 86_400
/** A draft can be signed for so long. */
const DRAFT_MS = 3_600_000
/** A plan that serves, or has served to its end. */
const RENEWABLE = ['active', 'finishing', 'settled']

export interface RenewalsOptions {
  readonly store: Store
  readonly chain: IntentsChain
  readonly clock: Clock
  readonly settings: Pick<SettingsOf<typeof intentsSettings>, 'provisionSeconds' | 'unsignedCreditBytes'>
}

/** What a traveller does with plans that renew themselves. */
export function makeRenewals({ store, chain, clock, settings }: RenewalsOptions) {
  const nowSeconds = () => Math.floor(clock.nowMs() / 1000)

  async function viewOf(renewalId: string): Promise<Renewal> {
    const row = await findRenewal(store.db, renewalId)
    return (await viewRenewals(store.db, [row!], nowSeconds()))[0]!
  }

  return {
    /**
     * Terms for buying a plan again, `times` times at most within `days`. Each has a salt of its own and the same latest times:
     * the plan could be bought in the last second. Throws `intents.not-renewable`, `intents.renewal-exists`,
     * `intents.renewals-too-many`, `intents.plan-unknown`, `intents.plan-not-on-sale`.
     */
    async draft(row: IntentRow, times: number, days: number): Promise<Renewal> {
      const { intent_id: intentId, payer } = row
      if (row.plan.kind !== 'prepaid' || !RENEWABLE.includes(row.state))
        throw refuse('intents.not-renewable', { intentId, state: row.state })
      await requireNone(store.db, intentId)
      if (await isTooMany(store.db, payer, clock.nowMs()))
        throw refuse('intents.renewals-too-many', { account: payer })
      const { plan } = await findPlan(store.db, row.plan.planId)
      if (!plan.onSale) throw refuse('intents.plan-not-on-sale', { planId: plan.planId })
      const until = nowSeconds() + days * DAY_SECONDS
      const renewalId = `r_${randomBytes(18).toString('base64url')}`
      await store.tx(async (tx) => {
        // Of drafts that nobody signs only the newest stays.
        await sql`delete from gesim.intents_renewals where account = ${payer} and state = 'drafted'`.execute(
          tx,
        )
        await sql`insert into gesim.intents_renewals (renewal_id, account, started_from, follows, plan, qos,
            price_micros, times, until_at, state, created_at)
          values (${renewalId}, ${payer}, ${intentId}, ${intentId}, ${JSON.stringify(plan)}::jsonb, ${row.qos},
            ${plan.priceMicros}, ${times}, ${until}, 'drafted', ${new Date(clock.nowMs())})`.execute(tx)
        for (let position = 0; position < times; position++) {
          const one = draftTerms(plan, {
            payer,
            nowSeconds: until,
            provisionSeconds: settings.provisionSeconds,
            unsignedCreditBytes: settings.unsignedCreditBytes,
            qos: row.qos,
            payBy: until,
            nonce: randomHash(),
            salt: BigInt(randomHash()),
          })
          await sql`insert into gesim.intents_renewal_payments
              (intent_id, renewal_id, position, terms, agreement, plan_salt)
            values (${one.intentId}, ${renewalId}, ${position}, ${JSON.stringify(one.terms)}::jsonb,
              ${JSON.stringify(one.agreement)}::jsonb, ${one.planSalt})`.execute(tx)
        }
      })
      return await viewOf(renewalId)
    },

    /**
     * Orders what was drafted, once each part has a signature that the account itself accepts. Ordered twice, it is one order.
     * Throws what `renewalsRoutes.sign` names.
     */
    async sign(account: Hex, renewalId: string, signatures: readonly Hex[]): Promise<Renewal> {
      const row = await own(store.db, account, renewalId)
      if (row.state === 'on') return await viewOf(renewalId)
      if (row.state === 'ended' || row.created_at.getTime() + DRAFT_MS <= clock.nowMs())
        throw refuse('intents.renewal-over', { renewalId })
      const payments = await paymentsOf(store.db, [renewalId])
      if (signatures.length !== payments.length)
        throw refuse('intents.renewal-incomplete', { renewalId, wanted: payments.length })
      const { plan } = await findPlan(store.db, row.plan.planId)
      if (!plan.onSale || planHashOf(plan) !== planHashOf(row.plan))
        throw refuse('intents.plan-changed', { renewalId })
      for (const [at, { intent_id: intentId }] of payments.entries()) {
        const facts = await chain.paymentAhead(
          {
            payer: account,
            intentId,
            amountMicros: BigInt(row.price_micros),
            validBefore: Number(row.until_at),
          },
          signatures[at]!,
        )
        if (!facts.isDeployed) throw refuse('intents.account-not-deployed', { account })
        if (!facts.isSigned || facts.isUsed) throw refuse('intents.signature-wrong', { intentId })
      }
      await store.tx(async (tx) => {
        const still = await findRenewal(tx, renewalId, true)
        if (still?.state === 'on') return
        if (still?.state !== 'drafted') throw refuse('intents.renewal-over', { renewalId })
        await requireNone(tx, row.follows)
        for (const [at, { intent_id: intentId }] of payments.entries())
          await sql`update gesim.intents_renewal_payments set signature = ${signatures[at]!.toLowerCase()}
            where intent_id = ${intentId}`.execute(tx)
        const { numAffectedRows } = await sql`update gesim.intents_renewals set state = 'on'
          where renewal_id = ${renewalId} and not exists (select from gesim.intents_renewals
            where follows = ${row.follows} and state = 'on')`.execute(tx)
        if (!numAffectedRows) throw refuse('intents.renewal-exists', { intentId: row.follows })
        await askForLook(tx, store, renewalId, row.follows)
      })
      return await viewOf(renewalId)
    },

    async list(account: Hex): Promise<Renewal[]> {
      const { rows } = await sql<RenewalRow>`select * from gesim.intents_renewals
        where account = ${account} and state <> 'drafted' order by created_at desc limit 50`.execute(store.db)
      return await viewRenewals(store.db, rows, nowSeconds())
    },

    /** Ends it. A payment that is on its way already cannot be called back; its money can be taken back. */
    async end(account: Hex, renewalId: string): Promise<Renewal> {
      await own(store.db, account, renewalId)
      await store.tx((tx) => endRenewal(tx, store, renewalId, 'you', clock.nowMs()))
      return await viewOf(renewalId)
    },
  }
}

/** An order of the traveller. Another's is as unknown as one that does not exist. */
async function own(db: Db, account: Hex, renewalId: string): Promise<RenewalRow> {
  const row = await findRenewal(db, renewalId)
  if (row?.account !== account) throw refuse('intents.renewal-unknown', { renewalId })
  return row
}

async function requireNone(db: Db, follows: Hex): Promise<void> {
  const { rows } = await sql`select from gesim.intents_renewals
    where follows = ${follows} and state = 'on' limit 1`.execute(db)
  if (rows.length > 0) throw refuse('intents.renewal-exists', { intentId: follows })
}
