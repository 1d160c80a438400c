import { defineStage } from '@gesim/store'
import { chainOracles } from './chain.ts'
import { oraclesFailures } from './failures.ts'
import { startOracles } from './oracles.ts'
import { oraclesRoutesOn } from './routes.ts'
import { oraclesSettings } from './settings.ts'

/** Oracles: exchange rates and sanctions as the chain gives them, and where a SIM must be registered. */
export const oraclesStage = defineStage({
  name: 'oracles',
  failures: oraclesFailures,
  settings: oraclesSettings,
  start: async ({ store, chain, log, settings }) => startOracles(store, chainOracles(chain!), log, settings),
  routes: (app, { store, access, chain, settings }) =>
    oraclesRoutesOn(app, store, access, chainOracles(chain!), settings.estimateSeconds),
})
