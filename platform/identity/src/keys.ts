import { randomBytes } from 'node:crypto'
import { refuse } from '@gesim/base'
import type { Db } from '@gesim/store'
import type { ApiKey } from '@gesim/wire'
import { sql } from 'kysely'
import type { SeedKey } from './settings.ts'
import { secretHash } from './subject.ts'

interface KeyRow {
  id: string
  prefix: string
  name: string
  role: ApiKey['role']
  carrier_id: number | null
  books: number[]
  created_at: Date
  used_at: Date | null
  expires_at: Date | null
}

/** A living key, as a request bears it. */
export interface KeyFacts {
  readonly id: string
  readonly role: ApiKey['role']
  readonly carrierId: number | null
  readonly books: readonly number[]
}

const KEY = /^Bearer (gs_(?:test|live)_[A-Za-z0-9_-]{20,64})$/

/** The living key in an Authorization header; undefined for none, or for one that is not an API key. */
export async function findKey(db: Db, authorization: string | undefined): Promise<KeyFacts | undefined> {
  const secret = KEY.exec(authorization ?? '')?.[1]
  if (!secret) return undefined
  const { rows } = await sql<{
    id: string
    role: ApiKey['role']
    carrier_id: number | null
    books: number[]
    used_at: Date | null
  }>`select id, role, carrier_id, books, used_at from gesim.identity_api_keys
    where key_hash = ${secretHash(secret)} and ended_at is null and (expires_at is null or expires_at > now())`.execute(
    db,
  )
  const row = rows[0]
  if (!row) return undefined
  if (!row.used_at || Date.now() - row.used_at.getTime() > 60_000)
    await sql`update gesim.identity_api_keys set used_at = now() where id = ${row.id}`.execute(db)
  return { id: row.id, role: row.role, carrierId: row.carrier_id, books: row.books }
}

export async function listKeys(db: Db): Promise<ApiKey[]> {
  const { rows } =
    await sql<KeyRow>`select id, prefix, name, role, carrier_id, books, created_at, used_at, expires_at
    from gesim.identity_api_keys where ended_at is null order by created_at desc limit 200`.execute(db)
  return rows.map(toKey)
}

/** Makes a key. The secret is returned once and stored as a hash. */
export async function createKey(
  db: Db,
  wish: {
    name: string
    role?: ApiKey['role']
    carrierId?: number
    books?: readonly number[]
    validDays?: number
  },
  live: boolean,
): Promise<{ key: ApiKey; secret: string }> {
  const secret = `gs_${live ? 'live' : 'test'}_${randomBytes(24).toString('base64url')}`
  const { rows } = await sql<KeyRow>`
    insert into gesim.identity_api_keys (id, key_hash, prefix, name, role, carrier_id, books, expires_at)
    values (${`k_${randomBytes(9).toString('base64url')}`}, ${secretHash(secret)}, ${secret.slice(0, 12)}, ${wish.name},
      ${wish.role ?? 'developer'}, ${wish.carrierId ?? null}, ${wish.books ?? []}::integer[],
      ${wish.validDays ? sql`now() + make_interval(days => ${wish.validDays})` : null})
    returning id, prefix, name, role, carrier_id, books, created_at, used_at, expires_at`.execute(db)
  return { key: toKey(rows[0]!), secret }
}

/** Ends a key. Throws `identity.key-unknown`. */
export async function endKey(db: Db, id: string): Promise<void> {
  const { numAffectedRows } = await sql`update gesim.identity_api_keys set ended_at = now()
    where id = ${id} and ended_at is null`.execute(db)
  if (!numAffectedRows) throw refuse('identity.key-unknown', { id })
}

/** Makes sure that the keys of the settings exist, with the roles that the settings say. */
export async function seedKeys(db: Db, keys: readonly SeedKey[]): Promise<void> {
  for (const one of keys)
    await sql`insert into gesim.identity_api_keys (id, key_hash, prefix, name, role, carrier_id, books)
      values (${`k_${secretHash(one.key).toString('base64url').slice(0, 12)}`}, ${secretHash(one.key)},
        ${one.key.slice(0, 12)}, ${one.name ?? 'from the settings'}, ${one.role}, ${one.carrierId ?? null},
        ${[...(one.books ?? [])]}::integer[])
      on conflict (key_hash) do update set role = excluded.role, carrier_id = excluded.carrier_id,
        books = excluded.books, ended_at = null`.execute(db)
}

function toKey(row: KeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    role: row.role,
    ...(row.carrier_id === null ? {} : { carrierId: row.carrier_id, books: row.books }),
    createdAtMs: row.created_at.getTime(),
    ...(row.used_at ? { usedAtMs: row.used_at.getTime() } : {}),
    ...(row.expires_at ? { expiresAtMs: row.expires_at.getTime() } : {}),
  }
}
