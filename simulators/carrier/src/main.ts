import { createLog, readSettings } from '@gesim/base'
import { startCarrier } from './carrier.ts'
import { carrierSettings } from './settings.ts'

const settings = readSettings(carrierSettings)
const log = createLog(`carrier-${settings.name}`)
const carrier = await startCarrier(settings, log)
const { name, book, es2plusUrl, radioUrl, adminUrl } = carrier
process.stdout.write(`ready ${JSON.stringify({ name, book, es2plusUrl, radioUrl, adminUrl })}\n`)

const stop = (): void => {
  carrier.close().then(
    () => process.exit(0),
    (error) => {
      log.error('did not stop cleanly', { error })
      process.exit(1)
    },
  )
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
