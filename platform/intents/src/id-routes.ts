import { refuse } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { entitlementsRoutes, profilesRoutes, serve } from '@gesim/wire'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { makeEntitlements } from './entitlements.ts'
import { prefer, preferenceOf, preferFor, profilesOf } from './profiles.ts'
import { buyer, type IntentsParts } from './routes.ts'

/** What the page of the GeSIM ID shows and changes: profiles, the preference, carriers' questions. */
export function registerId(app: FastifyInstance, parts: IntentsParts): void {
  registerProfiles(app, parts)
  registerEntitlements(app, parts, parts.entitlements)
}

function registerProfiles(app: FastifyInstance, parts: IntentsParts): void {
  const { store } = parts.context

  serve(app, profilesRoutes.list, async ({ request, reply }) => {
    reply.header('cache-control', 'no-store')
    return await profilesOf(store, (await buyer(parts, request)).account)
  })

  serve(app, profilesRoutes.preference, async ({ request, reply }) => {
    reply.header('cache-control', 'no-store')
    return { qos: await preferenceOf(store.db, (await buyer(parts, request)).account) }
  })

  serve(app, profilesRoutes.prefer, async ({ request, body }) => {
    await prefer(store.db, (await buyer(parts, request)).account, body.qos)
    return { qos: body.qos }
  })

  serve(app, profilesRoutes.preferFor, async ({ request, params, body }) => {
    await preferFor(store, (await buyer(parts, request)).account, params.id, body.qos)
    return { qos: body.qos }
  })
}

function registerEntitlements(
  app: FastifyInstance,
  parts: IntentsParts,
  entitlements: ReturnType<typeof makeEntitlements>,
): void {
  const carrier = async (request: FastifyRequest) => {
    const found = await parts.context.access.carrier(request)
    if (!found) throw refuse('intents.not-a-carrier')
    return found
  }

  serve(app, entitlementsRoutes.ask, async ({ request, body }) =>
    entitlements.ask(await carrier(request), body.account, body.purpose),
  )

  serve(app, entitlementsRoutes.question, async ({ request, params }) =>
    entitlements.look((await buyer(parts, request)).account, params.code),
  )

  serve(app, entitlementsRoutes.answer, async ({ request, params, body }) =>
    entitlements.answer((await buyer(parts, request)).account, params.code, body),
  )

  serve(app, entitlementsRoutes.result, async ({ request, params }) =>
    entitlements.result((await carrier(request)).carrierId, params.nonce as Hex),
  )
}
