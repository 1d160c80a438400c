import type { Log } from '@gesim/base'
import { type Kysely, sql } from 'kysely'
import { named } from './errors.ts'
import type { Tables, Tx } from './tables.ts'

/** Recurring work. */
export interface Ticker {
  stop(): Promise<void>
}

/**
 * Runs `handler` every `everySeconds` in whichever process comes first, in a transaction that also moves the due
 * time. Missed times are not made up for: one late run, then the usual distance.
 */
export function startSchedule(
  db: Kysely<Tables>,
  log: Log,
  name: string,
  everySeconds: number,
  handler: (tx: Tx) => Promise<void>,
): Ticker {
  let stopped = false
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  async function tick(): Promise<void> {
    try {
      await db.transaction().execute(async (tx) => {
        const lock = await sql<{ mine: boolean }>`
          select pg_try_advisory_xact_lock(hashtextextended(${`gesim.schedule:${name}`}, 0)) as mine`.execute(
          tx,
        )
        if (!lock.rows[0]!.mine) return
        const due =
          await sql`select from gesim.schedules where name = ${name} and next_at > clock_timestamp()`.execute(
            tx,
          )
        if (due.rows.length > 0) return
        await handler(tx)
        await sql`insert into gesim.schedules values (${name}, clock_timestamp() + make_interval(secs => ${everySeconds}))
          on conflict (name) do update set next_at = excluded.next_at`.execute(tx)
      })
    } catch (error) {
      log.warn('recurring work failed, it is tried again', { job: name, error: named(error) })
    }
  }

  // Looked at more often than it is due, so that a process that takes over is not a whole period late.
  const lookMs = Math.max(50, Math.min(everySeconds * 250, 5_000))
  function loop(): void {
    running = tick().then(() => {
      if (!stopped) timer = setTimeout(loop, lookMs)
    })
  }
  loop()
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
