import { unreachable } from '@gesim/base'
import { LOCAL_CHAIN_ID } from '@gesim/contracts'
import { type Access, defineStage, type Store } from '@gesim/store'
import { loadCatalogue } from './catalogue.ts'
import { rpcIntentsChain } from './chain.ts'
import { makeEntitlements } from './entitlements.ts'
import { intentsFailures } from './failures.ts'
import { intentsHoldings } from './holdings.ts'
import { registerId } from './id-routes.ts'
import { makeIntents } from './intents.ts'
import { type Live, openLive } from './live.ts'
import { findDevice, makePairing } from './pairing.ts'
import { makePurchase, sweep } from './purchase.ts'
import { startRenewing } from './renewals/look.ts'
import { makeRenewals } from './renewals/renewals.ts'
import { registerRenewals } from './renewals/routes.ts'
import { registerRoutes } from './routes.ts'
import { intentsSettings } from './settings.ts'
import { makeSpending } from './spending.ts'

/** Who a paired device is: part of `Access`, which `apps/node` puts together. */
export function intentsAccess(store: Store): Pick<Access, 'device'> {
  return {
    async device(request) {
      const found = await findDevice(store.db, request.headers.authorization)
      return found ? { intentId: found.intentId, device: found.device } : null
    },
  }
}

/** What `start` opened for `routes`, by the context that both are given. */
const opened = new WeakMap<object, { intents: ReturnType<typeof makeIntents>; live: Live }>()

/** The Intent Manager: plans, quotes, the life of an intent, refunds, pairing. */
export const intentsStage = defineStage({
  name: 'intents',
  failures: intentsFailures,
  holdings: intentsHoldings,
  settings: intentsSettings,

  async start(context) {
    const { store, chain, clock, log, settings } = context
    if (!chain) throw unreachable('intents.no-chain', { why: 'no chain is configured' })
    await loadCatalogue(store, settings.catalogue, chain.chainId === LOCAL_CHAIN_ID, settings.books)
    const reading = rpcIntentsChain(chain)
    const intents = makeIntents({ store, chain: reading, clock, log })
    const spending = makeSpending({ store, clock, settings })
    const live = await openLive(store)
    opened.set(context, { intents, live })
    const running = await intents.start()
    const renewing = await startRenewing({ store, chain: reading, clock, log, intents, spending })
    const sweeper = store.schedule('intents.sweep', 3_600, sweep)
    return {
      async stop() {
        live.close()
        await Promise.all([sweeper.stop(), renewing.stop(), running.stop()])
      },
    }
  },

  routes(app, context) {
    const { store, chain, clock, settings } = context
    const parts = opened.get(context)
    if (!chain || !parts) throw unreachable('intents.no-chain', { why: 'not started' })
    const reading = rpcIntentsChain(chain)
    const spending = makeSpending({ store, clock, settings })
    const all = {
      context,
      ...parts,
      purchase: makePurchase({ store, clock, settings, intents: parts.intents, spending }),
      spending,
      renewals: makeRenewals({ store, chain: reading, clock, settings }),
      pairing: makePairing({ store, chain: reading, settings: chain, clock }),
      entitlements: makeEntitlements({ store, chain: reading, settings: chain, clock }),
    }
    registerRoutes(app, all)
    registerId(app, all)
    registerRenewals(app, all)
  },
})
