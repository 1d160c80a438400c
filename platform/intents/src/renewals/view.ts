import { isNearItsEnd } from '@gesim/proofs'
import type { Db, Tx } from '@gesim/store'
import type { Renewal } from '@gesim/wire'
import { sql } from 'kysely'
import type { IntentRow } from '../table.ts'
import { followed } from './look.ts'
import { paymentsOf, type RenewalRow } from './table.ts'

/** Renewals as a traveller sees them. What was signed is not given out again. */
export async function viewRenewals(
  db: Db | Tx,
  rows: readonly RenewalRow[],
  nowSeconds: number,
): Promise<Renewal[]> {
  const payments = await paymentsOf(
    db,
    rows.map((row) => row.renewal_id),
  )
  const { rows: intents } = await sql<IntentRow>`select * from gesim.intents_intents
    where intent_id = any(${rows.map((row) => row.follows)}::text[])`.execute(db)
  return rows.map((row) => {
    const parts = payments.filter((one) => one.renewal_id === row.renewal_id)
    const intent = intents.find((one) => one.intent_id === row.follows)!
    return {
      renewalId: row.renewal_id,
      state: row.state,
      ...(row.why ? { why: row.why } : {}),
      plan: row.plan,
      qos: row.qos,
      priceMicros: row.price_micros,
      times: row.times,
      left: parts.filter((one) => one.state === 'waiting').length,
      until: Number(row.until_at),
      books: row.plan.books,
      startedFrom: row.started_from,
      follows: row.follows,
      dueNow: isNearItsEnd(followed(intent), nowSeconds),
      createdAtMs: row.created_at.getTime(),
      ...(row.ended_at ? { endedAtMs: row.ended_at.getTime() } : {}),
      parts: parts.map((one) => ({
        intentId: one.intent_id,
        terms: one.terms,
        agreement: one.agreement,
        planSalt: one.plan_salt,
        state: one.state,
      })),
    }
  })
}
