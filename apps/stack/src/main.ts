// `npm start`: the whole product on loopback under one parent that stops it all.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { isFailure, refuse, sleepMs } from '@gesim/base'
import { startAnvil } from '@gesim/contracts/testing'
import { readMigrations, startPostgres } from '@gesim/store'
import { CARRIERS, makeCertificates } from './certificates.ts'
import { deploy, planOf } from './chain.ts'
import { type Child, startChild } from './child.ts'
import { chainStatePath, claimDataFolder } from './data-folder.ts'
import * as environments from './environments.ts'
import { awaitKeeper, isAlive, type Keeper, openKeeper } from './keep.ts'
import { ROOT, readOptions } from './options.ts'
import { choosePorts } from './ports.ts'
import { part } from './progress.ts'
import { localSecrets } from './secrets.ts'
import { settingsOf } from './settings-file.ts'
import { tellFailure } from './tell-failure.ts'
import { versionOf } from './version.ts'

const startedAt = Date.now()
const options = readOptions(process.argv.slice(2))
const { dataDir } = options
const PID_PATH = join(dataDir, 'stack.pid')
/** Ten processes read the same modules; with their compiled code kept, a start costs a third less. */
const COMPILE_CACHE = join(ROOT, 'node_modules', '.cache', 'gesim', 'compiled')
/** What to stop, in the order of starting; stopped from the end. */
const running: { name: string; stop(): Promise<void> }[] = []
/** Writes `stack.json` anew, once everything runs: a child that was started again has another process id. */
let noteProcesses = () => {}
let stopping: Promise<void> | undefined
let kept: Keeper | undefined
const keeper = (): Keeper => (kept ??= openKeeper(dataDir))

function stopAll(): Promise<void> {
  stopping ??= (async () => {
    for (const one of running.reverse()) await one.stop().catch(() => {})
    // Another stack's stays: it is why we did not start.
    if (lastPid() === process.pid) unlinkSync(PID_PATH)
  })()
  return stopping
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!stopping) console.log('\n· stopping everything')
    stopAll().then(() => process.exit(0))
  })
}

// Whoever read what we say is gone without a signal: nobody is left to press Ctrl-C.
process.stdout.on('error', () => void stopAll().then(() => process.exit(1)))

/** Whether what a folder holds was made by a stack: of any version, running or stopped. A person may put settings there first. */
function isOurs(found: readonly string[]): boolean {
  const has = (name: string) => found.includes(name)
  const parts = ['ports.json', 'deployment.json', 'chain.json', 'postgres']
  return (
    found.every((name) => name === 'settings.json') ||
    has('stack.pid') ||
    (has('secrets.json') && parts.some(has))
  )
}

/** Refuses to run twice over the same data, and to touch what is not ours; with --reset, removes it. */
async function takeDataDir(): Promise<void> {
  refuseSecond()
  await awaitKeeper(dataDir)
  // Another start may have waited beside this one.
  refuseSecond()
  try {
    if (existsSync(dataDir) && !isOurs(readdirSync(dataDir)))
      throw refuse('stack.not-our-folder', { folder: dataDir })
    if (options.reset) rmSync(dataDir, { recursive: true, force: true })
    mkdirSync(join(dataDir, 'logs'), { recursive: true, mode: 0o700 })
    writeFileSync(PID_PATH, String(process.pid))
  } catch (error) {
    if (isFailure(error)) throw error
    throw refuse('stack.folder-unusable', { folder: dataDir, why: (error as Error).message }, error)
  }
}

function refuseSecond(): void {
  const pid = lastPid()
  // In a container the next process often has the number of the last.
  if (pid && pid !== process.pid && isAlive(pid))
    throw refuse('stack.already-running', { folder: dataDir, process: pid })
}

/** The process that took the data folder last; 0 when it gave it back. */
function lastPid(): number {
  return existsSync(PID_PATH) ? Number(readFileSync(PID_PATH, 'utf8')) : 0
}

/** A build takes half a minute, and on a busy machine many times that: a start that gives up only begins it anew. */
const WEB_BUILD_MS = 1_800_000

async function program(
  name: string,
  path: string,
  env: Record<string, string>,
  more: { args?: string[]; readyWithinMs?: number } = {},
): Promise<Child> {
  const child = await startChild(
    {
      name,
      command: process.execPath,
      args: [join(ROOT, path), ...(more.args ?? [])],
      cwd: ROOT,
      env: () => ({ NODE_COMPILE_CACHE: COMPILE_CACHE, ...env, ...settingsOf(dataDir) }),
      logPath: join(dataDir, 'logs', `${name}.log`),
      restart: true,
      readyWithinMs: more.readyWithinMs ?? 60_000,
    },
    (text) => {
      if (!stopping) console.log(`! ${text}`)
    },
    keeper(),
    () => noteProcesses(),
  )
  running.push(child)
  return child
}

async function main(): Promise<void> {
  await takeDataDir()
  console.log(`GeSIM, on loopback. Data and logs: ${dataDir}\n`)
  const secrets = localSecrets(dataDir)
  const noteUsed = await claimDataFolder(dataDir, {
    version: versionOf(),
    plan: planOf(secrets),
    newestMigration: (await readMigrations()).at(-1)!.version,
  })
  const ports = await choosePorts(dataDir, options)
  const urls = environments.urlsOf(ports)

  // The web app needs nothing but an address, and building it the first time takes longest: it begins at once.
  const web = options.web ? startWeb(ports) : Promise.resolve(null)
  web.catch(() => {})
  const [postgres, deployment, certificates] = await Promise.all([
    part('database (Postgres 17)', async () => {
      const started = await startPostgres({
        dataDir: join(dataDir, 'postgres'),
        port: ports.database,
        databases: ['gesim', 'gesim_smdp', 'gesim_smds'],
      })
      running.unshift({ name: 'postgres', stop: () => started.stop() })
      return started
    }),
    part('chain and contracts', async () => {
      const anvil = await startAnvil({ port: ports.chain, statePath: chainStatePath(dataDir) })
      keeper().keep(anvil.pid, 'SIGTERM')
      anvil.exited.then(() => keeper().forget(anvil.pid))
      running.push({ name: 'anvil', stop: () => anvil.stop() })
      return deploy(anvil.rpcUrl, secrets)
    }),
    part('certificates', async () => makeCertificates(dataDir, ports)),
  ])
  const facts: environments.StackFacts = {
    dataDir,
    ports,
    secrets,
    certificates,
    deployment,
    databaseUrl: postgres.url('gesim'),
    smdpDatabaseUrl: postgres.url('gesim_smdp'),
    smdsDatabaseUrl: postgres.url('gesim_smds'),
  }
  // The node brings the database to this version's form.
  noteUsed()
  const children = await Promise.all([
    part('SM-DP+', () => program('smdp', 'rsp/smdp/src/main.ts', environments.smdpEnvironment(facts))),
    part('SM-DS', () => program('smds', 'rsp/smds/src/main.ts', environments.smdsEnvironment(facts))),
    part('sign-in provider', () =>
      program('sign-in', 'simulators/sign-in/src/main.ts', environments.signInEnvironment(facts)),
    ),
    part('card sandbox', () =>
      program('card-ramp', 'simulators/card-ramp/src/main.ts', environments.cardRampEnvironment(facts)),
    ),
    part('node (every role)', () =>
      program('node', 'apps/node/src/main.ts', environments.nodeEnvironment(facts)),
    ),
    ...CARRIERS.map(({ name, title }, at) =>
      part(`simulated carrier ${title}`, () =>
        program(
          `carrier-${name}`,
          'simulators/carrier/src/main.ts',
          environments.carrierEnvironment(facts, at),
        ),
      ),
    ),
    ...secrets.attestors.map((_, at) =>
      part(`attestor ${at + 1}`, () =>
        program(`attestor-${at + 1}`, 'apps/node/src/main.ts', environments.attestorEnvironment(facts, at), {
          args: ['--roles', 'attestor'],
        }),
      ),
    ),
    part('phone in software', () =>
      program('phone', 'apps/phone/src/main.ts', environments.phoneEnvironment(facts)),
    ),
  ])
  const webChild = await web
  noteProcesses = () => writeStackFile(facts, [...children, ...(webChild ? [webChild] : [])])
  noteProcesses()
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  console.log(`\nGeSIM is open after ${seconds} s: ${webChild ? urls.web : urls.node}\n`)
  console.log(tryThis(urls, webChild !== null))
}

async function startWeb(ports: environments.StackFacts['ports']): Promise<Child> {
  const environment = environments.webEnvironment({ ports } as environments.StackFacts)
  return part(
    'web app',
    () => program('web', 'apps/web/src/serve.ts', environment, { readyWithinMs: WEB_BUILD_MS }),
    `it is built from its sources once; what it does stands in ${join(dataDir, 'logs', 'web.log')}`,
  )
}

/** What programs beside the stack (the terminal command, tests) need to find it. */
function writeStackFile(facts: environments.StackFacts, children: readonly Child[]): void {
  const urls = environments.urlsOf(facts.ports)
  const file = {
    webUrl: options.web ? urls.web : null,
    nodeUrl: urls.node,
    rpcUrl: urls.rpc,
    phoneUrl: urls.phone,
    databaseUrl: facts.databaseUrl,
    smdpDatabaseUrl: facts.smdpDatabaseUrl,
    smdpUrl: urls.smdp,
    smdsAddress: `localhost:${facts.ports.smds}`,
    pkiDir: facts.certificates.pkiDir,
    logDir: join(facts.dataDir, 'logs'),
    carriers: CARRIERS.map(({ name, radio }, at) => ({
      name,
      book: facts.deployment.carriers[at]!.book,
      adminUrl: `http://127.0.0.1:${facts.ports[radio]}`,
      adminToken: facts.secrets.carriers[at]!.adminToken,
    })),
    pids: Object.fromEntries(children.map((child) => [child.name, child.pid()])),
  }
  const path = join(facts.dataDir, 'stack.json')
  // Whoever reads it meanwhile finds the old one or the new one, never half of it.
  writeFileSync(`${path}.new`, JSON.stringify(file, null, 2), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

function tryThis(urls: ReturnType<typeof environments.urlsOf>, web: boolean): string {
  const lines = web
    ? [
        `Try: open ${urls.web}, choose a plan for Spain, sign in as Ada, pay.`,
        `     The phone in software is at ${urls.phone}.`,
        `     Dashboards: ${urls.web}/carrier  ${urls.web}/finance  ${urls.web}/developer`,
      ]
    : []
  return [
    ...lines,
    'Or:  npx gesim buy --country ES',
    '',
    'Ctrl-C stops everything; the next start resumes.',
  ].join('\n')
}

main().catch(async (error) => {
  console.error(`\n${tellFailure(error, join(dataDir, 'logs'))}`)
  await Promise.race([stopAll(), sleepMs(10_000)])
  process.exit(1)
})
