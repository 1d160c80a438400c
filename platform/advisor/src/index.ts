import { defineStage } from '@gesim/store'
import { start } from './advisor.ts'
import { advisorFailures } from './failures.ts'
import { advisorHoldings } from './holdings.ts'
import { routes } from './routes.ts'
import { advisorSettings } from './settings.ts'

export type { AnomalyRules, Cohort, UsageStep, Verdict } from './anomaly.ts'
export { cohortOf, judgeRate, logRate } from './anomaly.ts'

/** The AI layer: forecasts, anomalies, choices; it advises, stages decide. */
export const advisorStage = defineStage({
  name: 'advisor',
  failures: advisorFailures,
  holdings: advisorHoldings,
  settings: advisorSettings,
  start,
  routes,
})
