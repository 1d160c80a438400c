import { createLog, readSettings } from '@gesim/base'
import { startEsimAccess } from './server.ts'
import { esimAccessSettings } from './settings.ts'

const log = createLog('esim-access')
const server = await startEsimAccess(readSettings(esimAccessSettings), log)
process.stdout.write(`ready ${JSON.stringify({ url: server.url })}\n`)

const stop = (): void => {
  server.close().then(
    () => process.exit(0),
    (error) => {
      log.error('did not stop cleanly', { error })
      process.exit(1)
    },
  )
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
