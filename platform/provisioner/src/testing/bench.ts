import { randomBytes } from 'node:crypto'
import { createLog, type FailureCatalogue, isFailure, readSettings, systemClock } from '@gesim/base'
import type { EventBodies, EventKind, Hex, JourneyEvent, TermsJson } from '@gesim/journey'
import { domainOf } from '@gesim/proofs'
import type { Running, StageContext } from '@gesim/store'
import { standInIntents, type TestStore, testStore, tokenAccess } from '@gesim/store/testing'
import { type FastifyInstance, fastify } from 'fastify'
import { sql } from 'kysely'
import { recoverAddress } from 'viem'
import { provisionerFailures } from '../failures.ts'
import { startOrders } from '../provisioner.ts'
import type { Notary } from '../receipts.ts'
import { routes } from '../routes.ts'
import { provisionerSettings } from '../settings.ts'
import type { Shared } from '../shared.ts'
import { startWarm } from '../warm.ts'
import { type CarrierTwin, carrierTwin } from './carrier-twin.ts'

export const DOMAIN = domainOf(31337, '0x00000000000000000000000000000000000000e5')

/** An answer's body; a test knows what it looks for. */
// biome-ignore lint/suspicious/noExplicitAny: see above
type Json = any

/** Everything that a test of the stage works with: a real database, twins of two carriers, the HTTP side. */
export interface Bench {
  readonly database: TestStore
  readonly one: CarrierTwin
  readonly two: CarrierTwin
  readonly app: FastifyInstance
  readonly notary: Notary
  /** Keys that the registry knows, by book. */
  readonly registered: Map<number, Hex>
  start(): Promise<void>
  stop(): Promise<void>
  close(): Promise<void>
  /** Forgets the orders of earlier tests and what the carriers did. */
  reset(): Promise<void>
  /** A funded purchase of a payer, as the Intent Manager would show it. */
  intent(payer: Hex): Promise<Hex>
  say<Kind extends EventKind>(kind: Kind, intentId: Hex | null, body: EventBodies[Kind]): Promise<void>
  events<Kind extends EventKind>(intentId: Hex | null, kind: Kind): Promise<JourneyEvent<Kind>[]>
  /** Waits for an event of a purchase. */
  heard<Kind extends EventKind>(intentId: Hex | null, kind: Kind, count?: number): Promise<JourneyEvent<Kind>>
  ask(
    path: string,
    as?: string,
    payload?: object,
  ): Promise<{ status: number; json: Json; headers: Readonly<Record<string, unknown>> }>
}

export async function openBench(env: Record<string, string> = {}): Promise<Bench> {
  const database = await testStore()
  const { store } = database
  await standInIntents(store)
  const settings = readSettings(provisionerSettings, {
    PROVISIONER_SEALING_KEYS: `k1:${'11'.repeat(32)}`,
    PROVISIONER_COMMITMENT_KEY: '22'.repeat(32),
    PROVISIONER_ORDER_SECONDS: '3',
    ...env,
  })
  const context: StageContext<typeof provisionerSettings> = {
    store,
    access: tokenAccess({ isOperator: false }),
    log: createLog('test', 'silent'),
    clock: systemClock,
    signal: new AbortController().signal,
    settings,
  }
  const [one, two] = [carrierTwin(1), carrierTwin(2)]
  const carriers = new Map([
    [1, one],
    [2, two],
  ])
  const shared: Shared = { store, settings, clock: systemClock, log: context.log, carriers }
  const registered = new Map<number, Hex>()
  const notary: Notary = {
    ...shared,
    domain: DOMAIN,
    issuers: [],
    keys: {
      isProvisioningKey: async (book, key) => registered.get(book) === key,
      signedBy: async (signer, hash, signature) =>
        (await recoverAddress({ hash, signature }).catch(() => '0x')).toLowerCase() === signer.toLowerCase(),
    },
  }
  const app = fastify()
  const texts: FailureCatalogue = provisionerFailures
  app.setErrorHandler((error, _request, reply) =>
    isFailure(error)
      ? reply.code(texts[error.code as keyof typeof texts]?.httpStatus ?? 409).send({ code: error.code })
      : reply.code(400).send({ code: 'validation', message: (error as Error).message }),
  )
  routes(app, context, notary, undefined)

  let running: Running[] = []
  const bench: Bench = {
    database,
    one,
    two,
    app,
    notary,
    registered,
    async start() {
      running = [await startOrders(context, shared), await startWarm(shared)]
    },
    async stop() {
      await Promise.all(running.map((each) => each.stop()))
    },
    async close() {
      await bench.stop()
      await app.close()
      await database.close()
    },
    async reset() {
      // Not `truncate`: its lock waits for a step that still asks a carrier, and that carrier's twin may read these tables.
      for (const table of [
        'provisioner_receipts',
        'provisioner_orders',
        'provisioner_warm',
        'provisioner_refunds',
        'device_bindings',
      ])
        await sql`delete from ${sql.id('gesim', table)}`.execute(store.db)
      for (const twin of [one, two]) {
        twin.mode = 'answers'
        twin.meanwhile = undefined
        twin.calls = 0
        twin.reserved.clear()
        twin.confirmed.clear()
        twin.cancelled.clear()
      }
    },
    async intent(payer) {
      const intentId: Hex = `0x${randomBytes(32).toString('hex')}`
      const nowSeconds = Math.floor(Date.now() / 1000)
      const zero: Hex = `0x${'0'.repeat(64)}`
      const terms: TermsJson = {
        payer,
        booksHash: zero,
        planCommit: zero,
        pricePerGB: '1000000',
        activationFee: '0',
        includedBytes: '0',
        blockBytes: '1',
        maxDeposit: '5000000',
        provisionBy: nowSeconds + 600,
        deadline: nowSeconds + 86_400,
        flags: 0,
        unsignedCredit: '1000000',
        salt: '1',
      }
      await sql`insert into gesim.intents_facts values (${intentId}, ${payer}, ${JSON.stringify(terms)}::jsonb,
        ${[1, 2]}::int[], 'es-1', 'gesim-data', 'ES', 'funded', false)`.execute(store.db)
      return intentId
    },
    async say(kind, intentId, body) {
      await store.tx((tx) => store.append(tx, kind, intentId, body))
    },
    async events(intentId, kind) {
      const query = { after: 0n, kinds: [kind], limit: 100, ...(intentId ? { intentId } : {}) }
      return (await store.read(query)) as JourneyEvent<typeof kind>[]
    },
    async heard(intentId, kind, count = 1) {
      for (let waitedMs = 0; waitedMs < 15_000; waitedMs += 25) {
        const found = await bench.events(intentId, kind)
        if (found.length >= count) return found[count - 1]!
        await new Promise((resolve) => setTimeout(resolve, 25))
      }
      throw new Error(`${kind} was not said`)
    },
    async ask(path, as, payload) {
      const response = await app.inject({
        method: payload ? 'POST' : 'GET',
        url: path,
        ...(as ? { headers: { authorization: `Bearer ${as}` } } : {}),
        ...(payload ? { payload } : {}),
      })
      const json = response.body === '' ? undefined : response.json()
      return { status: response.statusCode, json, headers: response.headers }
    },
  }
  return bench
}

/** Waits until something holds. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let waitedMs = 0; waitedMs < 15_000; waitedMs += 25) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('it did not come to hold')
}
