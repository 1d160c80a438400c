import { type Clock, refuse, type SettingsOf } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { Db, Store, Tx } from '@gesim/store'
import type { SpendingLimits, SpendingView } from '@gesim/wire'
import { sql } from 'kysely'
import {
  isLower,
  type Limits,
  type LimitsRow,
  LONGEST_WINDOW_MS,
  limitsAt,
  mayPay,
  mostNow,
  NO_LIMITS,
  type Spend,
  setLimits,
} from './limits.ts'
import { endRunning, lockRunning } from './renewals/table.ts'
import type { intentsSettings } from './settings.ts'
import { lockIntent } from './table.ts'

/** How long a promise counts that nobody has kept: an operation that pays is void before (11 minutes at most). Not of what was signed ahead. */
const UNPAID_MS = 15 * 60_000
const DAY_MS = 86_400_000

/** A payment that is asked about; of a purchase that was promised already, its own promise does not stand in its way. */
export interface Wanted {
  readonly micros: bigint
  readonly intentId?: Hex | undefined
}

export interface SpendingOptions {
  readonly store: Store
  readonly clock: Clock
  readonly settings: Pick<SettingsOf<typeof intentsSettings>, 'limitRaiseSeconds'>
}

/** Spending limits of accounts, and what counts against them. */
export function makeSpending({ store, clock, settings }: SpendingOptions) {
  async function viewOf(db: Db | Tx, account: Hex, row: LimitsRow, wanted?: Wanted): Promise<SpendingView> {
    const nowMs = clock.nowMs()
    const limits = limitsAt(row, nowMs)
    const spends = await spendsOf(db, account, nowMs, wanted?.intentId)
    const within = (ms: number) =>
      spends
        .filter((one) => one.atMs > nowMs - ms)
        .reduce((all, one) => all + one.amountMicros, 0n)
        .toString()
    const waits = row.later && row.later.fromMs > nowMs ? row.later : null
    const verdict = wanted && mayPay(limits, spends, wanted.micros, nowMs)
    return {
      limits: toWire(limits),
      later: waits && { limits: toWire(waits.limits), fromMs: waits.fromMs },
      spentDayMicros: within(DAY_MS),
      spent30DaysMicros: within(LONGEST_WINDOW_MS),
      leftMicros: mostNow(limits, spends, nowMs)?.toString() ?? null,
      ...(verdict
        ? {
            wanted: verdict.ok
              ? { allowed: true }
              : { allowed: false, limit: verdict.limit, freesAtMs: verdict.freesAtMs },
          }
        : {}),
      raiseSeconds: settings.limitRaiseSeconds,
    }
  }

  /**
   * Counts a promise to pay, in the caller's transaction; made twice, it counts twice, since both may be kept. Throws
   * `intents.over-limit`.
   */
  async function promise(
    tx: Tx,
    account: Hex,
    intentId: Hex,
    amountMicros: bigint,
    thenMicros: bigint,
  ): Promise<void> {
    // Held until the commit: of two tabs one counts after the other. An account without limits has nothing to wait for.
    const row = await limitsOf(tx, account, true)
    const nowMs = clock.nowMs()
    const verdict = mayPay(limitsAt(row, nowMs), await spendsOf(tx, account, nowMs), amountMicros, nowMs)
    if (!verdict.ok) {
      const { limit, leftMicros, freesAtMs } = verdict
      throw refuse('intents.over-limit', {
        intentId,
        limit,
        leftMicros: leftMicros.toString(),
        ...(freesAtMs === null ? {} : { freesAtMs }),
      })
    }
    await sql`insert into gesim.intents_spends as s (intent_id, then_micros, account, amount_micros, at)
      values (${intentId}, ${thenMicros.toString()}, ${account}, ${amountMicros.toString()}, ${new Date(nowMs)})
      on conflict (intent_id, paid, then_micros) do update set at = excluded.at,
        amount_micros = excluded.amount_micros
          + case when s.at > ${new Date(nowMs - UNPAID_MS)} then s.amount_micros else 0 end`.execute(tx)
  }

  return {
    promise,

    async view(account: Hex, wanted?: Wanted): Promise<SpendingView> {
      return await viewOf(store.db, account, await limitsOf(store.db, account, false), wanted)
    },

    async set(account: Hex, wish: SpendingLimits): Promise<SpendingView> {
      return await store.tx(async (tx) => {
        await lockRunning(tx, account)
        await sql`insert into gesim.intents_limits (account, limits) values (${account}, ${stored(NO_LIMITS)}::jsonb)
          on conflict (account) do nothing`.execute(tx)
        const before = await limitsOf(tx, account, true)
        const row = setLimits(before, fromWire(wish), clock.nowMs(), settings.limitRaiseSeconds * 1000)
        await sql`update gesim.intents_limits set limits = ${stored(row.now)}::jsonb,
            later = ${row.later && stored(row.later.limits)}::jsonb,
            later_from = ${row.later && new Date(row.later.fromMs)}, changed_at = ${new Date(clock.nowMs())}
          where account = ${account}`.execute(tx)
        // Who wants to spend less from now on has not this in mind any more, however small it is.
        if (isLower(limitsAt(before, clock.nowMs()), row.now))
          await endRunning(tx, store, { account }, 'limits-lowered', clock.nowMs())
        return await viewOf(tx, account, row)
      })
    },

    /**
     * Counts more money for a purchase that runs. Returns what it then has in all. Throws `intents.not-active`,
     * `intents.above-cap`, `intents.over-limit`.
     */
    async topUp(account: Hex, intentId: Hex, amountMicros: bigint): Promise<bigint> {
      return await store.tx(async (tx) => {
        const row = await lockIntent(tx, intentId)
        if (row?.payer !== account) throw refuse('intents.unknown', { intentId })
        if (row.state !== 'active') throw refuse('intents.not-active', { intentId, state: row.state })
        const thenMicros = BigInt(row.funded_micros) + amountMicros
        if (amountMicros <= 0n || thenMicros > BigInt(row.terms.maxDeposit))
          throw refuse('intents.above-cap', { intentId, maxDeposit: row.terms.maxDeposit })
        await promise(tx, account, intentId, amountMicros, thenMicros)
        return thenMicros
      })
    },
  }
}

/** Counts a payment that was signed ahead as promised, whatever the limits, unless it was before: it is on the chain. */
export async function notePromise(
  tx: Tx,
  account: Hex,
  intentId: Hex,
  micros: string,
  atMs: number,
): Promise<void> {
  await sql`insert into gesim.intents_spends (intent_id, then_micros, account, amount_micros, at)
    values (${intentId}, ${micros}, ${account}, ${micros}, ${new Date(atMs)})
    on conflict (intent_id, paid, then_micros) do nothing`.execute(tx)
}

/**
 * Counts what a purchase has in escrow: as paid, no more than once, whoever paid it and whatever was promised. Promises up
 * to there are kept; what was promised beyond may still be on its way, of a second tab for example, and is void when a
 * promise is. A purchase has a row here from the moment it exists. One that has none is of an account that was deleted
 * meanwhile, and a payment that is seen late must not bring it back.
 */
export async function countPaid(tx: Tx, intentId: Hex, fundedMicros: string, atMs: number): Promise<void> {
  const funded = BigInt(fundedMicros)
  const { rows } = await sql<{ payer: Hex; paid_micros: string; promised_micros: string; last: Date | null }>`
    select i.payer, coalesce(sum(s.amount_micros) filter (where s.paid), 0) as paid_micros,
      coalesce(sum(s.amount_micros) filter (where not s.paid and s.then_micros <= ${fundedMicros}::numeric), 0)
        as promised_micros,
      max(s.at) filter (where not s.paid and s.then_micros <= ${fundedMicros}::numeric) as last
    from gesim.intents_intents i join gesim.intents_spends s using (intent_id)
    where i.intent_id = ${intentId} group by i.intent_id, i.payer`.execute(tx)
  const known = rows[0]
  if (!known) return
  const newMicros = funded - BigInt(known.paid_micros)
  if (newMicros <= 0n) return
  await sql`delete from gesim.intents_spends
    where intent_id = ${intentId} and not paid and then_micros <= ${fundedMicros}::numeric`.execute(tx)
  await keep({ amountMicros: newMicros, thenMicros: funded, paid: true, at: new Date(atMs) })
  const beyond = BigInt(known.promised_micros) - newMicros
  if (beyond > 0n && known.last)
    await keep({ amountMicros: beyond, thenMicros: funded + beyond, paid: false, at: known.last })

  async function keep(row: {
    amountMicros: bigint
    thenMicros: bigint
    paid: boolean
    at: Date
  }): Promise<void> {
    await sql`insert into gesim.intents_spends as s (intent_id, then_micros, account, amount_micros, paid, at)
      values (${intentId}, ${row.thenMicros.toString()}, ${known!.payer}, ${row.amountMicros.toString()}, ${row.paid},
        ${row.at})
      on conflict (intent_id, paid, then_micros) do update set
        amount_micros = s.amount_micros + excluded.amount_micros, at = greatest(s.at, excluded.at)`.execute(
      tx,
    )
  }
}

async function limitsOf(db: Db | Tx, account: Hex, lock: boolean): Promise<LimitsRow> {
  const { rows } = await sql<{ limits: Stored; later: Stored | null; later_from: Date | null }>`
    select limits, later, later_from from gesim.intents_limits where account = ${account}
    ${lock ? sql`for update` : sql``}`.execute(db)
  const row = rows[0]
  if (!row) return { now: NO_LIMITS, later: null }
  return {
    now: loaded(row.limits),
    later: row.later && row.later_from && { limits: loaded(row.later), fromMs: row.later_from.getTime() },
  }
}

/**
 * What counts: whatever is in escrow or on its way there. Not what came back whole, not what lapsed, and a promise that
 * nobody kept only as long as it still could be: a payment that was signed ahead until its purchase lapses, as if it were
 * made now. `but` leaves out the promise of a purchase whose own payment is asked about.
 */
async function spendsOf(db: Db | Tx, account: Hex, nowMs: number, but: Hex | null = null): Promise<Spend[]> {
  const isAhead = sql`(not s.paid and i.state = 'drafted' and i.renewed_days is not null)`
  const { rows } = await sql<{ amount_micros: string; paid: boolean; at: Date; ahead: boolean }>`
    select s.amount_micros, s.paid, s.at, ${isAhead} as ahead
    from gesim.intents_spends s join gesim.intents_intents i using (intent_id)
    where s.account = ${account} and i.state not in ('refunded', 'lapsed')
      and case when s.paid then s.at > ${new Date(nowMs - LONGEST_WINDOW_MS)}
        else (s.at > ${new Date(nowMs - UNPAID_MS)} or ${isAhead}) and s.intent_id is distinct from ${but} end`.execute(
    db,
  )
  return rows.map((row) => {
    const amountMicros = BigInt(row.amount_micros)
    if (row.ahead) return { amountMicros, atMs: nowMs }
    const atMs = row.at.getTime()
    return row.paid ? { amountMicros, atMs } : { amountMicros, atMs, voidFromMs: atMs + UNPAID_MS }
  })
}

type Stored = Readonly<Record<keyof Limits, string | null>>

function stored({ perPurchase, perDay, per30Days }: Limits): string {
  return JSON.stringify({
    perPurchase: perPurchase?.toString() ?? null,
    perDay: perDay?.toString() ?? null,
    per30Days: per30Days?.toString() ?? null,
  })
}

const loaded = ({ perPurchase, perDay, per30Days }: Stored): Limits => ({
  perPurchase: micros(perPurchase),
  perDay: micros(perDay),
  per30Days: micros(per30Days),
})

const fromWire = (wish: SpendingLimits): Limits => ({
  perPurchase: micros(wish.perPurchaseMicros),
  perDay: micros(wish.perDayMicros),
  per30Days: micros(wish.per30DaysMicros),
})

const toWire = ({ perPurchase, perDay, per30Days }: Limits): SpendingLimits => ({
  perPurchaseMicros: perPurchase?.toString() ?? null,
  perDayMicros: perDay?.toString() ?? null,
  per30DaysMicros: per30Days?.toString() ?? null,
})

function micros(text: string | null): bigint | null {
  return text === null ? null : BigInt(text)
}
