import { domainOf } from '@gesim/proofs'
import { defineStage } from '@gesim/store'
import { serve, watchRoutes } from '@gesim/wire'
import { watchChain } from './chain.ts'
import { watcherFailures } from './failures.ts'
import { watcherSettings } from './settings.ts'
import { httpSource } from './source.ts'
import { readWatch } from './table.ts'
import { Watcher } from './watcher.ts'

/** The watcher: recomputes every root on chain, proves what is false in it and demands what is hidden. */
export const watcherStage = defineStage({
  name: 'watcher',
  failures: watcherFailures,
  settings: watcherSettings,
  start: async ({ store, chain, clock, log, settings }) => {
    const { chainId, addresses } = chain!
    const domain = domainOf(chainId, addresses.escrow)
    return new Watcher({
      store,
      chain: watchChain(chain!),
      sources: settings.sources.map((url) => httpSource(url, domain)),
      domain,
      payOnUsage: addresses.payOnUsage,
      clock,
      log,
      settings,
    }).start()
  },
  routes(app, { store, clock, settings }) {
    serve(app, watchRoutes.watch, ({ query }) =>
      readWatch(store.db, query.limit, {
        nowMs: clock.nowMs(),
        dailyMicros: settings.challenger === null ? 0n : BigInt(settings.dailyMicros),
      }),
    )
  },
})
