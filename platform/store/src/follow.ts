import { Failure, kindOf, type Log, sleepMs } from '@gesim/base'
import type { EventKind, JourneyEvent } from '@gesim/journey'
import { type Kysely, sql } from 'kysely'
import { named } from './errors.ts'
import { type JournalRow, toEvent } from './journal.ts'
import type { Listener } from './listener.ts'
import { withinSpan } from './spans.ts'
import type { Tables, Tx } from './tables.ts'

/** Who reads, and what. */
export interface FollowOptions<Kind extends EventKind = EventKind> {
  /** The name of the cursor: a stage, or `<stage>.<what>` where a stage has several readers. */
  readonly reader: string
  readonly kinds: readonly Kind[]
  /** Events handled in one transaction at most (default 16). */
  readonly batch?: number
}

/** A running reader. */
export interface Follower {
  /** Ends after the event in hand. */
  stop(): Promise<void>
}

export type Handle<Kind extends EventKind> = (event: JourneyEventOf<Kind>, tx: Tx) => Promise<void>

/** An event whose body is known from its kind, one member for each kind. */
export type JourneyEventOf<Kind extends EventKind> = { [K in Kind]: JourneyEvent<K> }[Kind]

const POLL_MS = 1_000
const UNSETTLED_MS = 10
const BUSY_FIRST_MS = 25
const BUSY_MOST_MS = 500
const RETRY_FIRST_MS = 100
const RETRY_MOST_MS = 30_000
/** How often an event that breaks its reader is tried before it is parked. */
const BROKEN_ATTEMPTS = 5

type Step =
  | { next: 'more' | 'idle' | 'busy' | 'unsettled' }
  | { next: 'failed'; event: JourneyEvent; error: unknown }

interface Candidate extends JournalRow {
  settled: boolean
  halted: boolean
  was_parked: boolean
}

/**
 * Starts a reader of the journal. Each event is handled once, in order, and the handler's writes commit together
 * with the cursor. Several processes may follow under one name: a lock lets one at a time read on.
 *
 * What a handler throws decides what follows. `unreachable`: the same event again, later and later, and nothing is
 * skipped. `refused` at once, `broken` after five attempts: the event is parked with its reason, and so is every later
 * event of the same intent, in order; other intents go on. `gesim.release_parked` gives them back.
 *
 * A handler must not call the outside world after its first write: an open transaction that has written holds back
 * every reader. It enqueues a job instead.
 */
export function startFollower<Kind extends EventKind>(
  db: Kysely<Tables>,
  listener: Listener,
  log: Log,
  options: FollowOptions<Kind>,
  handle: Handle<Kind>,
): Follower {
  const reader = options.reader
  const batch = options.batch ?? 16
  const kinds = options.kinds as readonly string[]
  const ending = new AbortController()
  const attempts = new Map<bigint, number>()
  let parkNext: { seq: bigint; code: string; why: string; attempts: number } | undefined
  let poked = false
  let wake: (() => void) | undefined

  const forget = listener.onNotify((payload) => {
    if (payload !== '*' && !kinds.includes(payload)) return
    poked = true
    wake?.()
  })

  async function step(): Promise<Step> {
    return await db.transaction().execute(async (tx) => {
      const lock = await sql<{ mine: boolean }>`
        select pg_try_advisory_xact_lock(hashtextextended(${`gesim.reader:${reader}`}, 0)) as mine`.execute(
        tx,
      )
      if (!lock.rows[0]!.mine) return { next: 'busy' }
      // A statement of its own, after the lock: its snapshot shows where the last holder left the cursor.
      const candidates = await next(tx, reader, kinds, batch)
      let last: Candidate | undefined
      let outcome: Step = { next: candidates.length < batch ? 'idle' : 'more' }
      const halted = new Set<string>()
      for (const row of candidates) {
        if (!row.settled) {
          outcome = { next: 'unsettled' }
          break
        }
        const event = toEvent(row)
        if (row.was_parked && row.intent_id !== null && halted.has(row.intent_id)) continue
        if (row.intent_id !== null && !row.was_parked && (row.halted || halted.has(row.intent_id))) {
          await park(tx, reader, row, {
            code: 'store.event-parked',
            why: 'an earlier event waits',
            attempts: 0,
          })
        } else if (parkNext?.seq === row.seq) {
          await park(tx, reader, row, parkNext)
          if (row.intent_id !== null) halted.add(row.intent_id)
        } else {
          await sql`savepoint event`.execute(tx)
          try {
            await withinSpan(reader, event, (attempts.get(event.seq) ?? 0) + 1, () =>
              handle(event as JourneyEventOf<Kind>, tx),
            )
            await sql`release savepoint event`.execute(tx)
          } catch (error) {
            await sql`rollback to savepoint event`.execute(tx)
            outcome = { next: 'failed', event, error: named(error) }
            break
          }
          if (row.was_parked)
            await tx
              .deleteFrom('journal_parked')
              .where('reader', '=', reader)
              .where('seq', '=', row.seq)
              .execute()
        }
        if (!row.was_parked) last = row
      }
      if (last)
        await sql`update gesim.journal_cursors set tx = ${last.tx}::xid8, seq = ${last.seq}, moved_at = now()
          where reader = ${reader}`.execute(tx)
      return outcome
    })
  }

  function failed(event: JourneyEvent, error: unknown): number {
    const attempt = (attempts.get(event.seq) ?? 0) + 1
    attempts.set(event.seq, attempt)
    const kind = kindOf(error)
    const code = error instanceof Failure ? error.code : 'store.event-parked'
    const why = error instanceof Error ? error.message : String(error)
    const fields = { code, why, kind, attempt, event: event.kind, seq: event.seq, intentId: event.intentId }
    const stack = error instanceof Error ? error.stack : undefined
    if (kind === 'refused' || (kind === 'broken' && attempt >= BROKEN_ATTEMPTS)) {
      log.error('parked an event', { ...fields, stack })
      parkNext = { seq: event.seq, code, why: why.slice(0, 500), attempts: attempt }
      return 0
    }
    // The first, second, fourth, … time, so that a long outage does not flood the log.
    if ((attempt & (attempt - 1)) === 0) log.warn('could not take an event, trying again', fields)
    return Math.min(RETRY_FIRST_MS * 2 ** (attempt - 1), RETRY_MOST_MS)
  }

  function pause(durationMs: number, wakeable: boolean): Promise<void> {
    if (wakeable && poked) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(done, durationMs)
      function done() {
        clearTimeout(timer)
        ending.signal.removeEventListener('abort', done)
        wake = undefined
        resolve()
      }
      if (wakeable) wake = done
      ending.signal.addEventListener('abort', done, { once: true })
    })
  }

  async function run(): Promise<void> {
    let busyMs = BUSY_FIRST_MS
    let lostMs = RETRY_FIRST_MS
    let known = false
    while (!ending.signal.aborted) {
      poked = false
      let outcome: Step
      try {
        if (!known) {
          await sql`insert into gesim.journal_cursors (reader) values (${reader}) on conflict do nothing`.execute(
            db,
          )
          known = true
        }
        outcome = await step()
        lostMs = RETRY_FIRST_MS
      } catch (error) {
        const failure = named(error)
        log.warn('the journal cannot be read, trying again', {
          code: failure instanceof Failure ? failure.code : 'store.no-database',
          error: failure,
        })
        await sleepMs(lostMs, ending.signal).catch(() => {})
        lostMs = Math.min(lostMs * 2, RETRY_MOST_MS)
        continue
      }
      if (outcome.next === 'failed') {
        const waitMs = failed(outcome.event, outcome.error)
        if (waitMs > 0) await pause(waitMs, false)
        continue
      }
      attempts.clear()
      parkNext = undefined
      if (outcome.next === 'busy') {
        await pause(busyMs, false)
        busyMs = Math.min(busyMs * 2, BUSY_MOST_MS)
        continue
      }
      busyMs = BUSY_FIRST_MS
      if (outcome.next === 'unsettled') await pause(UNSETTLED_MS, false)
      if (outcome.next === 'idle') await pause(POLL_MS, true)
    }
  }

  const running = run()
  return {
    async stop() {
      ending.abort()
      forget()
      await running
    },
  }
}

/** What comes next for a reader: events given back from the parking place, else those after its cursor. */
async function next(
  tx: Tx,
  reader: string,
  kinds: readonly string[],
  batch: number,
): Promise<readonly Candidate[]> {
  const released = await sql<Candidate>`
    select j.*, true as settled, true as halted, true as was_parked
    from gesim.journal_parked p join gesim.journal j using (seq)
    where p.reader = ${reader} and p.released
    order by j.tx, j.seq limit ${batch}`.execute(tx)
  if (released.rows.length > 0) return released.rows
  // One index range for each kind, merged: a reader of rare events does not scan over the frequent ones.
  const { rows } = await sql<Candidate>`
    with cursor as (select tx, seq from gesim.journal_cursors where reader = ${reader})
    select j.seq, j.tx, j.kind, j.version, j.intent_id, j.at, j.body, false as was_parked,
      j.tx < pg_snapshot_xmin(pg_current_snapshot()) as settled,
      exists (select from gesim.journal_parked p
              where p.reader = ${reader} and p.intent_id = j.intent_id) as halted
    from cursor, unnest(${kinds as string[]}::text[]) as wanted(kind), lateral (
      select * from gesim.journal
      where kind = wanted.kind and (tx, seq) > (cursor.tx, cursor.seq)
      order by tx, seq limit ${batch}
    ) j
    order by j.tx, j.seq limit ${batch}`.execute(tx)
  return rows
}

async function park(
  tx: Tx,
  reader: string,
  row: Candidate,
  reason: { code: string; why: string; attempts: number },
): Promise<void> {
  if (row.was_parked) {
    // It failed again: it and what was released behind it wait on.
    await sql`update gesim.journal_parked set released = false, code = ${reason.code}, why = ${reason.why},
        attempts = attempts + ${reason.attempts} where reader = ${reader} and seq = ${row.seq}`.execute(tx)
    await sql`update gesim.journal_parked set released = false
      where reader = ${reader} and intent_id = ${row.intent_id}`.execute(tx)
    return
  }
  await sql`insert into gesim.journal_parked (reader, seq, intent_id, code, why, attempts)
    values (${reader}, ${row.seq}, ${row.intent_id}, ${reason.code}, ${reason.why}, ${reason.attempts})`.execute(
    tx,
  )
}
