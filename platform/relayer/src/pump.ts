import { kindOf, type Log } from '@gesim/base'
import type { Store } from '@gesim/store'
import { sql } from 'kysely'

/** Loops that run in one process of all. */
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
  /** Runs once each time this process takes over, before the first look. */
  takeOver(): Promise<void>
  /** Looks, each in a loop of its own so that a slow one holds up no other. A look returns whether something moved. */
  readonly lanes: readonly (() => Promise<boolean>)[]
}

const IDLE_MS = 250
const BUSY_MS = 15
/** A wish is written in a transaction that commits just after the call: look again soon. */
const EAGER_LOOKS = 12
const HEARTBEAT_MS = 1_000
const LOCK_RETRY_MS = 1_000
const FAILED_FIRST_MS = 250
const FAILED_MOST_MS = 10_000

/**
 * Starts the loops. A session lock on a connection of its own chooses the process: when it dies, Postgres frees the lock
 * and another one goes on from the rows. Two at once for a moment would do no harm either: every step rechecks its row.
 */
export function startPump(options: PumpOptions): Pump {
  const { store, log, name } = options
  const ended = new AbortController()
  const ending = AbortSignal.any([options.signal, ended.signal])
  const sleepers = new Set<() => void>()
  let wokenAtLook = 0

  const lead = () =>
    store.db.connection().execute(async (connection) => {
      const { rows } = await sql<{
        got: boolean
      }>`select pg_try_advisory_lock(hashtext(${name})) as got`.execute(connection)
      if (!rows[0]!.got) return
      const lost = new AbortController()
      const signal = AbortSignal.any([ending, lost.signal])
      try {
        await options.takeOver()
        const running = options.lanes.map((lane) => run(lane, signal))
        try {
          while (!signal.aborted) {
            await pause(HEARTBEAT_MS, signal)
            // A lost connection has lost the lock: this throws, and the lock is asked for anew.
            await sql`select 1`.execute(connection)
          }
        } finally {
          lost.abort()
          await Promise.all(running)
        }
      } finally {
        await sql`select pg_advisory_unlock(hashtext(${name}))`.execute(connection).catch(() => {})
      }
    })

  const run = async (lane: () => Promise<boolean>, signal: AbortSignal) => {
    let failures = 0
    let eager = 0
    let seen = wokenAtLook
    while (!signal.aborted) {
      try {
        const moved = await lane()
        failures = 0
        if (moved || seen !== wokenAtLook) eager = EAGER_LOOKS
        seen = wokenAtLook
        if (!moved) await pause(eager-- > 0 ? BUSY_MS : IDLE_MS, signal, sleepers)
      } catch (error) {
        if (signal.aborted) return
        const level = kindOf(error) === 'unreachable' ? 'warn' : 'error'
        log[level]('a look failed and will be tried again', { name, error })
        await pause(Math.min(FAILED_FIRST_MS * 2 ** failures++, FAILED_MOST_MS), signal)
      }
    }
  }

  const running = (async () => {
    while (!ending.aborted) {
      try {
        await lead()
      } catch (error) {
        if (!ending.aborted) log.warn('the pump lost its place', { name, error })
      }
      if (!ending.aborted) await pause(LOCK_RETRY_MS, ending)
    }
  })()

  return {
    wake() {
      wokenAtLook++
      for (const rouse of sleepers) rouse()
    },
    async stop() {
      ended.abort()
      await running
    },
  }
}

/** Waits; an abort, or a call of what it leaves in `sleepers`, ends it early. */
function pause(durationMs: number, signal: AbortSignal, sleepers?: Set<() => void>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      sleepers?.delete(done)
      resolve()
    }
    const timer = setTimeout(done, durationMs)
    if (signal.aborted) return done()
    signal.addEventListener('abort', done, { once: true })
    sleepers?.add(done)
  })
}
