import { createLog, describeSettings, readSettings, refuse } from '@gesim/base'
import { memoryEvents } from './memory-state.ts'
import { postgresEvents } from './postgres-state.ts'
import { smdsSettings } from './settings.ts'
import { startSmds } from './smds.ts'

const DAY_MS = 86_400_000

/** The SM-DS as a process: settings from the environment, `ready {json}` on stdout when it serves. */
async function main(): Promise<void> {
  const settings = readSettings(smdsSettings)
  const { host, port, brainpoolPort, databaseUrl, dataKey, rootAddress, pkiDir } = settings
  if (databaseUrl && !dataKey) throw refuse('smds.data-key-missing')
  const state = databaseUrl && dataKey ? await postgresEvents(databaseUrl, dataKey) : memoryEvents()
  const smdsAddress = settings.fqdn ?? `localhost:${port}`
  const smds = await startSmds({
    pki: pkiDir,
    state,
    smdsAddress,
    listeners: [
      { host, port, tls: 'nist' },
      ...(brainpoolPort === undefined ? [] : [{ host, port: brainpoolPort, tls: 'brainpool' as const }]),
    ],
    ...(rootAddress ? { rootAddress } : {}),
    eventLifeMs: settings.eventDays * DAY_MS,
    log: createLog('smds'),
  })
  process.stdout.write(`ready ${JSON.stringify({ name: 'smds', smdsAddress, port: smds.ports[0] })}\n`)
  const stop = () => {
    smds
      .stop()
      .then(() => state.close())
      .then(() => process.exit(0))
      .catch(() => process.exit(1))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

if (process.argv.includes('--settings')) process.stdout.write(`${describeSettings(smdsSettings)}\n`)
else
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  })
