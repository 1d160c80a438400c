// How often one caller may call one route: a fixed window of a minute, in memory of the process.
import { createHash } from 'node:crypto'
import { refuse } from '@gesim/base'
import type { Route } from '@gesim/wire'
import type { FastifyInstance, FastifyRequest } from 'fastify'

const WINDOW_MS = 60_000
const DEFAULT_PER_MINUTE = 300
const MOST_CALLERS = 50_000
/** What all callers of one address may together, in units of what one may: who makes proofs up comes from somewhere. */
const ADDRESS_FACTOR = 50

/** The caller as a hash: of the API key or session where there is one, else of the address. Never stored. */
export function callerHash(request: FastifyRequest): Buffer {
  const proof = request.headers.authorization ?? request.headers.cookie ?? request.ip
  return createHash('sha256').update(proof).digest()
}

function addressHash({ ip }: FastifyRequest): string {
  return createHash('sha256').update(ip).digest('base64')
}

/** Refuses with 429 and Retry-After what is too often. On a local chain the limits are twenty times as wide. */
export function registerLimits(app: FastifyInstance, local: boolean): void {
  const factor = local ? 20 : 1
  let counts = new Map<string, number>()
  let windowStart = Date.now()
  const counted = (key: string): number => {
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    return count
  }
  app.addHook('onRequest', async (request, reply) => {
    const route = (request.routeOptions.config as { route?: Route }).route
    if (!route) return
    const now = Date.now()
    if (now - windowStart >= WINDOW_MS || counts.size > MOST_CALLERS) {
      counts = new Map()
      windowStart = now
    }
    const limit = (route.perMinute ?? DEFAULT_PER_MINUTE) * factor
    // The address first: proofs that are made up without end must not crowd its own count out of the memory.
    const fromThere = counted(`${route.method} ${route.path} from ${addressHash(request)}`)
    const isCrowd = fromThere > limit * ADDRESS_FACTOR
    const count = isCrowd
      ? limit + 1
      : counted(`${route.method} ${route.path} ${callerHash(request).toString('base64')}`)
    const resetSeconds = Math.max(1, Math.ceil((windowStart + WINDOW_MS - now) / 1000))
    reply.header('ratelimit-limit', limit).header('ratelimit-remaining', Math.max(0, limit - count))
    reply.header('ratelimit-reset', resetSeconds)
    if (count <= limit) return
    reply.header('retry-after', resetSeconds)
    throw refuse('node.too-many', { limitPerMinute: limit })
  })
}
