import { toHex } from '@gesim/base'
import type { SessionLimits, SessionStore } from '@gesim/sgp22'
import pg from 'pg'
import { bytesFromJson, bytesToJson } from './json-bytes.ts'
import { Sealer } from './sealed.ts'
import type { Session } from './sessions.ts'

const PRUNE_EVERY_MS = 10_000
const MAX_CONNECTIONS = 4

/** Sessions in the database, to be closed at the end. */
export interface DatabaseSessions extends SessionStore<Session> {
  close(): Promise<void>
}

/**
 * Sessions in the database of `postgresState`, which made the tables: several processes behind one address may each
 * answer any function of a download. Every step costs a write, so a single process keeps its sessions better itself.
 */
export function postgresSessions(
  databaseUrl: string,
  dataKey: Uint8Array,
  limits: SessionLimits,
  nowMs: () => number = Date.now,
): DatabaseSessions {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: MAX_CONNECTIONS })
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})
  const sealer = new Sealer(dataKey)
  const keyOf = (transactionId: Uint8Array) => sealer.lookup('session', toHex(transactionId))

  async function one(sql: string, transactionId: Uint8Array): Promise<Session | undefined> {
    const key = keyOf(transactionId)
    const { rows } = await pool.query<{ body: Buffer }>(sql, [key])
    const session = rows[0] && (bytesFromJson(sealer.open(rows[0].body, key)) as Session)
    return session && nowMs() - session.startedAtMs <= limits.sessionLifeMs ? session : undefined
  }

  async function prune(): Promise<void> {
    await pool.query(
      `delete from smdp.session where started_at < to_timestamp($1 / 1000.0)
          or key in (select key from smdp.session order by started_at desc offset $2)`,
      [nowMs() - limits.sessionLifeMs, limits.maxSessions],
    )
  }

  const pruning = setInterval(() => void prune().catch(() => {}), PRUNE_EVERY_MS).unref()
  return {
    put: async (session) => {
      const key = keyOf(session.transactionId)
      await pool.query(
        `insert into smdp.session (key, body, started_at) values ($1, $2, to_timestamp($3 / 1000.0))
         on conflict (key) do update set body = excluded.body`,
        [key, sealer.seal(bytesToJson(session), key), session.startedAtMs],
      )
    },
    find: (transactionId) => one('select body from smdp.session where key = $1', transactionId),
    take: (transactionId) => one('delete from smdp.session where key = $1 returning body', transactionId),
    count: async () => {
      const { rows } = await pool.query<{ count: number }>('select count(*)::int as count from smdp.session')
      return rows[0]?.count ?? 0
    },
    close: async () => {
      clearInterval(pruning)
      await pool.end()
    },
  }
}
