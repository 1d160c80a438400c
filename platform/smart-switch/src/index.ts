import { defineStage } from '@gesim/store'
import { smartSwitchFailures } from './failures.ts'
import { smartSwitchHoldings } from './holdings.ts'
import { routes } from './routes.ts'
import { smartSwitchSettings } from './settings.ts'
import { start } from './smart-switch.ts'

export type { Candidate, Choice, Score, Weights } from './decide.ts'
export { chooseCarrier } from './decide.ts'
export type { Estimate, QosPreference, Sample } from './quality.ts'
export { observe } from './quality.ts'
export { smartSwitchSettings } from './settings.ts'

/** Which network now. */
export const smartSwitchStage = defineStage({
  name: 'smart-switch',
  failures: smartSwitchFailures,
  holdings: smartSwitchHoldings,
  settings: smartSwitchSettings,
  start,
  routes,
})
