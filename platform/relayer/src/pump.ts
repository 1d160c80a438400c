import { kindOf, type Log, sleepMs } from '@gesim/base'
import type { Store } from '@gesim/store'
import { sql } from 'kysely'

/** A loop that runs in one process of all. */
export interface Pump {
  /** Something may be there to do: look now, and often for a moment. */
  wake(): void
  stop(): Promise<void>
}

export interface PumpOptions {
  readonly store: Store
  readonly log: Log
  /** The lock's name; processes with the same name take turns. */
  readonly name: string
  readonly signal: AbortSignal
  /** Runs once each time this process takes over, before the first round. */
  takeOver(): Promise<void>
  /** One look at everything. Returns whether something moved. */
  round(): Promise<boolean>
}

const IDLE_MS = 250
const BUSY_MS = 15
/** A wish is written in a transaction that commits just after the call: look again soon. */
const EAGER_ROUNDS = 12
const LOCK_RETRY_MS = 1_000
const FAILED_FIRST_MS = 250
const FAILED_MOST_MS = 10_000

/**
 * Starts the loop. A session lock on a connection of its own chooses the process: when it dies, Postgres frees the lock
 * and another one goes on from the rows. Two at once for a moment would do no harm either: every step rechecks its row.
 */
export function startPump(options: PumpOptions): Pump {
  const { store, log, name } = options
  const ended = new AbortController()
  const signal = AbortSignal.any([options.signal, ended.signal])
  let eager = 0
  let rouse: (() => void) | undefined

  const pause = (durationMs: number) =>
    new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        rouse = undefined
        resolve()
      }
      const timer = setTimeout(done, durationMs)
      signal.addEventListener('abort', done, { once: true })
      rouse = done
    })

  const lead = () =>
    store.db.connection().execute(async (connection) => {
      const { rows } = await sql<{
        got: boolean
      }>`select pg_try_advisory_lock(hashtext(${name})) as got`.execute(connection)
      if (!rows[0]!.got) return
      try {
        await options.takeOver()
        let failures = 0
        while (!signal.aborted) {
          try {
            const moved = await options.round()
            failures = 0
            if (moved) eager = EAGER_ROUNDS
            await pause(eager > 0 ? BUSY_MS : IDLE_MS)
            if (eager > 0) eager--
          } catch (error) {
            if (signal.aborted) break
            const level = kindOf(error) === 'unreachable' ? 'warn' : 'error'
            log[level]('a round failed and will be tried again', { name, error })
            await pause(Math.min(FAILED_FIRST_MS * 2 ** failures++, FAILED_MOST_MS))
          }
          // A lost connection has lost the lock: this throws, and the lock is asked for anew.
          await sql`select 1`.execute(connection)
        }
      } finally {
        await sql`select pg_advisory_unlock(hashtext(${name}))`.execute(connection).catch(() => {})
      }
    })

  const running = (async () => {
    while (!signal.aborted) {
      try {
        await lead()
      } catch (error) {
        if (!signal.aborted) log.warn('the pump lost its place', { name, error })
      }
      if (!signal.aborted) await sleepMs(LOCK_RETRY_MS, signal).catch(() => {})
    }
  })()

  return {
    wake() {
      eager = EAGER_ROUNDS
      rouse?.()
    },
    async stop() {
      ended.abort()
      await running
    },
  }
}
