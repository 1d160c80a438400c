import { defineStage } from '@gesim/store'
import { chainOracles } from './chain.ts'
import { oraclesFailures } from './failures.ts'
import { startOracles } from './oracles.ts'
import { oraclesRoutesOn } from './routes.ts'
import { oraclesSettings } from './settings.ts'

export { chainOracles } from './chain.ts'
export { formatRate } from './decide.ts'
export { oraclesFailures } from './failures.ts'
export { readRates } from './oracles.ts'
export type { ChainOracles, Operation } from './ports.ts'
export { oraclesRoutesOn } from './routes.ts'
export { oraclesSettings } from './settings.ts'
export { readCompliance, readRateList } from './table.ts'

/** Oracles: exchange rates and sanctions as the chain gives them, and where a SIM must be registered. */
export const oraclesStage = defineStage({
  name: 'oracles',
  failures: oraclesFailures,
  settings: oraclesSettings,
  start: async ({ store, chain, log, settings }) => startOracles(store, chainOracles(chain!), log, settings),
  routes: (app, { store, access, chain }) => oraclesRoutesOn(app, store, access, chainOracles(chain!)),
})
