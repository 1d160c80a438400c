import { randomBytes } from 'node:crypto'
import { passkeyRoutes, serve } from '@gesim/wire'
import type { FastifyInstance } from 'fastify'
import { readCookie, setCookie } from './cookies.ts'
import { type IdentityParts, keepSession, sessionBody, signedIn } from './route-parts.ts'
import { findSession } from './sessions.ts'

/** Registers what passkeys do: signing in, and being kept for the wallet. */
export function registerPasskeys(app: FastifyInstance, parts: IdentityParts): void {
  const { access, cookies, passkeys, keyParts } = parts
  const { store } = parts.context

  serve(app, passkeyRoutes.challenge, async ({ request, body, reply }) => {
    const rpId = passkeys.party.id
    if (body.for === 'add') {
      await signedIn(access, request)
      return { challenge: await passkeys.challenge(access.secret(request)!, true), rpId }
    }
    const bound = randomBytes(32).toString('base64url')
    reply.header('set-cookie', setCookie(cookies, cookies.passkey, bound, 300))
    return { challenge: await passkeys.challenge(bound, false), rpId }
  })

  serve(app, passkeyRoutes.signIn, async ({ request, body, reply }) => {
    const bound = readCookie(request.headers.cookie, cookies.passkey)
    const secret = await passkeys.finish(body, bound, access.secret(request))
    reply.header('set-cookie', [keepSession(parts, secret), setCookie(cookies, cookies.passkey, '', 0)])
    return sessionBody((await findSession(store.db, secret)) ?? null)
  })

  serve(app, passkeyRoutes.list, async ({ request }) => ({
    passkeys: await passkeys.list((await signedIn(access, request)).subject),
  }))

  serve(app, passkeyRoutes.add, async ({ request, body }) =>
    passkeys.add(await signedIn(access, request), access.secret(request), body),
  )

  serve(app, passkeyRoutes.seal, async ({ request, body }) =>
    keyParts.putSeal(
      (await signedIn(access, request)).subject,
      body.credentialId,
      body.owner,
      body.sealedSeed,
    ),
  )

  serve(app, passkeyRoutes.allow, async ({ request, params, body }) =>
    passkeys.change(await signedIn(access, request), params.id, body.signsIn ? 'allow' : 'forbid'),
  )

  serve(app, passkeyRoutes.remove, async ({ request, params }) =>
    passkeys.change(await signedIn(access, request), params.id, 'remove'),
  )
}
