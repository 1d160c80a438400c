import { randomUUID } from 'node:crypto'
import { broken, Failure, kindOf, type Log } from '@gesim/base'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
import type pg from 'pg'
import { type Db as BossDb, fromKysely, type Job, PgBoss } from 'pg-boss'
import { named } from './errors.ts'
import type { Tables, Tx } from './tables.ts'
import { convertRows } from './values.ts'

/** The schema of pg-boss, beside ours and as closed. */
const JOBS_SCHEMA = 'gesim_jobs'
const DEAD_LETTERS = 'dead-letters'
/** How often a job that breaks its handler is tried. An unreachable other side is asked again without end. */
const BROKEN_ATTEMPTS = 5
const LEASE_CHECK_MS = 1_000
const UNLEASED_MOST_SECONDS = 3

/** How a job is put into its queue. */
export interface EnqueueOptions {
  /** While a job with this key waits, another one adds nothing; while one runs, one more may wait. */
  readonly key?: string
  readonly startAfterSeconds?: number
}

/** How a worker takes jobs. */
export interface WorkOptions {
  /** Jobs of this queue at once in this process (default 1). */
  readonly concurrency?: number
  /** A job that runs longer is given to another worker (default 120). */
  readonly expireInSeconds?: number
  /** Wait before the second attempt; doubles up to a minute (default 1). */
  readonly retryDelaySeconds?: number
}

/** What a handler may know about its job beside the data. */
export interface JobInfo {
  readonly id: string
  /** 1 at first. */
  readonly attempt: number
  /** Aborted when the job has run out of time or the process ends. */
  readonly signal: AbortSignal
}

export type JobHandler<Data> = (data: Data, tx: Tx, job: JobInfo) => Promise<void>

/** A worker on a queue. */
export interface Worker {
  stop(): Promise<void>
}

export interface Jobs {
  enqueue(tx: Tx, queue: string, data: object, options?: EnqueueOptions): Promise<void>
  work<Data>(queue: string, handler: JobHandler<Data>, options?: WorkOptions): Promise<Worker>
  close(): Promise<void>
}

/** Installs or updates the tables of pg-boss. */
export async function installJobs(url: string): Promise<void> {
  const boss = new PgBoss({
    connectionString: url,
    schema: JOBS_SCHEMA,
    max: 2,
    supervise: false,
    schedule: false,
  })
  boss.on('error', () => {})
  await boss.start()
  await boss.stop({ graceful: false })
}

/**
 * Durable jobs on pg-boss. `enqueue` writes the job in the caller's transaction; `work` runs a handler in a
 * transaction that also completes the job. `processKey` is the advisory lock that this process's listener holds.
 */
export function openJobs(
  url: string,
  db: Kysely<Tables>,
  connections: number,
  processKey: bigint,
  log: Log,
): Jobs {
  const boss = new PgBoss({
    connectionString: url,
    schema: JOBS_SCHEMA,
    max: connections,
    application_name: 'gesim jobs',
    useListenNotify: true,
    schedule: false,
    registerInstance: false,
    superviseIntervalSeconds: 10,
    monitorIntervalSeconds: 10,
  })
  boss.on('error', (error) => log.warn('jobs: a statement failed, it is tried again', { error }))
  const queues = new Map<string, Promise<void>>()
  const workers = new Set<Worker>()
  let started: Promise<void> | undefined
  let reaper: NodeJS.Timeout | undefined

  function start(): Promise<void> {
    started ??= boss.start({ attempts: 5 }).then(
      async () => {
        await boss.createQueue(DEAD_LETTERS, { retentionSeconds: 365 * 86_400 })
      },
      (error) => {
        started = undefined
        throw named(error)
      },
    )
    return started
  }

  function queue(name: string): Promise<void> {
    let made = queues.get(name)
    if (!made) {
      made = start().then(() =>
        boss.createQueue(name, {
          // One waiting and one running job for each key: doubles are dropped, a wake-up is never lost.
          policy: 'stately',
          notify: true,
          retryLimit: 1_000_000,
          retryDelay: 1,
          retryBackoff: true,
          retryDelayMax: 60,
          expireInSeconds: 120,
          deleteAfterSeconds: 86_400,
          retentionSeconds: 400 * 86_400,
        }),
      )
      made.catch(() => queues.delete(name))
      queues.set(name, made)
    }
    return made
  }

  async function enqueue(tx: Tx, name: string, data: object, options: EnqueueOptions = {}): Promise<void> {
    await queue(name)
    await boss.send(name, data, {
      db: fromKysely(tx),
      singletonKey: options.key ?? randomUUID(),
      ...(options.startAfterSeconds ? { startAfter: Math.ceil(options.startAfterSeconds) } : {}),
    })
  }

  async function work<Data>(
    name: string,
    handler: JobHandler<Data>,
    options: WorkOptions = {},
  ): Promise<Worker> {
    await queue(name)
    await boss.updateQueue(name, {
      retryDelay: options.retryDelaySeconds ?? 1,
      expireInSeconds: options.expireInSeconds ?? 120,
    })
    reaper ??= setInterval(() => takeOver().catch(() => {}), LEASE_CHECK_MS)
    await takeOver()
    // Each place is a worker of its own, so that it can be woken by its id.
    const ids = await Promise.all(
      Array.from({ length: options.concurrency ?? 1 }, () => place(name, handler)),
    )
    const worker: Worker = {
      async stop() {
        workers.delete(worker)
        await Promise.all(ids.map((id) => boss.offWork(name, { id, wait: true })))
      },
    }
    workers.add(worker)
    return worker
  }

  async function place<Data>(name: string, handler: JobHandler<Data>): Promise<string> {
    let id = ''
    id = await boss.work(
      name,
      { transactional: true, pollingIntervalSeconds: 0.5, notifyPollingIntervalSeconds: 1 },
      async ([job]: Job<Data>[], bossTx: BossDb) => {
        if (!job) return
        // A notification wakes for one job only: where there was one, the next may wait already, so fetch at once.
        boss.notifyWorker(id)
        await sql`insert into gesim.job_leases (job_id, queue, process_key) values (${job.id}, ${name}, ${processKey})
          on conflict (job_id) do update set process_key = excluded.process_key`.execute(db)
        const info = { id: job.id, attempt: job.retryCount + 1, signal: job.signal }
        await runJob(bossTx, name, job.data, info, handler)
        await bossTx.executeSql('delete from gesim.job_leases where job_id = $1', [job.id])
      },
    )
    return id
  }

  async function runJob<Data>(
    bossTx: BossDb,
    name: string,
    data: Data,
    info: JobInfo,
    handler: JobHandler<Data>,
  ): Promise<void> {
    const bound = kyselyOver(bossTx)
    try {
      await bound.transaction().execute(async (tx) => {
        await sql`savepoint job`.execute(tx)
        await handler(data, tx, info)
      })
    } catch (caught) {
      const error = named(caught)
      const code = error instanceof Failure ? error.code : 'store.job-dead'
      const why = error instanceof Error ? error.message : String(error)
      const kind = kindOf(error)
      const fields = { job: name, code, why, attempt: info.attempt, kind }
      if (kind === 'unreachable' || (kind === 'broken' && info.attempt < BROKEN_ATTEMPTS)) {
        if ((info.attempt & (info.attempt - 1)) === 0) log.warn('a job failed, it is tried again', fields)
        throw error
      }
      log.error('gave a job up', { ...fields, stack: error instanceof Error ? error.stack : undefined })
      await bossTx.executeSql('rollback to savepoint job')
      await boss.send(DEAD_LETTERS, { queue: name, data, code, why: why.slice(0, 500) }, { db: bossTx })
    }
  }

  /**
   * Gives back the jobs of processes that are gone: nobody holds the advisory lock of their lease any more, or the
   * process died between taking the job and noting its lease. Giving back a job that does still run is safe: pg-boss
   * lets only the newest attempt complete it, and the older one's writes roll back.
   */
  async function takeOver(): Promise<void> {
    const jobs = sql.raw(`${JOBS_SCHEMA}.job`)
    const { rows } = await sql<{ job_id: string; queue: string }>`
      select l.job_id, l.queue from gesim.job_leases l where not gesim.process_lives(l.process_key)
      union all
      select j.id, j.name from ${jobs} j
      where j.state = 'active' and j.name = any(${[...queues.keys()]}::text[])
        and j.started_on < now() - make_interval(secs => ${UNLEASED_MOST_SECONDS})
        and not exists (select from gesim.job_leases l where l.job_id = j.id)`.execute(db)
    for (const row of rows) {
      await boss.fail(row.queue, row.job_id, { why: 'the process that ran it is gone' })
      await sql`delete from gesim.job_leases where job_id = ${row.job_id}`.execute(db)
    }
  }

  return {
    enqueue,
    work,
    async close() {
      clearInterval(reaper)
      if (!started) return
      await started.catch(() => {})
      await boss.stop({ graceful: true, timeout: 10_000 })
    },
  }
}

/** A Kysely over the transaction that pg-boss opened: pg-boss begins and commits it, so here both are nothing. */
function kyselyOver(bossTx: BossDb): Kysely<Tables> {
  const connection: DatabaseConnection = {
    async executeQuery<R>(query: CompiledQuery) {
      const result = (await bossTx.executeSql(query.sql, [...query.parameters])) as pg.QueryResult
      convertRows(result.rows, result.fields)
      return {
        rows: result.rows as R[],
        ...(result.rowCount === null || result.rowCount === undefined
          ? {}
          : { numAffectedRows: BigInt(result.rowCount) }),
      }
    },
    // biome-ignore lint/correctness/useYield: a job has no use for streams
    async *streamQuery() {
      throw broken('store.job-dead', { why: 'streams are not possible in a job' })
    },
  }
  const driver: Driver = {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: async () => {},
    commitTransaction: async () => {},
    rollbackTransaction: async () => {},
    releaseConnection: async () => {},
    destroy: async () => {},
  }
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver,
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  }).withSchema('gesim')
}
