import { domainOf } from '@gesim/proofs'
import { defineStage, type StageContext } from '@gesim/store'
import { chainView } from './chain.ts'
import { settlementFailures } from './failures.ts'
import { settlementHoldings } from './holdings.ts'
import { settlementRoutes } from './routes.ts'
import { settlementSettings } from './settings.ts'
import { Settlement } from './settlement.ts'

function settlementOf(context: StageContext<typeof settlementSettings>): Settlement {
  const chain = context.chain!
  return new Settlement({
    store: context.store,
    chain: chainView(chain),
    domain: domainOf(chain.chainId, chain.addresses.escrow),
    clock: context.clock,
    log: context.log,
    settings: context.settings,
  })
}

/** Settlement: an epoch of charges to a Merkle-sum root, to payouts and remainders. */
export const settlementStage = defineStage({
  name: 'settlement',
  failures: settlementFailures,
  holdings: settlementHoldings,
  settings: settlementSettings,
  start: async (context) => settlementOf(context).start(),
  routes: (app, context) => settlementRoutes(app, context.store, settlementOf(context)),
})
