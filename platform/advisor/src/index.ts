import { defineStage } from '@gesim/store'
import { start } from './advisor.ts'
import { advisorFailures } from './failures.ts'
import { routes } from './routes.ts'
import { advisorSettings } from './settings.ts'

export { RULES_VERSION } from './advisor.ts'
export type { AnomalyRules, Cohort, UsageStep, Verdict } from './anomaly.ts'
export { cohortOf, controlFalseDiscoveries, DEFAULT_ANOMALY_RULES, judgeRate, logRate } from './anomaly.ts'
export { advisorFailures } from './failures.ts'
export type { HourCount, PrewarmAdvice, PrewarmCosts } from './prewarm.ts'
export { advisePrewarm, DEFAULT_PREWARM_COSTS, HOUR_SECONDS, withQuietHours } from './prewarm.ts'
export { centreOf, medianOf, robustDistance, upperQuantile } from './robust.ts'
export { advisorSettings } from './settings.ts'

/** The AI layer: forecasts, anomalies, choices; it advises, stages decide. */
export const advisorStage = defineStage({
  name: 'advisor',
  failures: advisorFailures,
  settings: advisorSettings,
  start,
  routes,
})
