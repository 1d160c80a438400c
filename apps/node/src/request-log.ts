// The developer page's list of requests: method, route pattern, status, duration. Never a body, a query or an address.
import type { Log } from '@gesim/base'
import type { Store } from '@gesim/store'
import { developerRoutes, serve } from '@gesim/wire'
import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { intentOf } from './errors.ts'
import type { Telemetry } from './telemetry.ts'

interface Line {
  at: Date
  method: string
  route: string
  status: number
  durationMs: number
  code: string | null
  correlator: string | null
}

const FLUSH_EVERY_MS = 1_000
const MOST_WAITING = 5_000

/** Collects request lines and writes them in batches; a lost batch costs a line on a page, never a request. */
export function registerRequestLog(
  app: FastifyInstance,
  store: Store,
  log: Log,
  telemetry: Telemetry,
): () => Promise<void> {
  let waiting: Line[] = []
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? '(none)'
    const intentId = intentOf(request)
    telemetry.request(request.method, route, reply.statusCode, reply.elapsedTime, intentId)
    if (waiting.length >= MOST_WAITING) return
    waiting.push({
      at: new Date(),
      method: request.method,
      route,
      status: reply.statusCode,
      durationMs: reply.elapsedTime,
      code: (request as { failureCode?: string }).failureCode ?? null,
      correlator: intentId ?? null,
    })
  })
  const flush = async () => {
    const lines = waiting
    if (lines.length === 0) return
    waiting = []
    await sql`insert into gesim.node_requests (at, method, route, status, duration_ms, code, correlator)
      select * from unnest(${lines.map((line) => line.at)}::timestamptz[], ${lines.map((line) => line.method)}::text[],
        ${lines.map((line) => line.route)}::text[], ${lines.map((line) => line.status)}::smallint[],
        ${lines.map((line) => line.durationMs)}::real[], ${lines.map((line) => line.code)}::text[],
        ${lines.map((line) => line.correlator)}::text[])`.execute(store.db)
  }
  const timer = setInterval(() => {
    flush().catch((error) => log.warn('request lines were not written', { error }))
  }, FLUSH_EVERY_MS)
  return async () => {
    clearInterval(timer)
    await flush().catch(() => {})
  }
}

/** GET /v1/developer/requests */
export function registerRequestPage(
  app: FastifyInstance,
  store: Store,
  requireOperator: (request: unknown) => Promise<void>,
): void {
  serve(app, developerRoutes.requests, async ({ query, request }) => {
    await requireOperator(request)
    const { rows } = await sql<{
      at: Date
      method: string
      route: string
      status: number
      duration_ms: number
      code: string | null
      correlator: string | null
    }>`select at, method, route, status, duration_ms, code, correlator from gesim.node_requests
      order by at desc limit ${query.limit ?? 100}`.execute(store.db)
    return {
      requests: rows.map((row) => ({
        atMs: row.at.getTime(),
        method: row.method,
        route: row.route,
        status: row.status,
        durationMs: row.duration_ms,
        ...(row.code ? { code: row.code } : {}),
        ...(row.correlator ? { correlator: row.correlator } : {}),
      })),
    }
  })
}
