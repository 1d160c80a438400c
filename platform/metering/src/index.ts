import { domainOf } from '@gesim/proofs'
import { defineStage, type StageContext } from '@gesim/store'
import { chainKeys } from './chain.ts'
import { meteringFailures } from './failures.ts'
import { meteringHoldings } from './holdings.ts'
import { Metering } from './metering.ts'
import { meteringRoutes } from './routes.ts'
import { meteringSettings } from './settings.ts'

export { meteringFailures } from './failures.ts'
export { meteringSettings } from './settings.ts'

function meteringOf(context: StageContext<typeof meteringSettings>): Metering {
  const chain = context.chain!
  const domain = domainOf(chain.chainId, chain.addresses.escrow)
  return new Metering({
    store: context.store,
    keys: chainKeys(chain, domain, context.settings.keyCacheSeconds),
    domain,
    clock: context.clock,
    log: context.log,
    settings: context.settings,
  })
}

/** The Metering Engine: signed usage records in, reconciled cumulative usage out. */
export const meteringStage = defineStage({
  name: 'metering',
  failures: meteringFailures,
  holdings: meteringHoldings,
  settings: meteringSettings,
  start: (context) => meteringOf(context).start(),
  routes: (app, context) => meteringRoutes(app, context.access, meteringOf(context)),
})
