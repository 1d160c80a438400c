import { renewalsRoutes, serve } from '@gesim/wire'
import type { FastifyInstance } from 'fastify'
import { buyer, type IntentsParts, own } from '../routes.ts'

/** Registers plans that renew themselves. */
export function registerRenewals(app: FastifyInstance, parts: IntentsParts): void {
  const { renewals } = parts

  serve(app, renewalsRoutes.draft, async ({ request, params, body, reply }) => {
    const row = await own(parts, request, params.id)
    reply.header('cache-control', 'no-store')
    return await renewals.draft(row, body.times, body.days)
  })

  serve(app, renewalsRoutes.sign, async ({ request, params, body, reply }) => {
    const { account } = await buyer(parts, request)
    reply.header('cache-control', 'no-store')
    return await renewals.sign(account, params.renewalId, body.signatures)
  })

  serve(app, renewalsRoutes.list, async ({ request, reply }) => {
    const { account } = await buyer(parts, request)
    reply.header('cache-control', 'no-store')
    return { renewals: await renewals.list(account) }
  })

  serve(app, renewalsRoutes.end, async ({ request, params, reply }) => {
    const { account } = await buyer(parts, request)
    reply.header('cache-control', 'no-store')
    return await renewals.end(account, params.renewalId)
  })
}
