import { createHash } from 'node:crypto'
import { refuse } from '@gesim/base'
import { serve, webPushRoutes } from '@gesim/wire'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AUTH_BYTES, encryptMessage, POINT_BYTES } from './message.ts'
import { sealSubscription } from './seal.ts'
import { isServed } from './services.ts'
import { dropSubscription, keepSubscription } from './table.ts'
import { senderOf, type WebPushContext } from './web-push.ts'

/** Browsers come and go. */
export function routes(app: FastifyInstance, context: WebPushContext): void {
  const { store, access, settings } = context
  const sender = senderOf(context)

  async function accountOf(request: FastifyRequest) {
    const traveller = await access.traveller(request)
    if (!traveller) throw refuse('web-push.not-signed-in')
    return traveller.account
  }

  serve(app, webPushRoutes.sender, () => ({ publicKey: sender?.publicKey ?? null }))

  serve(app, webPushRoutes.subscribe, async ({ body, request }) => {
    const account = await accountOf(request)
    if (!sender) throw refuse('web-push.off')
    const { endpoint, p256dh, auth } = body
    if (!isServed(endpoint, settings.services)) throw refuse('web-push.service-unknown')
    const keys = { p256dh: Buffer.from(p256dh, 'base64url'), auth: Buffer.from(auth, 'base64url') }
    if (keys.p256dh.length !== POINT_BYTES || keys.auth.length !== AUTH_BYTES)
      throw refuse('web-push.keys-wrong')
    // What is no point of the curve is found now, not when the first message is due.
    encryptMessage(Buffer.alloc(0), keys)
    const name = sender.nameOf(idOf(endpoint))
    const subscription = sealSubscription(sender.sealing, name, { endpoint, p256dh, auth })
    await store.tx((tx) => keepSubscription(tx, account, { name, subscription }))
  })

  serve(app, webPushRoutes.unsubscribe, async ({ params, request }) => {
    const account = await accountOf(request)
    if (sender) await dropSubscription(store.db, sender.nameOf(params.id), account)
  })
}

/** What a browser calls its subscription by: SHA-256 of the endpoint, hex. */
function idOf(endpoint: string): string {
  return createHash('sha256').update(endpoint).digest('hex')
}
