import { serveAsProcess } from '@gesim/sgp22'
import { serveSmdp } from './serve.ts'
import { smdpSettings } from './settings.ts'

await serveAsProcess(smdpSettings, (settings) => serveSmdp(settings))
