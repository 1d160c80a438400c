import { readFile } from 'node:fs/promises'
import { broken, refuse } from '@gesim/base'
import type { Db, Store } from '@gesim/store'
import { Plan } from '@gesim/wire'
import { sql } from 'kysely'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { type CountrySignal, withSignals } from './compliance.ts'
import { SAMPLE_PLANS } from './sample-plans.ts'
import type { Measured } from './switching.ts'

/** A plan with what only the stages need to know of it. */
export interface SoldPlan {
  readonly plan: Plan
  readonly profileType: string
}

/** The plans on offer; those that cannot be sold here are shown too, with the reason. */
export async function listPlans(
  db: Db,
  country: string | undefined,
  words: string | undefined,
): Promise<Plan[]> {
  const { rows } = await sql<{ plan: Plan }>`select plan from gesim.intents_plans where withdrawn_at is null
      ${country ? sql`and plan->'countries' ? ${country}` : sql``}
      ${words ? sql`and position(lower(${words}) in lower(plan->>'name' || ' ' || plan_id)) > 0` : sql``}
    order by position, plan_id limit 500`.execute(db)
  const signals = await readSignals(db)
  return rows.map((row) => withSignals(row.plan, signals))
}

/** One plan. Throws `intents.plan-unknown`. */
export async function findPlan(db: Db, planId: string): Promise<SoldPlan> {
  const { rows } = await sql<{ plan: Plan; profile_type: string }>`
    select plan, profile_type from gesim.intents_plans where plan_id = ${planId} and withdrawn_at is null`.execute(
    db,
  )
  if (!rows[0]) throw refuse('intents.plan-unknown', { planId })
  return { plan: withSignals(rows[0].plan, await readSignals(db)), profileType: rows[0].profile_type }
}

/** What is believed of carriers in a country, by book, as the switch engine publishes it. */
export async function qualityIn(db: Db, country: string): Promise<Map<number, Measured>> {
  const { rows } = await sql<{
    book: number
    at: Date
    throughput_mbps: number
    latency_ms: number
    chat: number
    video: number
  }>`select book, at, throughput_mbps, latency_ms, chat, video from gesim.smart_switch_quality
    where region = ${country}`.execute(db)
  return new Map(
    rows.map(({ book, at, throughput_mbps, latency_ms, chat, video }) => [
      book,
      { atMs: at.getTime(), throughputMbps: throughput_mbps, latencyMs: latency_ms, chat, video },
    ]),
  )
}

/** What publishers on chain say of countries: read with each plan, so that card, quote and sale follow it at once. */
async function readSignals(db: Db): Promise<Map<string, CountrySignal>> {
  const { rows } = await sql<CountrySignal>`
    select country, requirement, note from gesim.compliance_signals where requirement <> 'none'`.execute(db)
  return new Map(rows.map((row) => [row.country, row]))
}

/** Brings the table in line with a file of plans, or with the sample on a local chain. Purchases keep what they bought. */
export async function loadCatalogue(
  store: Store,
  file: string,
  local: boolean,
  books: readonly number[],
): Promise<void> {
  const plans = file
    ? await readPlans(file)
    : local
      ? SAMPLE_PLANS.map((one) => ({ ...one, books: [...books] }))
      : undefined
  if (!plans) return
  await store.tx(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('gesim.intents.catalogue', 0))`.execute(tx)
    for (const [position, plan] of plans.entries())
      await sql`insert into gesim.intents_plans (plan_id, plan, position)
        values (${plan.planId}, ${JSON.stringify(plan)}::jsonb, ${position})
        on conflict (plan_id) do update set plan = excluded.plan, position = excluded.position, withdrawn_at = null`.execute(
        tx,
      )
    await sql`update gesim.intents_plans set withdrawn_at = now()
      where withdrawn_at is null and plan_id <> all(${plans.map((plan) => plan.planId)}::text[])`.execute(tx)
  })
}

async function readPlans(file: string): Promise<Plan[]> {
  try {
    const plans: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (!Value.Check(Type.Array(Plan), plans)) {
      const first = Value.Errors(Type.Array(Plan), plans)[0]
      throw new TypeError(`${first?.instancePath ?? ''} ${first?.message ?? ''}`)
    }
    return plans
  } catch (cause) {
    throw broken('intents.catalogue-wrong', { why: (cause as Error).message }, cause)
  }
}
