import { createLog, type SettingsOf, systemClock } from '@gesim/base'
import { type LocalChain, startLocalChain } from '@gesim/contracts/testing'
import type { Hex } from '@gesim/journey'
import type { Running, Store } from '@gesim/store'
import { type TestStore, testStore } from '@gesim/store/testing'
import fastify, { type FastifyInstance } from 'fastify'
import { createPublicClient, http } from 'viem'
import { anvil as anvilChain } from 'viem/chains'
import { makeParts, type RelayerContext } from './parts.ts'
import { startRelayer } from './relayer.ts'
import { relayerRoutes } from './routes.ts'
import type { relayerSettings } from './settings.ts'

/** The stage as it runs in the node, over a real chain and a real database, with its routes on a free port. */
export interface Rig {
  readonly chain: LocalChain
  readonly store: Store
  readonly url: string
  readonly context: RelayerContext
  readonly parts: ReturnType<typeof makeParts>
  /** Public client of the chain. */
  readonly client: ReturnType<typeof publicClient>
  /** Stops the stage and starts it anew on the same rows. */
  restart(): Promise<void>
  stop(): Promise<void>
}

const publicClient = (rpcUrl: string) =>
  createPublicClient({ chain: anvilChain, transport: http(rpcUrl), pollingInterval: 50 })

/** Settings with the keys of the local chain. */
export function settingsFor(chain: LocalChain): SettingsOf<typeof relayerSettings> {
  return {
    operatorKey: chain.keys.operator,
    posterKey: chain.keys.poster,
    executorKeys: chain.keys.executors,
    sponsorKey: chain.keys.sponsor,
    budgetMicros: 50_000_000,
    budgetDays: 30,
    bumpAfterMs: 15_000,
    bundleSize: 25,
    poolSize: 5_000,
    paidDuties: 0,
    sweepEverySeconds: 0,
  }
}

export async function startRig(
  override: Partial<SettingsOf<typeof relayerSettings>> = {},
  known?: { chain: LocalChain; database: TestStore },
): Promise<Rig> {
  const chain = known?.chain ?? (await startLocalChain())
  const database = known?.database ?? (await testStore())
  const stopping = new AbortController()
  const context: RelayerContext = {
    store: database.store,
    access: { traveller: nobody, device: nobody, carrier: nobody, operator: async () => true },
    log: createLog('relayer-test', (process.env.TEST_LOG as 'info') ?? 'silent'),
    clock: systemClock,
    signal: stopping.signal,
    chain: { rpcUrl: chain.rpcUrl, chainId: chain.chainId, addresses: chain.addresses },
    settings: { ...settingsFor(chain), ...override },
  }
  const parts = makeParts(context)
  let running: Running = await startRelayer(context, parts)
  const app: FastifyInstance = fastify()
  relayerRoutes(app, context, parts)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    chain,
    store: database.store,
    url,
    context,
    parts,
    client: publicClient(chain.rpcUrl),
    async restart() {
      await running.stop()
      running = await startRelayer(context, parts)
    },
    async stop() {
      await app.close()
      await running.stop()
      stopping.abort()
      if (!known) {
        await database.close()
        await chain.stop()
      }
    },
  }
}

const nobody = async () => null

/** Appends an event as the stage that owns it would. */
export async function append<Kind extends Parameters<Store['append']>[1]>(
  store: Store,
  kind: Kind,
  intentId: Hex | null,
  body: Parameters<typeof store.append<Kind>>[3],
): Promise<void> {
  await store.tx((tx) => store.append(tx, kind, intentId, body))
}
