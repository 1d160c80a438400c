import { createLog, type FailureText, isFailure, sleepMs, systemClock } from '@gesim/base'
import type { Addresses } from '@gesim/contracts'
import type { EventBodies, EventKind, Hex } from '@gesim/journey'
import { entitlementDigest, intentIdOf, paymentAheadDigest } from '@gesim/proofs'
import type { Running, StageContext } from '@gesim/store'
import { type TestStore, testStore } from '@gesim/store/testing'
import Fastify, { type FastifyInstance } from 'fastify'
import { recoverAddress } from 'viem'
import { loadCatalogue } from '../catalogue.ts'
import { makeEntitlements } from '../entitlements.ts'
import { intentsFailures } from '../failures.ts'
import { registerId } from '../id-routes.ts'
import { makeIntents } from '../intents.ts'
import { openLive } from '../live.ts'
import { makePairing } from '../pairing.ts'
import type { IntentsChain } from '../ports.ts'
import { makePurchase } from '../purchase.ts'
import { startRenewing } from '../renewals/look.ts'
import { makeRenewals } from '../renewals/renewals.ts'
import { registerRenewals } from '../renewals/routes.ts'
import { registerRoutes } from '../routes.ts'
import { makeSpending } from '../spending.ts'

/** A chain in memory: who is entitled, and plain keys as accounts. */
function chainTwin() {
  const entitled = new Set<string>()
  const openAt = new Map<string, number>()
  const admins = new Map<number, Hex>()
  const undeployed = new Set<string>()
  const used = new Set<string>()
  const paid = new Set<string>()
  const balances = new Map<string, bigint>()
  const verify: IntentsChain['verify'] = async (signer, hash, signature) => {
    const found = await recoverAddress({ hash, signature }).catch(() => '')
    return found.toLowerCase() === signer.toLowerCase()
  }
  return {
    /** Accounts without code, authorizations that USDC has seen, intents that the escrow knows; what wallets hold (100 USDC). */
    undeployed,
    used,
    paid,
    balances,
    async paymentAhead(payment, signature) {
      const digest = paymentAheadDigest(USDC_DOMAIN, { ...payment, escrow: ESCROW })
      return {
        isDeployed: !undeployed.has(payment.payer),
        isSigned: await verify(payment.payer, digest, signature),
        isUsed: used.has(payment.intentId),
        isPaid: paid.has(payment.intentId),
        balanceMicros: balances.get(payment.payer) ?? 100_000_000n,
      }
    },
    /** Carriers of the registry by number, each with its admin. */
    admins,
    /** Lets the escrow serve a purchase for a carrier, or for none any more. */
    openFor(intentId: Hex, carrierId: number | null) {
      if (carrierId === null) openAt.delete(intentId)
      else openAt.set(intentId, carrierId)
    },
    carrierAdmin: async (carrierId) => admins.get(carrierId) ?? null,
    async entitlementFacts({ domain, question, signature, terms }) {
      const carrierId = openAt.get(intentIdOf(terms))
      return {
        signed: await verify(question.account, entitlementDigest(domain, question), signature),
        holdsToken: entitled.has(question.account.toLowerCase()),
        carrierAdmin: admins.get(question.carrierId) ?? (`0x${'0'.repeat(40)}` as Hex),
        openAt: carrierId === undefined ? null : { carrierId },
      }
    },
    forfeit: (account: Hex) => void entitled.delete(account.toLowerCase()),
    entitle: (account: Hex) => void entitled.add(account.toLowerCase()),
    isEntitled: async (account) => entitled.has(account.toLowerCase()),
    verify,
  } satisfies IntentsChain & Record<string, unknown>
}

export const ESCROW: Hex = `0x${'e5'.repeat(20)}`
export const USDC_DOMAIN = {
  name: 'USD Coin',
  version: '2',
  chainId: 31_337,
  verifyingContract: `0x${'dc'.repeat(20)}`,
} as const
export const IDENTITY: Hex = `0x${'1d'.repeat(20)}`

export interface Harness {
  readonly own: TestStore
  readonly app: FastifyInstance
  readonly chain: ReturnType<typeof chainTwin>
  /** Who the requests come from; null for nobody. */
  as: { account: Hex } | null
  /** The carrier whose key the requests bear; null for none. */
  asCarrier: { carrierId: number; books: number[] } | null
  /** Seconds that the stage's clock is ahead of the wall clock. */
  ahead: number
  event<Kind extends EventKind>(kind: Kind, intentId: Hex | null, body: EventBodies[Kind]): Promise<bigint>
  stop(): Promise<void>
}

/** The stage on a real database, with its routes, and a chain in memory. */
export async function startHarness(quoteSeconds = 600, provisionSeconds = 3_600): Promise<Harness> {
  const own = await testStore()
  const { store } = own
  const chain = chainTwin()
  const settings = {
    quoteSeconds,
    provisionSeconds,
    catalogue: '',
    books: [1, 2],
    unsignedCreditBytes: 50_000_000n,
    limitRaiseSeconds: 86_400,
  }
  const harness = {
    own,
    chain,
    as: null as Harness['as'],
    asCarrier: null as Harness['asCarrier'],
    ahead: 0,
  }
  const clock = { nowMs: () => systemClock.nowMs() + harness.ahead * 1000 }
  const log = createLog('test', 'silent')
  await loadCatalogue(store, '', true, settings.books)
  const intents = makeIntents({ store, chain, clock, log })
  const running: Running = await intents.start()
  const live = await openLive(store)
  const spending = makeSpending({ store, clock, settings })
  const renewing = await startRenewing({ store, chain, clock, log, intents, spending })
  const chainSettings = {
    rpcUrl: '',
    chainId: 31_337,
    addresses: { escrow: ESCROW, identity: IDENTITY } as Addresses,
  }
  const context = {
    store,
    log,
    clock,
    signal: new AbortController().signal,
    chain: chainSettings,
    settings,
    access: {
      traveller: async () => harness.as,
      device: async () => null,
      carrier: async () => harness.asCarrier,
      operator: async () => false,
    },
  } satisfies StageContext
  const app = Fastify()
  app.setErrorHandler((error, _request, reply) => {
    if (!isFailure(error)) return reply.code(400).send({ code: (error as Error).message })
    const text = (intentsFailures as Record<string, FailureText>)[error.code]!
    return reply.code(text.httpStatus ?? 409).send({ code: error.code })
  })
  const parts = {
    context,
    intents,
    live,
    purchase: makePurchase({ store, clock, settings, intents, spending }),
    spending,
    renewals: makeRenewals({ store, chain, clock, settings }),
    pairing: makePairing({ store, chain, settings: chainSettings, clock }),
    entitlements: makeEntitlements({ store, chain, settings: chainSettings, clock }),
  }
  registerRoutes(app, parts)
  registerId(app, parts)
  registerRenewals(app, parts)
  return Object.assign(harness, {
    app,
    event: <Kind extends EventKind>(kind: Kind, intentId: Hex | null, body: EventBodies[Kind]) =>
      store.tx((tx) => store.append(tx, kind, intentId, body)),
    async stop() {
      await app.close()
      live.close()
      await renewing.stop()
      await running.stop()
      await own.close()
    },
  })
}

/** Waits until something holds; fails after ten seconds. */
export async function until<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
  for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 20) {
    const found = await ask()
    if (found) return found
    await sleepMs(20)
  }
  throw new Error('waited too long')
}
