import type { ChoiceFacts, EventBodies, Hex, IntentState, TermsJson } from '@gesim/journey'
import type { Db, Tx } from '@gesim/store'
import type { Agreement, Plan, Qos } from '@gesim/wire'
import { type RawBuilder, sql } from 'kysely'
import type { Changes, IntentFacts, Step } from './decide.ts'

/** A purchase, as it is stored. */
export interface IntentRow {
  intent_id: Hex
  payer: Hex
  plan: Plan
  profile_type: string
  country: string
  qos: Qos
  terms: TermsJson
  books: number[]
  plan_salt: Hex
  /** Purchases older than consent receipts have none. */
  agreement: Agreement | null
  price_micros: string
  state: IntentState
  provision_by: bigint
  deadline: bigint
  book: number | null
  carrier_why: string | null
  carrier_facts: ChoiceFacts | null
  refused_books: number[]
  switch_wanted: boolean
  no_carrier: boolean
  funded_micros: string
  charged_micros: string
  refunded_micros: string
  receipt_digest: Hex | null
  usage: EventBodies['usage.recorded'] | null
  failure: { code: string; note?: string } | null
  /** The order that bought it by itself; null: bought by hand, or the account was deleted. */
  renewal_id: string | null
  /** Of a plan that renewed itself: its days. Null: bought by hand. */
  renewed_days: number | null
  seq: bigint
  created_at: Date
}

export interface StepRow {
  intent_id: Hex
  step: Step['step']
  at: Date
  actor: Step['actor']
  tx_hash: Hex | null
  gas_used: string | null
  note: string | null
}

export interface QuoteRow {
  quote_id: string
  plan_id: string
  account: Hex
  qos: Qos
  terms: TermsJson
  books: number[]
  plan_salt: Hex
  agreement: Agreement
  intent_id: Hex
  price_micros: string
  expires_at: Date
}

export async function lockIntent(tx: Tx, intentId: Hex): Promise<IntentRow | undefined> {
  const { rows } =
    await sql<IntentRow>`select * from gesim.intents_intents where intent_id = ${intentId} for update`.execute(
      tx,
    )
  return rows[0]
}

export async function findIntent(db: Db | Tx, intentId: string): Promise<IntentRow | undefined> {
  const { rows } = await sql<IntentRow>`
    select * from gesim.intents_intents where intent_id = ${intentId.toLowerCase()}`.execute(db)
  return rows[0]
}

export async function intentsOf(db: Db, payer: Hex, before: Date, limit: number): Promise<IntentRow[]> {
  const { rows } = await sql<IntentRow>`select * from gesim.intents_intents
    where payer = ${payer.toLowerCase()} and created_at < ${before} order by created_at desc limit ${limit}`.execute(
    db,
  )
  return rows
}

export async function stepsOf(db: Db, intentIds: readonly Hex[]): Promise<StepRow[]> {
  const { rows } = await sql<StepRow>`select * from gesim.intents_steps
    where intent_id = any(${intentIds as Hex[]}::text[]) order by at, step`.execute(db)
  return rows
}

/** What the rules look at, from a row. */
export function factsOf(row: IntentRow): IntentFacts {
  return {
    state: row.state,
    priceMicros: BigInt(row.price_micros),
    provisionBy: Number(row.provision_by),
    deadline: Number(row.deadline),
    refusedBooks: row.refused_books,
    switchWanted: row.switch_wanted,
    noCarrier: row.no_carrier,
    book: row.book,
    terms: row.terms,
    renewedDays: row.renewed_days,
    byOrder: row.renewal_id !== null,
  }
}

/** A purchase before its money is there. */
export interface NewIntent {
  readonly intentId: Hex
  readonly payer: Hex
  readonly plan: Plan
  readonly profileType: string
  readonly qos: Qos
  readonly terms: TermsJson
  readonly planSalt: Hex
  readonly agreement: Agreement
  readonly priceMicros: string
  readonly renewalId: string | null
}

/** Writes a purchase. False where it was there before: then nothing has changed. */
export async function addIntent(tx: Tx, one: NewIntent): Promise<boolean> {
  const { plan, terms } = one
  const { numAffectedRows } = await sql`insert into gesim.intents_intents (intent_id, payer, plan_id, plan,
      profile_type, country, qos, terms, books, plan_salt, agreement, price_micros, state, provision_by, deadline,
      renewal_id, renewed_days)
    values (${one.intentId}, ${one.payer}, ${plan.planId}, ${JSON.stringify(plan)}::jsonb,
      ${one.profileType}, ${plan.countries[0] ?? 'ZZ'}, ${one.qos}, ${JSON.stringify(terms)}::jsonb,
      ${one.agreement.books}::integer[], ${one.planSalt}, ${JSON.stringify(one.agreement)}::jsonb,
      ${one.priceMicros}, 'drafted', ${terms.provisionBy}, ${terms.deadline}, ${one.renewalId},
      ${one.renewalId === null ? null : plan.validityDays})
    on conflict (intent_id) do nothing`.execute(tx)
  return (numAffectedRows ?? 0n) > 0n
}

/** Notes that a cause was taken in. False when it was before: then nothing may be done again. */
export async function addMove(
  tx: Tx,
  intentId: Hex,
  cause: string,
  from: IntentState,
  to: IntentState,
): Promise<boolean> {
  const { numAffectedRows } =
    await sql`insert into gesim.intents_moves (intent_id, cause, from_state, to_state)
    values (${intentId}, ${cause}, ${from}, ${to}) on conflict (intent_id, cause) do nothing`.execute(tx)
  return (numAffectedRows ?? 0n) > 0n
}

export async function saveChanges(tx: Tx, intentId: Hex, set: Changes, seq: bigint): Promise<void> {
  const changes: RawBuilder<unknown>[] = [sql`seq = greatest(seq, ${seq})`]
  if (set.state) changes.push(sql`state = ${set.state}`)
  if (set.book !== undefined) changes.push(sql`book = ${set.book}`)
  if (set.deadline !== undefined) changes.push(sql`deadline = ${set.deadline}`)
  if (set.carrierWhy !== undefined) changes.push(sql`carrier_why = ${set.carrierWhy.slice(0, 400)}`)
  if (set.carrierFacts !== undefined)
    changes.push(sql`carrier_facts = ${set.carrierFacts && JSON.stringify(set.carrierFacts)}::jsonb`)
  if (set.refusedBook !== undefined)
    changes.push(sql`refused_books = array_append(refused_books, ${set.refusedBook}::integer)`)
  if (set.switchWanted !== undefined) changes.push(sql`switch_wanted = ${set.switchWanted}`)
  if (set.noCarrier !== undefined) changes.push(sql`no_carrier = ${set.noCarrier}`)
  if (set.fundedMicros !== undefined) changes.push(sql`funded_micros = ${set.fundedMicros}`)
  if (set.chargedMicros !== undefined) changes.push(sql`charged_micros = ${set.chargedMicros}`)
  if (set.refundedMicros !== undefined) changes.push(sql`refunded_micros = ${set.refundedMicros}`)
  if (set.receiptDigest !== undefined) changes.push(sql`receipt_digest = ${set.receiptDigest}`)
  if (set.usage !== undefined) changes.push(sql`usage = ${JSON.stringify(set.usage)}::jsonb`)
  if (set.failure !== undefined)
    changes.push(sql`failure = ${set.failure === null ? null : JSON.stringify(set.failure)}::jsonb`)
  await sql`update gesim.intents_intents set ${sql.join(changes)} where intent_id = ${intentId}`.execute(tx)
}

/** Keeps a step the first time it happens; of a later time only the note is new. */
export async function addStep(tx: Tx, intentId: Hex, step: Step, atMs: number): Promise<void> {
  await sql`insert into gesim.intents_steps (intent_id, step, at, actor, tx_hash, gas_used, note)
    values (${intentId}, ${step.step}, ${new Date(atMs)}, ${step.actor}, ${step.txHash ?? null}, ${step.gasUsed ?? null},
      ${step.note ?? null})
    on conflict (intent_id, step) do update set note = coalesce(excluded.note, intents_steps.note),
      tx_hash = coalesce(excluded.tx_hash, intents_steps.tx_hash)`.execute(tx)
}

/**
 * Deletes what only the person behind an account needed: quotes, renewals with what was signed ahead for them, spending limits
 * and what counted against them, the preference, carriers' questions, pairing codes, tokens of devices whose purchase is over or that were never bound, purchases that were never
 * paid. What was paid stays with its accounts, under the address.
 */
export async function forgetAccount(tx: Tx, account: Hex): Promise<void> {
  await sql`delete from gesim.intents_quotes where account = ${account}`.execute(tx)
  await sql`delete from gesim.intents_renewals where account = ${account}`.execute(tx)
  await sql`delete from gesim.intents_limits where account = ${account}`.execute(tx)
  await sql`delete from gesim.intents_spends where account = ${account}`.execute(tx)
  await sql`delete from gesim.intents_pairing_codes c using gesim.intents_intents i
    where i.intent_id = c.intent_id and i.payer = ${account}`.execute(tx)
  await sql`delete from gesim.intents_devices d using gesim.intents_intents i
    where i.intent_id = d.intent_id and i.payer = ${account}
      and (d.payer_signature is null or i.state in ('settled', 'refunded', 'lapsed'))`.execute(tx)
  await sql`delete from gesim.intents_intents where payer = ${account} and state = 'lapsed'`.execute(tx)
  await sql`delete from gesim.intents_preferences where account = ${account}`.execute(tx)
  await sql`delete from gesim.intents_questions where account = ${account}`.execute(tx)
}
