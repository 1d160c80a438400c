import { defineStage } from '@gesim/store'
import { startBilling } from './billing.ts'
import { billingFailures } from './failures.ts'
import { billingHoldings } from './holdings.ts'
import { billingRoutes } from './routes.ts'

/** The Billing Engine: usage to charges by the signed tariff, and a double-entry ledger of every movement. */
export const billingStage = defineStage({
  name: 'billing',
  failures: billingFailures,
  holdings: billingHoldings,
  settings: {},
  start: async (context) => startBilling(context.store, context.log),
  routes: billingRoutes,
})
