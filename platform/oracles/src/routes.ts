import { refuse } from '@gesim/base'
import type { Access, Store } from '@gesim/store'
import { oraclesRoutes, serve } from '@gesim/wire'
import type { FastifyInstance } from 'fastify'
import { estimatesOf } from './decide.ts'
import type { ChainOracles } from './ports.ts'
import { keptRates, readCompliance, readRateList } from './table.ts'

/** Rates, compliance signals, and screening for the operator. */
export function oraclesRoutesOn(
  app: FastifyInstance,
  store: Pick<Store, 'db'>,
  access: Pick<Access, 'operator'>,
  oracles: ChainOracles,
  estimateSeconds: number,
): void {
  serve(app, oraclesRoutes.rates, async () => ({ rates: await readRateList(store.db) }))
  serve(app, oraclesRoutes.estimates, async () => ({
    estimates: estimatesOf(await keptRates(store.db), Math.floor(Date.now() / 1000), estimateSeconds),
  }))
  serve(app, oraclesRoutes.compliance, async ({ query }) => ({
    signals: await readCompliance(store.db, query.country),
  }))
  serve(app, oraclesRoutes.screening, async ({ request, params }) => {
    if (!(await access.operator(request))) throw refuse('oracles.not-operator')
    const address = params.address
    const [fund, claim, withdraw] = await Promise.all([
      oracles.isAllowed(address, 'fund'),
      oracles.isAllowed(address, 'claim'),
      oracles.isAllowed(address, 'withdraw'),
    ])
    return { address, fund, claim, withdraw }
  })
}
