import { serveAsProcess } from '@gesim/sgp22'
import { serveSmds } from './serve.ts'
import { smdsSettings } from './settings.ts'

await serveAsProcess(smdsSettings, (settings) => serveSmds(settings))
