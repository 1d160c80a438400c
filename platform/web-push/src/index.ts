import { defineStage } from '@gesim/store'
import { webPushFailures } from './failures.ts'
import { webPushHoldings } from './holdings.ts'
import { routes } from './routes.ts'
import { webPushSettings } from './settings.ts'
import { start } from './web-push.ts'

/** Tells browsers what happened while no page was open. */
export const webPushStage = defineStage({
  name: 'web-push',
  failures: webPushFailures,
  holdings: webPushHoldings,
  settings: webPushSettings,
  start,
  routes,
})
