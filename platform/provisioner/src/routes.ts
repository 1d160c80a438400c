import { refuse } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { StageContext } from '@gesim/store'
import { carriersRoutes, devicesRoutes, intentsRoutes, serve } from '@gesim/wire'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { carrierIntent } from './carrier-intent.ts'
import type { Registry } from './chain.ts'
import { carrierBooks } from './dashboard.ts'
import { activationOf } from './install-links.ts'
import { hearProgress } from './progress.ts'
import { secretOf } from './provisioner.ts'
import { type Notary, takeConsent, takeReceipt } from './receipts.ts'
import type { provisionerSettings } from './settings.ts'
import * as table from './table.ts'

/** The stage's HTTP: the traveller's activation code and consent, the device's consent, and the carriers' side. */
export function routes(
  app: FastifyInstance,
  context: StageContext<typeof provisionerSettings>,
  notary: Notary,
  registry: Registry | undefined,
): void {
  const { access, store } = context

  /** The purchase of whoever is signed in; somebody else's does not exist for them. */
  async function owned(request: FastifyRequest, id: string): Promise<table.IntentFacts> {
    const traveller = await access.traveller(request)
    if (!traveller) throw refuse('provisioner.not-signed-in')
    const facts = await table.factsOf(store.db, id.toLowerCase())
    if (!facts || facts.payer.toLowerCase() !== traveller.account.toLowerCase())
      throw refuse('provisioner.unknown-intent', { intentId: id })
    return facts
  }

  async function carrierBooksOf(request: FastifyRequest): Promise<readonly number[]> {
    const carrier = await access.carrier(request)
    if (!carrier) throw refuse('provisioner.no-carrier-key')
    return carrier.books
  }

  serve(app, intentsRoutes.activation, async ({ params, request, reply }) => {
    const { intent_id: intentId } = await owned(request, params.id)
    const order = await table.newestOrder(store.db, intentId)
    if (!order || order.state === 'ordering' || order.state === 'reserved' || order.state === 'failed')
      throw refuse('provisioner.not-ready', { intentId })
    if (!order.sealed || (order.state !== 'ready' && order.state !== 'downloaded'))
      throw refuse('provisioner.code-used', { intentId })
    const { activationCode } = secretOf(context, order)
    if (!activationCode) throw refuse('provisioner.not-ready', { intentId })
    bearerSecret(reply)
    return activationOf(activationCode)
  })

  serve(app, intentsRoutes.activationConsent, async ({ params, body, request }) => {
    const facts = await owned(request, params.id)
    await takeConsent(notary, facts.intent_id, { is: 'payer', account: facts.payer }, body)
    return { accepted: true as const }
  })

  serve(app, devicesRoutes.activationConsent, async ({ body, request }) => {
    const device = await access.device(request)
    if (!device) throw refuse('provisioner.device-token-wrong')
    await takeConsent(notary, lower(device.intentId), { is: 'device', device: lower(device.device) }, body)
    return { accepted: true as const }
  })

  serve(app, carriersRoutes.intent, async ({ params, request }) =>
    carrierIntent(store.db, params.id.toLowerCase(), await carrierBooksOf(request)),
  )

  serve(app, carriersRoutes.receipt, async ({ body, request }) =>
    takeReceipt(notary, await carrierBooksOf(request), body),
  )

  serve(app, carriersRoutes.downloadProgress, async ({ body, request }) =>
    hearProgress(notary, await carrierBooksOf(request), body),
  )

  serve(app, carriersRoutes.dashboard, async ({ request }) => {
    const carrier = await access.carrier(request)
    if (!carrier && !(await access.operator(request))) throw refuse('provisioner.no-carrier-key')
    return { carriers: await carrierBooks(store.db, registry, carrier?.books) }
  })
}

/** An activation code belongs to whoever holds it: no cache keeps it, no link carries it away. */
function bearerSecret(reply: FastifyReply): void {
  reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer')
}

function lower(hex: string): Hex {
  return hex.toLowerCase() as Hex
}
