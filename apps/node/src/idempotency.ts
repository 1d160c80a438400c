// The same Idempotency-Key from the same caller gives the same answer for a day, and the work is done once.
// A key belongs to the process that works on it: when that is killed in the middle, the next repeat does the work.
import { createHash } from 'node:crypto'
import { refuse } from '@gesim/base'
import type { Store } from '@gesim/store'
import type { Route } from '@gesim/wire'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { callerHash } from './limits.ts'

const KEY = /^[\x21-\x7e]{1,128}$/
/** A request that was not answered for so long is none any more, though its process lives. */
const RUNNING_SECONDS = 60

interface Held {
  readonly caller: Buffer
  readonly key: string
}

interface Row {
  request_hash: Buffer
  status: number | null
  answer: unknown
}

const held = new WeakMap<FastifyRequest, Held>()

/** Installs the key on every route that says it is idempotent. */
export function registerIdempotency(app: FastifyInstance, store: Store): void {
  app.addHook('preHandler', async (request, reply) => {
    const route = (request.routeOptions.config as { route?: Route }).route
    const key = request.headers['idempotency-key']
    if (!route?.idempotent || typeof key !== 'string') return
    if (!KEY.test(key)) throw refuse('node.invalid-argument', { member: 'Idempotency-Key' })
    const caller = callerHash(request)
    const hash = createHash('sha256')
      .update(`${request.method} ${request.url}\n${JSON.stringify(request.body ?? null)}`)
      .digest()
    const taken = await sql<{ key: string }>`
      insert into gesim.node_idempotency (caller_hash, key, request_hash, process_key)
      values (${caller}, ${key}, ${hash}, ${store.processKey})
      on conflict (caller_hash, key) do nothing returning key`.execute(store.db)
    if (taken.rows.length) {
      held.set(request, { caller, key })
      return
    }
    const { rows } = await sql<Row>`
      select request_hash, status, answer from gesim.node_idempotency
      where caller_hash = ${caller} and key = ${key}`.execute(store.db)
    const row = rows[0]
    if (row && !row.request_hash.equals(hash)) throw refuse('node.idempotency-conflict')
    if (row?.status) {
      reply.code(row.status).header('idempotent-replayed', 'true').send(row.answer)
      return reply
    }
    // In one statement: of several repeats after a crash, one takes the key over.
    const takenOver = await sql<{ key: string }>`
      update gesim.node_idempotency set at = now(), process_key = ${store.processKey}
      where caller_hash = ${caller} and key = ${key} and status is null
        and (at < now() - make_interval(secs => ${RUNNING_SECONDS})
          or (process_key is distinct from ${store.processKey} and not gesim.process_lives(process_key)))
      returning key`.execute(store.db)
    if (!takenOver.rows.length) throw refuse('node.idempotency-running')
    held.set(request, { caller, key })
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const mine = held.get(request)
    if (!mine) return payload
    held.delete(request)
    if (reply.statusCode >= 500 || typeof payload !== 'string') {
      await sql`delete from gesim.node_idempotency where caller_hash = ${mine.caller} and key = ${mine.key}`.execute(
        store.db,
      )
    } else {
      await sql`update gesim.node_idempotency set status = ${reply.statusCode}, answer = ${payload}::jsonb
        where caller_hash = ${mine.caller} and key = ${mine.key}`.execute(store.db)
    }
    return payload
  })
}

/** Forgets keys and request lines older than a day. */
export async function sweepNodeRows(store: Store): Promise<void> {
  await sql`delete from gesim.node_idempotency where at < now() - interval '1 day'`.execute(store.db)
  await sql`delete from gesim.node_requests where at < now() - interval '1 day'`.execute(store.db)
}
