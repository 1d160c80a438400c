import { defineStage } from '@gesim/store'
import { smartSwitchFailures } from './failures.ts'
import { routes } from './routes.ts'
import { smartSwitchSettings } from './settings.ts'
import { start } from './smart-switch.ts'

export type { Candidate, Choice, Move, Score, Serving, Weights } from './decide.ts'
export { chooseCarrier, DEFAULT_WEIGHTS, decideMove, RULES_VERSION } from './decide.ts'
export { smartSwitchFailures } from './failures.ts'
export type { Estimate, QosPreference, Sample } from './quality.ts'
export { expectationOf, observe, QOS_PREFERENCES, qosOf } from './quality.ts'
export { smartSwitchSettings } from './settings.ts'

/** Which network now. */
export const smartSwitchStage = defineStage({
  name: 'smart-switch',
  failures: smartSwitchFailures,
  settings: smartSwitchSettings,
  start,
  routes,
})
