import { defineStage } from '@gesim/store'
import { relayerFailures } from './failures.ts'
import { relayerHoldings } from './holdings.ts'
import { makeParts } from './parts.ts'
import { startRelayer } from './relayer.ts'
import { relayerRoutes } from './routes.ts'
import { relayerSettings } from './settings.ts'

type RunningParts = ReturnType<typeof makeParts>
// A stage is started once in a process; its routes find what it made here.
const parts = new WeakMap<object, RunningParts>()

/** The relayer as `apps/node` starts it: sends what stages wish for, and serves the RPCs of bundler and paymaster. */
export const relayerStage = defineStage({
  name: 'relayer',
  failures: relayerFailures,
  holdings: relayerHoldings,
  settings: relayerSettings,
  async start(context) {
    const made = makeParts(context)
    parts.set(context.store, made)
    return startRelayer(context, made)
  },
  routes(app, context) {
    relayerRoutes(app, context, parts.get(context.store) ?? makeParts(context))
  },
})
