import { parseArgs } from 'node:util'
import { createLog, describeSettings, isFailure, readSettings, type SettingsTable } from '@gesim/base'
import { connect, migrate, type Stage, storeSettings } from '@gesim/store'
import { STAGE_LIST, stagesOf } from './roles.ts'
import { startNode } from './server.ts'
import { nodeSettings } from './settings.ts'
import { startTelemetry } from './telemetry.ts'

const HELP = `node apps/node/src/main.ts [--roles ROLES] [--no-migrate] [--settings] [--help]

One program, many roles. Settings come from the environment.

  --roles ROLES   all (default), or any of, separated by commas:
                  ${STAGE_LIST.map(({ name }) => name).join(', ')}
                  The attestor is not in \`all\`: it needs a key and a chain node of its own and no database.
  --no-migrate    do not apply migrations at the start
  --settings      print every setting of the chosen roles with its meaning
  --help          this text`

const { values } = parseArgs({
  options: {
    roles: { type: 'string', default: 'all' },
    'no-migrate': { type: 'boolean', default: false },
    settings: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(HELP)
  process.exit(0)
}

const log = createLog('node')
const ending = new AbortController()

function fail(error: unknown): never {
  const code = isFailure(error) ? error.code : 'node.broken'
  log.error('the node cannot start', { code, error, stack: error instanceof Error ? error.stack : undefined })
  console.error(`${error instanceof Error ? error.message : error}`)
  process.exit(1)
}

/** A process with only the attestor's role: no database, no API. */
async function runAttestor(stage: Stage): Promise<() => Promise<void>> {
  const settings = readSettings(nodeSettings)
  const running = await stage.start({
    log: log.with({ stage: stage.name }),
    clock: { nowMs: () => Date.now() },
    signal: ending.signal,
    chain: { rpcUrl: settings.rpcUrl, chainId: settings.chainId, addresses: settings.addresses },
    settings: readSettings(stage.settings),
  } as never)
  console.log(`ready ${JSON.stringify({ roles: [stage.name] })}`)
  return () => running.stop()
}

async function run(stages: readonly Stage[]): Promise<() => Promise<void>> {
  if (stages.length === 1 && stages[0]!.name === 'attestor') return runAttestor(stages[0]!)
  const settings = readSettings(nodeSettings)
  const { databaseUrl, databaseConnections } = readSettings(storeSettings)
  if (!values['no-migrate']) await migrate(databaseUrl)
  const store = await connect(databaseUrl, { connections: databaseConnections, log })
  const telemetry = startTelemetry(settings)
  const node = await startNode({
    stages,
    settings,
    env: process.env,
    store,
    log,
    telemetry,
    signal: ending.signal,
  })
  console.log(`ready ${JSON.stringify({ url: node.url, roles: stages.map(({ name }) => name) })}`)
  return async () => {
    await node.stop()
    await store.close()
    await telemetry.close()
  }
}

try {
  const stages = stagesOf(values.roles)
  if (values.settings) {
    const tables: SettingsTable[] = [
      nodeSettings,
      storeSettings,
      ...stages.map((stage) => stage.settings as SettingsTable),
    ]
    console.log(tables.map(describeSettings).filter(Boolean).join('\n\n'))
    process.exit(0)
  }
  const stop = await run(stages)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      ending.abort(new Error(signal))
      stop().then(
        () => process.exit(0),
        () => process.exit(1),
      )
    })
  }
} catch (error) {
  fail(error)
}
