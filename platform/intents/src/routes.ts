import { refuse } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { StageContext } from '@gesim/store'
import {
  devicesRoutes,
  intentsRoutes,
  limitsRoutes,
  plansRoutes,
  quotesRoutes,
  serve,
  switchingRoutes,
  walletRoutes,
} from '@gesim/wire'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { findPlan, listPlans, qualityIn } from './catalogue.ts'
import { deviceIntent } from './devices.ts'
import type { makeEntitlements } from './entitlements.ts'
import type { makeIntents } from './intents.ts'
import type { Live } from './live.ts'
import type { makePairing } from './pairing.ts'
import { preferenceOf } from './profiles.ts'
import type { Buyer, makePurchase } from './purchase.ts'
import { receiptOf } from './receipt.ts'
import type { makeRenewals } from './renewals/renewals.ts'
import type { makeSpending } from './spending.ts'
import { streamEvents } from './sse.ts'
import { compareCarriers } from './switching.ts'
import { findIntent, type IntentRow, intentsOf } from './table.ts'
import { presentOf, viewIntents } from './view.ts'

/** What the routes work with. */
export interface IntentsParts {
  readonly context: StageContext
  readonly intents: ReturnType<typeof makeIntents>
  readonly purchase: ReturnType<typeof makePurchase>
  readonly pairing: ReturnType<typeof makePairing>
  readonly entitlements: ReturnType<typeof makeEntitlements>
  readonly spending: ReturnType<typeof makeSpending>
  readonly renewals: ReturnType<typeof makeRenewals>
  readonly live: Live
}

/** Registers plans, quotes, purchases, pairing. */
export function registerRoutes(app: FastifyInstance, parts: IntentsParts): void {
  registerShop(app, parts)
  registerPurchases(app, parts)
  registerLimits(app, parts)
  registerPairing(app, parts)
}

function registerShop(app: FastifyInstance, parts: IntentsParts): void {
  const { store } = parts.context

  serve(app, plansRoutes.list, async ({ query, reply }) => {
    reply.header('cache-control', 'public, max-age=60')
    return { plans: await listPlans(store.db, query.country, query.q) }
  })

  serve(app, plansRoutes.get, async ({ params }) => (await findPlan(store.db, params.planId)).plan)

  serve(app, quotesRoutes.create, async ({ request, body }) => {
    const who = await buyer(parts, request)
    return await parts.purchase.quote(
      who,
      body.planId,
      body.qos ?? (await preferenceOf(store.db, who.account)),
    )
  })

  serve(app, quotesRoutes.get, async ({ request, params }) =>
    parts.purchase.findQuote(await buyer(parts, request), params.quoteId),
  )

  serve(app, intentsRoutes.create, async ({ request, body }) => ({
    intentId: await parts.purchase.take(await buyer(parts, request), body.quoteId, body.terms),
  }))
}

function registerPurchases(app: FastifyInstance, parts: IntentsParts): void {
  const { store, chain } = parts.context

  serve(app, intentsRoutes.list, async ({ request, query }) => {
    const { account } = await buyer(parts, request)
    const before = new Date(query.before ?? Date.now() + 60_000)
    return {
      intents: await viewIntents(store, await intentsOf(store.db, account, before, query.limit ?? 50)),
    }
  })

  serve(app, intentsRoutes.get, async ({ request, params, reply }) => {
    const row = await own(parts, request, params.id)
    reply.header('cache-control', 'no-store')
    return (await viewIntents(store, [row]))[0]!
  })

  serve(app, intentsRoutes.events, async ({ request, params, query, reply }) => {
    const row = await own(parts, request, params.id)
    const last = request.headers['last-event-id']
    const after = typeof last === 'string' && /^\d{1,18}$/.test(last) ? last : (query.after ?? '0')
    await streamEvents(store, parts.live, row.intent_id, BigInt(after), request, reply)
  })

  serve(app, intentsRoutes.finish, async ({ request, params }) => {
    const row = await own(parts, request, params.id)
    return { state: await parts.intents.finish(row.intent_id) }
  })

  serve(app, intentsRoutes.receipt, async ({ request, params, reply }) => {
    const row = await own(parts, request, params.id)
    reply.header('cache-control', 'no-store')
    return await receiptOf(store, chain!, row)
  })

  serve(app, switchingRoutes.get, async ({ request, params, reply }) => {
    const row = await own(parts, request, params.id)
    reply.header('cache-control', 'no-store')
    const [plans, quality] = await Promise.all([
      listPlans(store.db, row.country, undefined),
      qualityIn(store.db, row.country),
    ])
    const nowMs = parts.context.clock.nowMs()
    return compareCarriers(presentOf(row, nowMs), plans, quality, nowMs)
  })

  serve(app, walletRoutes.activity, async ({ request }) => {
    const { account } = await buyer(parts, request)
    return { items: await activityOf(parts, account) }
  })
}

function registerLimits(app: FastifyInstance, parts: IntentsParts): void {
  const { spending } = parts

  serve(app, limitsRoutes.get, async ({ request, query, reply }) => {
    const { account } = await buyer(parts, request)
    reply.header('cache-control', 'no-store')
    const { wantMicros, intentId } = query
    const wanted =
      wantMicros === undefined
        ? undefined
        : { micros: BigInt(wantMicros), intentId: intentId?.toLowerCase() as Hex | undefined }
    return await spending.view(account, wanted)
  })

  serve(app, limitsRoutes.set, async ({ request, body, reply }) => {
    const { account } = await buyer(parts, request)
    reply.header('cache-control', 'no-store')
    return await spending.set(account, body)
  })

  serve(app, limitsRoutes.topUp, async ({ request, params, body }) => {
    const row = await own(parts, request, params.id)
    const thenMicros = await spending.topUp(row.payer, row.intent_id, BigInt(body.amountMicros))
    return { thenMicros: thenMicros.toString() }
  })
}

function registerPairing(app: FastifyInstance, parts: IntentsParts): void {
  const { context, pairing } = parts

  serve(app, intentsRoutes.createPairingCode, async ({ request, params, reply }) => {
    const row = await own(parts, request, params.id)
    reply.header('cache-control', 'no-store')
    return await pairing.createCode(row)
  })

  serve(app, intentsRoutes.pairing, async ({ request, params }) => {
    const row = await own(parts, request, params.id)
    const found = await pairing.pairingOf(row.intent_id)
    if (!found) return { bound: false }
    return {
      device: found.device,
      bound: found.payer_signature !== null,
      ...(found.valid_until === null ? {} : { validUntil: Number(found.valid_until) }),
      pairedAtMs: found.paired_at.getTime(),
    }
  })

  serve(app, intentsRoutes.pairingConsent, async ({ request, params, body }) => {
    const row = await own(parts, request, params.id)
    await pairing.bind(row, body.device, body.validUntil, body.payerSignature)
    return { bound: true as const }
  })

  serve(app, devicesRoutes.pair, async ({ body, reply }) => {
    reply.header('cache-control', 'no-store')
    return await pairing.pair(body.code, body.device)
  })

  serve(app, devicesRoutes.intent, async ({ request, params, reply }) => {
    reply.header('cache-control', 'no-store')
    return await deviceIntent(context, request.headers.authorization, params.id)
  })
}

/** The signed-in traveller with a wallet, or `intents.no-session`. */
export async function buyer(parts: IntentsParts, request: FastifyRequest): Promise<Buyer> {
  const traveller = await parts.context.access.traveller(request)
  if (!traveller) throw refuse('intents.no-session')
  return traveller
}

/** A purchase of the signed-in traveller. Another's is as unknown as one that does not exist. */
export async function own(parts: IntentsParts, request: FastifyRequest, id: string): Promise<IntentRow> {
  const { account } = await buyer(parts, request)
  const row = await findIntent(parts.context.store.db, id)
  if (!row || row.payer !== account) throw refuse('intents.unknown', { intentId: id.toLowerCase() })
  return row
}

type Activity = {
  kind: 'funded' | 'refunded' | 'returned' | 'sponsored-gas'
  atMs: number
  amountMicros: string
  intentId?: Hex
  txHash: Hex
}

/** Money and fees of a wallet, from the journal itself. */
async function activityOf(parts: IntentsParts, account: Hex): Promise<Activity[]> {
  const { rows } = await sql<{
    kind: string
    at: Date
    intent_id: Hex | null
    body: Record<string, string>
    /** The event says the sum since the beginning; this is what the payment added. */
    paid_micros: bigint | null
  }>`
    select j.kind, j.at, j.intent_id, j.body, (j.body->>'fundedMicros')::bigint - coalesce(
        max((j.body->>'fundedMicros')::bigint) over (partition by j.intent_id order by j.seq
          rows between unbounded preceding and 1 preceding), 0) as paid_micros
    from gesim.journal j join gesim.intents_intents i using (intent_id)
    where i.payer = ${account} and j.kind in ('intent.funded', 'intent.refunded', 'intent.closed')
    union all
    select kind, at, intent_id, body, null from gesim.journal
    where kind = 'gas.charged' and body->>'account' = ${account}
    order by at desc limit 100`.execute(parts.context.store.db)
  return rows.flatMap((row): Activity[] => {
    const shared = {
      atMs: row.at.getTime(),
      txHash: row.body.txHash as Hex,
      ...(row.intent_id ? { intentId: row.intent_id } : {}),
    }
    if (row.kind === 'intent.funded')
      return [{ kind: 'funded', amountMicros: String(row.paid_micros), ...shared }]
    if (row.kind === 'intent.refunded')
      return [{ kind: 'refunded', amountMicros: row.body.refundedMicros!, ...shared }]
    if (row.kind === 'intent.closed')
      return [{ kind: 'returned', amountMicros: row.body.refundedMicros!, ...shared }]
    const gas = BigInt(row.body.costMicros ?? 0) + BigInt(row.body.marginMicros ?? 0)
    return [{ kind: 'sponsored-gas', amountMicros: gas.toString(), ...shared }]
  })
}
