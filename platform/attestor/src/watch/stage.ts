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
    if (settings.sources.length === 0)
      log.warn('nobody watches: WATCHER_SOURCES names no node', { code: 'watcher.no-source' })
    const domain = domainOf(chainId, addresses.escrow)
    const watcher = new Watcher({
      store,
      chain: watchChain(chain!),
      sources: settings.sources.map((url) => httpSource(url, domain)),
      domain,
      payOnUsage: addresses.payOnUsage,
      clock,
      log,
      settings,
    })
    // Without a source no root can be judged; what the journal tells is noted for the day that there is one.
    return settings.sources.length === 0 ? watcher.follow() : watcher.start()
  },
  routes(app, { store, clock, settings }) {
    serve(app, watchRoutes.watch, ({ query }) =>
      readWatch(store.db, query.limit ?? 50, {
        nowMs: clock.nowMs(),
        dailyMicros: settings.challenger === null ? 0n : BigInt(settings.dailyMicros),
      }),
    )
  },
})
