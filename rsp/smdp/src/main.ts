import { describeSettings, readSettings } from '@gesim/base'
import { serveSmdp } from './serve.ts'
import { smdpSettings } from './settings.ts'

/** The SM-DP+ as a process: settings from the environment, `ready {json}` on stdout when it serves. */
async function main(): Promise<void> {
  const smdp = await serveSmdp(readSettings(smdpSettings))
  const stop = () => {
    smdp
      .stop()
      .then(() => process.exit(0))
      .catch(() => process.exit(1))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  process.stdout.write(`ready ${JSON.stringify(smdp.summary)}\n`)
}

if (process.argv.includes('--settings')) process.stdout.write(`${describeSettings(smdpSettings)}\n`)
else
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  })
