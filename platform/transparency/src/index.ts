import { defineStage, type StageContext } from '@gesim/store'
import { logKey } from './checkpoint.ts'
import { transparencyFailures } from './failures.ts'
import { transparencyHoldings } from './holdings.ts'
import { transparencyRoutes } from './routes.ts'
import { transparencySettings } from './settings.ts'
import { TransparencyLog } from './transparency.ts'

function logOf({ store, settings }: StageContext<typeof transparencySettings>): TransparencyLog {
  return new TransparencyLog(store, settings.origin, logKey(settings.key))
}

/** The transparency log: an append-only Merkle log of what was signed, with proofs for anyone. */
export const transparencyStage = defineStage({
  name: 'transparency',
  failures: transparencyFailures,
  holdings: transparencyHoldings,
  settings: transparencySettings,
  start: async (context) => logOf(context).start(),
  routes: (app, context) => transparencyRoutes(app, logOf(context)),
})
