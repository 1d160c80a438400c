import { createLog, describeSettings, isFailure, readSettings } from '@gesim/base'
import { createPhone } from './phone.ts'
import { servePhone } from './server.ts'
import { phoneSettings } from './settings.ts'
import { showFailure } from './shown-failure.ts'

if (process.argv.includes('--settings') || process.argv.includes('--help')) {
  console.log(describeSettings(phoneSettings))
  process.exit(0)
}

const log = createLog('phone')
try {
  const settings = readSettings(phoneSettings)
  const phone = createPhone({ ...settings, pki: settings.pkiDir, log })
  const served = await servePhone(phone, { host: settings.host, port: settings.port, log })
  await phone.look()
  let ending = false
  const end = () => {
    if (ending) return
    ending = true
    void served
      .close()
      .then(() => phone.stop())
      .then(() => process.exit(0))
  }
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
  console.log(`ready ${JSON.stringify({ url: served.url, device: phone.device })}`)
} catch (error) {
  if (!isFailure(error)) throw error
  const { code, message, remedy } = showFailure(error)
  log.error(message, { code, remedy })
  process.exit(1)
}
