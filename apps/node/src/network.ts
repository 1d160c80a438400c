import { ENTRYPOINT_V08, LOCAL_CHAIN_ID } from '@gesim/contracts'
import type { Store } from '@gesim/store'
import { type Network, networkRoutes, serve } from '@gesim/wire'
import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { createPublicClient, http } from 'viem'
import type { NodeSettings } from './settings.ts'

export const VERSION = '0.1.0'

/** GET /v1/network and /v1/health */
export function registerNetwork(
  app: FastifyInstance,
  store: Store,
  settings: NodeSettings,
  roles: readonly string[],
): void {
  const chain = createPublicClient({ transport: http(settings.rpcUrl, { timeout: 2_000, retryCount: 0 }) })
  const { fromBlock, ...addresses } = settings.addresses
  serve(app, networkRoutes.network, () => ({
    chainId: settings.chainId,
    local: settings.chainId === LOCAL_CHAIN_ID,
    addresses: addresses as Network['addresses'],
    entryPoint: ENTRYPOINT_V08,
    fromBlock,
    epochSeconds: settings.epochSeconds,
    ...(settings.phoneUrl ? { phoneUrl: settings.phoneUrl } : {}),
    version: VERSION,
  }))
  serve(app, networkRoutes.health, async ({ reply }) => {
    const [database, chainAnswers] = await Promise.all([
      sql<{
        parked: number
        dead: number
      }>`select (select count(*)::int from gesim.journal_parked where not released) as parked,
        (select count(*)::int from gesim_jobs.job where name = 'dead-letters') as dead`
        .execute(store.db)
        .then(({ rows }) => rows[0]!)
        .catch(() => null),
      chain.getChainId().then(
        (id) => id === settings.chainId,
        () => false,
      ),
    ])
    const status: 'ok' | 'degraded' = database && chainAnswers ? 'ok' : 'degraded'
    if (status === 'degraded') reply.code(503)
    return {
      status,
      version: VERSION,
      roles: [...roles],
      database: database !== null,
      chain: chainAnswers,
      parked: database?.parked ?? 0,
      deadLetters: database?.dead ?? 0,
    }
  })
}
