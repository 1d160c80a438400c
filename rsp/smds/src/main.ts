import { describeSettings, readSettings } from '@gesim/base'
import { serveSmds } from './serve.ts'
import { smdsSettings } from './settings.ts'

/** The SM-DS as a process: settings from the environment, `ready {json}` on stdout when it serves. */
async function main(): Promise<void> {
  const smds = await serveSmds(readSettings(smdsSettings))
  const stop = () => {
    smds
      .stop()
      .then(() => process.exit(0))
      .catch(() => process.exit(1))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  process.stdout.write(`ready ${JSON.stringify(smds.summary)}\n`)
}

if (process.argv.includes('--settings')) process.stdout.write(`${describeSettings(smdsSettings)}\n`)
else
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  })
