import { refuse, type SettingsOf } from '@gesim/base'
import type { Access, Store } from '@gesim/store'
import type { FastifyRequest } from 'fastify'
import { cookiesFor, readCookie } from './cookies.ts'
import { findKey, type KeyFacts } from './keys.ts'
import { findSession, type SessionFacts } from './sessions.ts'
import type { identitySettings } from './settings.ts'

/** What identity knows of a request. */
export interface IdentityAccess extends Pick<Access, 'traveller' | 'carrier' | 'operator'> {
  session(request: FastifyRequest): Promise<SessionFacts | null>
  /** The session's secret as the browser sent it. */
  secret(request: FastifyRequest): string | undefined
  /**
   * Refuses what another site makes a browser do: a request that changes something and carries our cookie must come
   * from one of our origins. Throws `identity.origin-wrong`.
   */
  requireOwnOrigin(request: FastifyRequest): void
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/

/** Who is asking, from cookies and API keys. `local`: the chain is a throw-away one, so loopback is the operator. */
export function identityAccess(
  store: Store,
  settings: Pick<SettingsOf<typeof identitySettings>, 'webOrigins'>,
  local: boolean,
): IdentityAccess {
  const cookies = cookiesFor(settings.webOrigins[0]!)
  const origins = new Set(settings.webOrigins)
  // Asked several times within one request; the answer cannot change meanwhile.
  const sessions = new WeakMap<FastifyRequest, Promise<SessionFacts | null>>()
  const keys = new WeakMap<FastifyRequest, Promise<KeyFacts | undefined>>()

  const secret = (request: FastifyRequest) => readCookie(request.headers.cookie, cookies.session)

  function session(request: FastifyRequest): Promise<SessionFacts | null> {
    let found = sessions.get(request)
    if (!found) {
      const value = secret(request)
      found =
        value && value.length <= 64
          ? findSession(store.db, value).then((facts) => facts ?? null)
          : Promise.resolve(null)
      sessions.set(request, found)
    }
    return found
  }

  function key(request: FastifyRequest): Promise<KeyFacts | undefined> {
    let found = keys.get(request)
    if (!found) {
      found = findKey(store.db, request.headers.authorization)
      keys.set(request, found)
    }
    return found
  }

  return {
    session,
    secret,
    async traveller(request) {
      const facts = await session(request)
      return facts?.account ? { account: facts.account } : null
    },
    async carrier(request) {
      const facts = await key(request)
      if (facts?.role !== 'carrier' || facts.carrierId === null) return null
      return { carrierId: facts.carrierId, books: [...facts.books] }
    },
    async operator(request) {
      if (local && LOOPBACK.test(request.ip)) return true
      return (await key(request))?.role === 'operator'
    },
    requireOwnOrigin(request) {
      if (request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS') return
      if (!secret(request)) return
      const origin = request.headers.origin
      if (origin !== undefined) {
        if (!origins.has(origin)) throw refuse('identity.origin-wrong')
        return
      }
      // A program that keeps the cookie itself sends neither header; a browser always sends one of them.
      const site = request.headers['sec-fetch-site']
      if (site !== undefined && site !== 'same-origin' && site !== 'none')
        throw refuse('identity.origin-wrong')
    },
  }
}
