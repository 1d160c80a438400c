import { describeSettings, readSettings } from '@gesim/base'
import { startSignIn } from './provider.ts'
import { signInSettings } from './settings.ts'

if (process.argv.includes('--settings') || process.argv.includes('--help')) {
  console.log(describeSettings(signInSettings))
  process.exit(0)
}
const server = await startSignIn(readSettings(signInSettings))
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => server.close().then(() => process.exit(0)))
}
console.log(`ready ${JSON.stringify({ issuer: server.issuer })}`)
