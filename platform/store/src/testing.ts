import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createLog, sleepMs } from '@gesim/base'
import pg from 'pg'
import { migrate, readMigrations } from './migrate.ts'
import { connect, type Store } from './store.ts'

export { standInIntents, tokenAccess } from './testing/stand-ins.ts'
export { eventually, readsOn, settled } from './testing/waiting.ts'

/** A database of one's own. */
export interface TestDatabase {
  readonly url: string
  /** Drops it. */
  close(): Promise<void>
}

/** A store on a database of one's own. */
export interface TestStore extends TestDatabase {
  readonly store: Store
}

const SERVER_PROGRAM = fileURLToPath(new URL('./testing/server.ts', import.meta.url))

/**
 * A store on a fresh, migrated database on a real Postgres that all test files share. The server starts with the
 * first test and ends by itself when nobody is connected any more.
 *
 * @example
 * const { store, close } = await testStore()
 * afterAll(close)
 */
export async function testStore(): Promise<TestStore> {
  const database = await testDatabase()
  const store = await connect(database.url, { connections: 5, log: createLog('test', 'silent') })
  return {
    store,
    url: database.url,
    async close() {
      await store.close()
      await database.close()
    },
  }
}

/** A fresh, migrated database without a store: for tests that start processes of their own. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = await sharedServer()
  const template = await ensureTemplate(server)
  const name = `test_${randomBytes(8).toString('hex')}`
  await withClient(server, 'postgres', (client) => copy(client, name, template))
  return {
    url: urlOf(server, name),
    close: () =>
      withClient(server, 'postgres', async (client) => {
        await client.query(`drop database if exists ${name} with (force)`)
      }),
  }
}

/** An empty database on the shared server, for packages that bring their own tables. */
export async function emptyDatabase(): Promise<TestDatabase> {
  const server = await sharedServer()
  const name = `test_${randomBytes(8).toString('hex')}`
  await withClient(server, 'postgres', (client) => client.query(`create database ${name}`))
  return {
    url: urlOf(server, name),
    close: () =>
      withClient(server, 'postgres', async (client) => {
        await client.query(`drop database if exists ${name} with (force)`)
      }),
  }
}

function urlOf(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

async function withClient<T>(
  server: string,
  database: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: urlOf(server, database) })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function copy(client: pg.Client, name: string, template: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query(`create database ${name} template ${template}`)
      return
    } catch (error) {
      // 55006: another test file copies the template in this moment.
      if ((error as { code?: string }).code !== '55006' || attempt >= 100) throw error
      await sleepMs(20 + Math.random() * 50)
    }
  }
}

/** The migrated database that others are copied from; made once for each state of the migration files. */
async function ensureTemplate(server: string): Promise<string> {
  const hash = createHash('sha256')
  for (const migration of await readMigrations()) hash.update(`${migration.version}\0${migration.text}\0`)
  const name = `template_${hash.digest('hex').slice(0, 16)}`
  await withClient(server, 'postgres', async (client) => {
    await client.query('select pg_advisory_lock(hashtext($1))', [name])
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
    if (rowCount) return
    const making = `${name}_making`
    await client.query(`drop database if exists ${making} with (force)`)
    await client.query(`create database ${making}`)
    await migrate(urlOf(server, making))
    await client.query(`alter database ${making} rename to ${name}`)
  })
  return name
}

/** The connection string of the shared server: joins the running one or starts it, one starter at a time. */
async function sharedServer(): Promise<string> {
  if (process.env.GESIM_TEST_POSTGRES) return process.env.GESIM_TEST_POSTGRES
  const dir = join(
    tmpdir(),
    `gesim-test-${createHash('sha256').update(SERVER_PROGRAM).digest('hex').slice(0, 8)}`,
  )
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const lock = join(dir, 'starting')
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 50) {
    const server = await runningServer(dir)
    if (server) return server
    if (await take(lock)) {
      try {
        const again = await runningServer(dir)
        if (again) return again
        const child = spawn(process.execPath, [SERVER_PROGRAM, dir], { detached: true, stdio: 'ignore' })
        child.unref()
        for (let startedMs = 0; startedMs < 30_000; startedMs += 50) {
          const started = await runningServer(dir)
          if (started) return started
          await sleepMs(50)
        }
      } finally {
        await rm(lock, { force: true })
      }
    }
    await sleepMs(50)
  }
  throw new Error(`the test Postgres did not start; see ${dir}`)
}

async function runningServer(dir: string): Promise<string | undefined> {
  try {
    const url = (await readFile(join(dir, 'url'), 'utf8')).trim()
    await withClient(url, 'postgres', (client) => client.query('select 1'))
    return url
  } catch {
    return undefined
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx')).close()
    return true
  } catch {
    const since = await stat(lock).catch(() => undefined)
    // Whoever held it was killed.
    if (since && Date.now() - since.mtimeMs > 40_000) await rm(lock, { force: true })
    return false
  }
}
