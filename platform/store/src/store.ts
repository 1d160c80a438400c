import { randomBytes } from 'node:crypto'
import { createLog, type Log } from '@gesim/base'
import type { EventBodies, EventKind, Hex, JourneyEvent } from '@gesim/journey'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { named } from './errors.ts'
import { type Follower, type FollowOptions, type Handle, startFollower } from './follow.ts'
import { type EnqueueOptions, type JobHandler, openJobs, type Worker, type WorkOptions } from './jobs.ts'
import { append, JOURNAL_CHANNEL, type ReadQuery, read } from './journal.ts'
import { openListener } from './listener.ts'
import { startSchedule, type Ticker } from './schedule.ts'
import type { Tables, Tx } from './tables.ts'
import { valueTypes } from './values.ts'

/** How a process connects. */
export interface ConnectOptions {
  /** Connections for requests and readers; durable jobs use as many again (default 10). */
  readonly connections?: number
  readonly log?: Log
}

/** The one door to the database. */
export interface Store {
  readonly db: Kysely<Tables>
  /** Names this process in rows: `gesim.process_lives(key)` is true for as long as it is connected. */
  readonly processKey: bigint
  /** Runs `work` in a transaction: all of its writes, or none. */
  tx<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** Writes an event in the caller's transaction. Returns its `seq`. */
  append<Kind extends EventKind>(
    tx: Tx,
    kind: Kind,
    intentId: Hex | null,
    body: EventBodies[Kind],
  ): Promise<bigint>
  /** Starts a reader of the journal; see `startFollower`. */
  follow<Kind extends EventKind>(options: FollowOptions<Kind>, handle: Handle<Kind>): Follower
  /** Reads settled events, for live pages and dashboards. */
  read(query: ReadQuery): Promise<JourneyEvent[]>
  /** Calls back soon after events were appended by any process, with the kind, or '*' when some may have been missed. */
  onAppend(listener: (kind: EventKind | '*') => void): () => void
  /** Adds a job in the caller's transaction: it exists when, and only when, that commits. */
  enqueue(tx: Tx, queue: string, data: object, options?: EnqueueOptions): Promise<void>
  /** Takes jobs; the handler's writes commit together with the job's completion. */
  work<Data>(queue: string, handler: JobHandler<Data>, options?: WorkOptions): Promise<Worker>
  /** Runs `handler` every so many seconds in one process of all, in a transaction. */
  schedule(name: string, everySeconds: number, handler: (tx: Tx) => Promise<void>): Ticker
  close(): Promise<void>
}

/** Connects to a migrated database. Throws `store.no-database` when it does not answer. */
export async function connect(url: string, options: ConnectOptions = {}): Promise<Store> {
  const log = options.log ?? createLog('store')
  const connections = options.connections ?? 10
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    types: valueTypes,
    application_name: 'gesim',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  })
  pool.on('error', (error) => log.warn('an idle connection was lost', { error }))
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }).withSchema('gesim')
  // Positive 63 bits: pg_locks shows an advisory key in two halves, and a sign would complicate joining them.
  const processKey = randomBytes(8).readBigUInt64BE() >> 1n
  try {
    const listener = await openListener(url, JOURNAL_CHANNEL, processKey, log)
    const jobs = openJobs(url, db, connections, processKey, log)
    const running = new Set<{ stop(): Promise<void> }>()
    const keep = <T extends { stop(): Promise<void> }>(started: T): T => {
      running.add(started)
      return started
    }
    let closing: Promise<void> | undefined
    const close = async () => {
      await Promise.all([...running].map((one) => one.stop()))
      await jobs.close()
      await listener.close()
      await pool.end()
    }
    return {
      db,
      processKey,
      tx: async (work) => {
        try {
          return await db.transaction().execute(work)
        } catch (error) {
          throw named(error)
        }
      },
      append,
      follow: (followOptions, handle) => keep(startFollower(db, listener, log, followOptions, handle)),
      read: (query) => read(db, query),
      onAppend: (callback) => listener.onNotify((payload) => callback(payload as EventKind | '*')),
      enqueue: jobs.enqueue,
      work: async (queue, handler, workOptions) => keep(await jobs.work(queue, handler, workOptions)),
      schedule: (name, everySeconds, handler) => keep(startSchedule(db, log, name, everySeconds, handler)),
      close: () => (closing ??= close()),
    }
  } catch (error) {
    await pool.end().catch(() => {})
    throw named(error)
  }
}
