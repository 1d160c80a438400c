import { createLog, describeSettings, readSettings } from '@gesim/base'
import { startCardRamp } from './server.ts'
import { cardRampSettings } from './settings.ts'

if (process.argv.includes('--settings') || process.argv.includes('--help')) {
  console.log(describeSettings(cardRampSettings))
  process.exit(0)
}
const server = await startCardRamp(readSettings(cardRampSettings), createLog('card-ramp'))
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => server.close().then(() => process.exit(0)))
}
console.log(`ready ${JSON.stringify({ url: server.url })}`)
