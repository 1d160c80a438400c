import { createLog, describeSettings, readSettings } from '@gesim/base'
import { memoryState } from './memory-state.ts'
import { postgresState } from './postgres-state.ts'
import { optionsOf, smdpSettings } from './settings.ts'
import { startSmdp } from './smdp.ts'

/** The SM-DP+ as a process: settings from the environment, `ready {json}` on stdout when it serves. */
async function main(): Promise<void> {
  const log = createLog('smdp')
  const settings = readSettings(smdpSettings)
  const options = optionsOf(settings)
  const state =
    settings.databaseUrl && settings.dataKey
      ? await postgresState(settings.databaseUrl, settings.dataKey)
      : memoryState()
  const smdpAddress = settings.fqdn ?? `localhost:${settings.port}`
  const smdp = await startSmdp({ ...options, state, smdpAddress, log })
  const [port, ...others] = smdp.ports
  process.stdout.write(`ready ${JSON.stringify({ name: 'smdp', smdpAddress, port, others })}\n`)
  const stop = () => {
    smdp
      .stop()
      .then(() => state.close())
      .then(() => process.exit(0))
      .catch(() => process.exit(1))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

if (process.argv.includes('--settings')) process.stdout.write(`${describeSettings(smdpSettings)}\n`)
else
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  })
