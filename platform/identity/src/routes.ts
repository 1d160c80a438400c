import { type Failure, isFailure, refuse } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { authRoutes, developerRoutes, serve, walletRoutes } from '@gesim/wire'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { readCookie, setCookie } from './cookies.ts'
import { endAccount, findEnding, previewEnding } from './endings.ts'
import { identityHoldings } from './holdings.ts'
import { createKey, endKey, listKeys } from './keys.ts'
import { registerPasskeys } from './passkey-routes.ts'
import { storedAbout } from './privacy.ts'
import { type IdentityParts, keepSession, sessionBody, signedIn } from './route-parts.ts'
import { endSession, endSessionById, findSession } from './sessions.ts'

/** Registers sign-in, passkeys, wallet, privacy, developer keys. */
export function registerRoutes(app: FastifyInstance, parts: IdentityParts): void {
  registerAuth(app, parts)
  registerPasskeys(app, parts)
  registerWallet(app, parts)
  registerDeveloper(app, parts)
}

function registerAuth(app: FastifyInstance, parts: IdentityParts): void {
  const { access, cookies, signIn, settings } = parts
  const { store } = parts.context

  serve(app, authRoutes.providers, () => ({
    providers: settings.providers.map(({ id, name }) => ({ id, name })),
  }))

  /** A person who walks these pages gets a page that says what went wrong; a program gets the refusal itself. */
  const tellOnPage = (request: FastifyRequest, reply: FastifyReply, failure: Failure, returnTo?: string) => {
    if (!/\btext\/html\b/.test(request.headers.accept ?? '')) throw failure
    // The page does not say why; whoever runs the node has to know. The word comes from an address, so it is one of RFC 6749 or none.
    const why = /^[\w.-]{1,64}$/.exec(String(failure.facts.why ?? ''))?.[0]
    parts.context.log.warn('a sign-in did not work', { code: failure.code, why })
    const page = new URL('/sign-in', settings.webOrigins[0])
    page.searchParams.set('failed', failure.code)
    if (returnTo) page.searchParams.set('return', returnTo)
    reply.header('cache-control', 'no-store').redirect(page.href)
  }

  serve(app, authRoutes.login, async ({ query, request, reply }) => {
    const begun = await signIn
      .begin(query.provider, query.return ?? '/', query.fresh === '1')
      .catch((error: unknown) => {
        if (!isFailure(error)) throw error
        return error
      })
    if (isFailure(begun)) return tellOnPage(request, reply, begun, query.return)
    const { url, state } = begun
    reply.header('set-cookie', setCookie(cookies, cookies.signIn, state, 600))
    reply.header('cache-control', 'no-store').redirect(url)
  })

  serve(app, authRoutes.callback, async ({ query, request, reply }) => {
    const cookieState = readCookie(request.headers.cookie, cookies.signIn)
    const raw = new URL(request.url, 'http://any').search
    const done = await signIn
      .finish(raw, query.state, cookieState, access.secret(request))
      .catch((error: unknown) => {
        if (!isFailure(error, 'identity.sign-in-unknown')) throw error
        return { failure: error, returnTo: undefined }
      })
    if ('failure' in done) return tellOnPage(request, reply, done.failure, done.returnTo)
    const { secret, returnTo } = done
    reply.header('set-cookie', [keepSession(parts, secret), setCookie(cookies, cookies.signIn, '', 0)])
    reply.header('cache-control', 'no-store').redirect(new URL(returnTo, settings.webOrigins[0]).href)
  })

  serve(app, authRoutes.session, async ({ request, reply }) => {
    reply.header('cache-control', 'no-store')
    return sessionBody(await access.session(request))
  })

  serve(app, authRoutes.logout, async ({ request, reply }) => {
    const secret = access.secret(request)
    if (secret) await endSession(store.db, secret)
    reply.header('set-cookie', setCookie(cookies, cookies.session, '', 0))
  })

  serve(app, authRoutes.sessions, async ({ request }) => {
    const session = await signedIn(access, request)
    const { rows } = await sql<{ public_id: string; created_at: Date; seen_at: Date; expires_at: Date }>`
      select public_id, created_at, seen_at, expires_at from gesim.identity_sessions
      where subject_ref = ${session.subject} and expires_at > now() order by seen_at desc limit 100`.execute(
      store.db,
    )
    return {
      sessions: rows.map((row) => ({
        id: row.public_id,
        current: row.public_id === session.publicId,
        createdAtMs: row.created_at.getTime(),
        seenAtMs: row.seen_at.getTime(),
        expiresAtMs: row.expires_at.getTime(),
      })),
    }
  })

  serve(app, authRoutes.endSession, async ({ request, params }) => {
    const session = await signedIn(access, request)
    await endSessionById(store.db, session.subject, params.id)
  })

  serve(app, authRoutes.challenge, async ({ query, reply }) => {
    reply.header('cache-control', 'no-store')
    return await signIn.challenge(query.address)
  })

  serve(app, authRoutes.wallet, async ({ body, request, reply }) => {
    const secret = await signIn.finishWallet(
      body.address,
      body.issuedAt,
      body.signature,
      access.secret(request),
    )
    reply.header('set-cookie', keepSession(parts, secret))
    return sessionBody((await findSession(store.db, secret)) ?? null)
  })
}

function registerWallet(app: FastifyInstance, parts: IdentityParts): void {
  const { access, wallet, keyParts } = parts
  const { store } = parts.context

  serve(app, walletRoutes.get, async ({ request }) => wallet.view((await signedIn(access, request)).subject))

  serve(app, walletRoutes.createAccount, async ({ request, body }) =>
    wallet.register(await signedIn(access, request), body.owner, body.account, body.proof),
  )

  serve(app, walletRoutes.putShare, async ({ request, body }) =>
    keyParts.putShare((await signedIn(access, request)).subject, body.owner, body.share),
  )

  serve(app, walletRoutes.releaseShare, async ({ request }) => ({
    share: await keyParts.releaseShare(await signedIn(access, request)),
  }))

  serve(app, walletRoutes.recoverySaved, async ({ request }) =>
    wallet.recoverySaved((await signedIn(access, request)).subject),
  )

  serve(app, walletRoutes.privacy, async ({ request, query, reply }) => {
    const session = await signedIn(access, request)
    reply.header('cache-control', 'no-store')
    return {
      groups: await storedAbout(store, parts.context.holdings ?? identityHoldings, session, query),
    }
  })

  serve(app, walletRoutes.ending, async ({ request, reply }) => {
    const session = await signedIn(access, request)
    reply.header('cache-control', 'no-store')
    return await previewEnding(store, parts.context.holdings ?? identityHoldings, session)
  })

  serve(app, walletRoutes.end, async ({ request, body, reply }) => {
    await endAccount(store, await signedIn(access, request), body.receipt, body.leaving)
    reply.header('set-cookie', setCookie(parts.cookies, parts.cookies.session, '', 0))
  })

  serve(app, walletRoutes.ended, async ({ body, reply }) => {
    reply.header('cache-control', 'no-store')
    return await findEnding(store.db, body.receipt)
  })

  serve(app, walletRoutes.did, async ({ params, reply }) => {
    reply.type('application/did+json')
    return await wallet.did(params.account as Hex)
  })
}

function registerDeveloper(app: FastifyInstance, parts: IdentityParts): void {
  const { local } = parts
  const { store } = parts.context
  const operator = async (request: FastifyRequest) => {
    if (!(await parts.context.access.operator(request))) throw refuse('identity.key-wrong')
  }

  serve(app, developerRoutes.listKeys, async ({ request }) => {
    await operator(request)
    return { keys: await listKeys(store.db) }
  })

  serve(app, developerRoutes.createKey, async ({ request, body }) => {
    await operator(request)
    return await createKey(store.db, body, !local)
  })

  serve(app, developerRoutes.events, async ({ request, query }) => {
    await operator(request)
    const events = await store.read({
      newestFirst: true,
      limit: query.limit ?? 100,
      ...(query.intentId ? { intentId: query.intentId as Hex } : {}),
    })
    return {
      events: events.map((event) => ({
        seq: event.seq.toString(),
        kind: event.kind,
        version: event.version,
        intentId: event.intentId,
        atMs: event.atMs,
        body: event.body as unknown as Record<string, unknown>,
      })),
    }
  })

  serve(app, developerRoutes.deleteKey, async ({ request, params }) => {
    await operator(request)
    await endKey(store.db, params.id)
  })
}
