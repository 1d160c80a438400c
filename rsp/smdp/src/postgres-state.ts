import { readFileSync } from 'node:fs'
import { refuse, toHex } from '@gesim/base'
import pg from 'pg'
import { bytesFromJson, bytesToJson } from './json-bytes.ts'
import type { Change, Message, PendingMessage, Profile, ProfileKey, SmdpState } from './ports.ts'
import { Sealer } from './sealed.ts'

const SCHEMA = readFileSync(new URL('../sql/schema.sql', import.meta.url), 'utf8')

interface Row {
  key: Buffer
  body: Buffer
  package: Buffer | null
}

const UNIQUE_VIOLATION = '23505'
/** The refusal that a broken uniqueness means. */
function taken(error: unknown): Error | undefined {
  if (!(error instanceof pg.DatabaseError) || error.code !== UNIQUE_VIOLATION) return undefined
  if (error.constraint === 'profile_matching_key') return refuse('smdp.matching-id-taken', {}, error)
  if (error.constraint === 'profile_call_key') return refuse('smdp.order-exists', {}, error)
  return undefined
}

const PACKAGE_PLACE = Buffer.from('package')

/**
 * Profiles in a Postgres database of their own. Everything that names a profile or a card is encrypted;
 * the columns that are searched hold keyed hashes. `dataKey` has 32 bytes and must not be lost.
 */
export async function postgresState(
  databaseUrl: string,
  dataKey: Uint8Array,
  maxConnections = 8,
): Promise<SmdpState> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: maxConnections })
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})
  await pool.query(SCHEMA)
  return new PostgresState(pool, new Sealer(dataKey))
}

class PostgresState implements SmdpState {
  readonly #pool: pg.Pool
  readonly #sealer: Sealer

  constructor(pool: pg.Pool, sealer: Sealer) {
    this.#pool = pool
    this.#sealer = sealer
  }

  async find(key: ProfileKey): Promise<Profile | undefined> {
    const [column, value] = this.#columnOf(key)
    if (!value) return undefined
    const condition =
      column === 'transaction_keys' ? 'transaction_keys @> array[$1::bytea]' : `${column} = $1`
    const { rows } = await this.#pool.query<Row>(
      `select key, body, package from smdp.profile where ${condition} order by updated_at limit 1`,
      [value],
    )
    return rows[0] && this.#open(rows[0])
  }

  #columnOf(key: ProfileKey): [column: string, value: Buffer | undefined] {
    const { lookup } = { lookup: (kind: string, value: string) => this.#sealer.lookup(kind, value) }
    if ('iccid' in key) return ['key', lookup('iccid', key.iccid)]
    if ('matchingId' in key)
      return ['matching_key', key.matchingId ? lookup('matching', key.matchingId) : undefined]
    if ('defaultFor' in key) return ['default_key', lookup('default', key.defaultFor)]
    if ('callId' in key) return ['call_key', lookup('call', `${key.operator}\0${key.callId}`)]
    return ['transaction_keys', lookup('transaction', toHex(key.transactionId))]
  }

  async change<T>(iccid: Profile['iccid'], decide: (profile: Profile | undefined) => Change<T>): Promise<T> {
    const key = this.#sealer.lookup('iccid', iccid)
    return this.#inTransaction(async (client) => {
      // A row that does not exist yet cannot be locked: the advisory lock stands in for it.
      await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [key.toString('hex')])
      const { rows } = await client.query<Row>(
        'select key, body, package from smdp.profile where key = $1 for update',
        [key],
      )
      return this.#apply(client, decide(rows[0] && this.#open(rows[0])))
    })
  }

  async changeAvailable<T>(
    operator: string,
    profileType: string,
    decide: (profile: Profile | undefined) => Change<T>,
  ): Promise<T> {
    return this.#inTransaction(async (client) => {
      const { rows } = await client.query<Row>(
        `select key, body, package from smdp.profile
          where state = 'Available' and operator = $1 and profile_type = $2
          order by updated_at limit 1 for update skip locked`,
        [operator, profileType],
      )
      return this.#apply(client, decide(rows[0] && this.#open(rows[0])))
    })
  }

  async knowsType(operator: string, profileType: string): Promise<boolean> {
    const { rows } = await this.#pool.query<{ known: boolean }>(
      'select exists (select from smdp.profile where operator = $1 and profile_type = $2) as known',
      [operator, profileType],
    )
    return rows[0]?.known ?? false
  }

  async dueMessages(atMs: number, limit: number): Promise<PendingMessage[]> {
    const { rows } = await this.#pool.query<{
      id: string
      attempts: number
      body: Buffer
      target_key: Buffer
    }>(
      `select id::text, attempts, body, target_key from (
         select distinct on (target_key) id, attempts, body, target_key, due_at
           from smdp.message order by target_key, id) oldest
        where due_at <= to_timestamp($1 / 1000.0) order by id limit $2`,
      [atMs, limit],
    )
    return rows.map(({ id, attempts, body, target_key }) => ({
      ...(JSON.parse(this.#sealer.open(body, target_key).toString('utf8')) as Message),
      id,
      attempts,
    }))
  }

  async settleMessage(id: string, nextAtMs?: number): Promise<void> {
    if (nextAtMs === undefined) await this.#pool.query('delete from smdp.message where id = $1', [id])
    else
      await this.#pool.query(
        'update smdp.message set attempts = attempts + 1, due_at = to_timestamp($2 / 1000.0) where id = $1',
        [id, nextAtMs],
      )
  }

  async forget(endedBeforeMs: number): Promise<number> {
    const { rowCount } = await this.#pool.query(
      `delete from smdp.profile
        where (state in ('Installed', 'Error', 'Unavailable') and updated_at < to_timestamp($1 / 1000.0))
           or (state <> 'Available' and expires_at < to_timestamp($1 / 1000.0)
               and updated_at < to_timestamp($1 / 1000.0))`,
      [endedBeforeMs],
    )
    return rowCount ?? 0
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }

  async #inTransaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect()
    try {
      await client.query('begin')
      const result = await work(client)
      await client.query('commit')
      return result
    } catch (error) {
      await client.query('rollback').catch(() => {})
      throw taken(error) ?? error
    } finally {
      client.release()
    }
  }

  async #apply<T>(client: pg.PoolClient, change: Change<T>): Promise<T> {
    if (change.profile) await this.#write(client, change.profile)
    for (const message of change.messages ?? []) {
      const targetKey = this.#sealer.lookup('target', message.target)
      const body = this.#sealer.seal(new TextEncoder().encode(JSON.stringify(message)), targetKey)
      await client.query('insert into smdp.message (target_key, body) values ($1, $2)', [targetKey, body])
    }
    return change.result
  }

  async #write(client: pg.PoolClient, profile: Profile): Promise<void> {
    const { package: upp, ...rest } = profile
    const { iccid, operator, order, downloads, state, profileType } = profile
    const key = this.#sealer.lookup('iccid', iccid)
    const isOpen = state === 'Released' || state === 'Downloaded'
    const isDefault = isOpen && order?.eid !== undefined && order.matchingId === ''
    await client.query(
      `insert into smdp.profile (key, operator, profile_type, state, matching_key, default_key, call_key,
                                 transaction_keys, body, package, updated_at, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, to_timestamp($11 / 1000.0), to_timestamp($12 / 1000.0))
       on conflict (key) do update set operator = excluded.operator, profile_type = excluded.profile_type,
         state = excluded.state, matching_key = excluded.matching_key, default_key = excluded.default_key,
         call_key = excluded.call_key, transaction_keys = excluded.transaction_keys, body = excluded.body,
         package = excluded.package, updated_at = excluded.updated_at, expires_at = excluded.expires_at`,
      [
        key,
        operator,
        profileType,
        state,
        order?.matchingId ? this.#sealer.lookup('matching', order.matchingId) : null,
        isDefault ? this.#sealer.lookup('default', order.eid) : null,
        order ? this.#sealer.lookup('call', `${operator}\0${order.callId}`) : null,
        downloads.map((download) => this.#sealer.lookup('transaction', toHex(download.transactionId))),
        this.#sealer.seal(bytesToJson(rest), key),
        upp ? this.#sealer.seal(upp, Buffer.concat([key, PACKAGE_PLACE])) : null,
        profile.updatedAtMs,
        order?.expiresAtMs ?? null,
      ],
    )
  }

  #open(row: Row): Profile {
    const rest = bytesFromJson(this.#sealer.open(row.body, row.key)) as Omit<Profile, 'package'>
    if (!row.package) return rest
    const upp = this.#sealer.open(row.package, Buffer.concat([row.key, PACKAGE_PLACE]))
    return { ...rest, package: Uint8Array.from(upp) }
  }
}
