import { randomBytes } from 'node:crypto'
import type { Hex } from '@gesim/journey'
import type { Db, Tx } from '@gesim/store'
import { sql } from 'kysely'
import { lookupOf, type Pepper, SALT_BYTES, secretHash, subjectRef } from './subject.ts'

/** How long after a sign-in secrets may be released. */
export const FRESH_SECONDS = 300

/** A living session. */
export interface SessionFacts {
  readonly publicId: string
  readonly subject: string
  readonly account: Hex | null
  readonly freshUntilMs: number
  readonly expiresAtMs: number
}

/**
 * Finds or makes the subject of a sign-in. What was found by an older pepper is found by the newest one from now on. `way`
 * is the id of the provider, by which it is known later whether that way is still open.
 */
export async function subjectOf(
  tx: Tx,
  peppers: readonly Pepper[],
  issuer: string,
  subject: string,
  way: string,
): Promise<string> {
  const pepper = peppers.at(-1)!
  const newest = lookupOf(pepper, issuer, subject)
  for (const older of peppers.slice(0, -1).reverse()) {
    const moved = await sql`update gesim.identity_subjects set lookup = ${newest}
      where lookup = ${lookupOf(older, issuer, subject)}
        and not exists (select from gesim.identity_subjects where lookup = ${newest})`.execute(tx)
    if (moved.numAffectedRows) break
  }
  const salt = randomBytes(SALT_BYTES)
  // Locks the row that is there: an account that ends at this moment ends first, and this sign-in is somebody new.
  const { rows } = await sql<{ subject_ref: string }>`
    insert into gesim.identity_subjects (subject_ref, lookup, salt, way)
    values (${subjectRef(pepper, salt, newest)}, ${newest}, ${salt}, ${way})
    on conflict (lookup) do update set lookup = excluded.lookup, way = excluded.way returning subject_ref`.execute(
    tx,
  )
  return rows[0]!.subject_ref
}

/** Opens a session and returns its bearer secret, which is stored nowhere. `replaces` ends the one it takes over from. */
export async function openSession(
  tx: Tx,
  subject: string,
  days: number,
  fresh: boolean,
  replaces?: string,
): Promise<string> {
  const secret = randomBytes(32).toString('base64url')
  if (replaces)
    await sql`delete from gesim.identity_sessions where token_hash = ${secretHash(replaces)}`.execute(tx)
  await sql`insert into gesim.identity_sessions (token_hash, public_id, subject_ref, fresh_until, expires_at)
    values (${secretHash(secret)}, ${randomBytes(9).toString('base64url')}, ${subject},
      now() + make_interval(secs => ${fresh ? FRESH_SECONDS : 0}), now() + make_interval(secs => ${days * 86_400}))`.execute(
    tx,
  )
  return secret
}

/** The session of a bearer secret, if it lives. Notes at most once a minute that it was seen. */
export async function findSession(db: Db, secret: string): Promise<SessionFacts | undefined> {
  const hash = secretHash(secret)
  const { rows } = await sql<{
    public_id: string
    subject_ref: string
    account: Hex | null
    fresh_until: Date
    expires_at: Date
    seen_at: Date
  }>`select s.public_id, s.subject_ref, a.account, s.fresh_until, s.expires_at, s.seen_at
    from gesim.identity_sessions s left join gesim.identity_accounts a using (subject_ref)
    where s.token_hash = ${hash} and s.expires_at > now()`.execute(db)
  const row = rows[0]
  if (!row) return undefined
  if (Date.now() - row.seen_at.getTime() > 60_000)
    await sql`update gesim.identity_sessions set seen_at = now() where token_hash = ${hash}`.execute(db)
  return {
    publicId: row.public_id,
    subject: row.subject_ref,
    account: row.account,
    freshUntilMs: row.fresh_until.getTime(),
    expiresAtMs: row.expires_at.getTime(),
  }
}

export async function endSession(db: Db, secret: string): Promise<void> {
  await sql`delete from gesim.identity_sessions where token_hash = ${secretHash(secret)}`.execute(db)
}

export async function endSessionById(db: Db, subject: string, publicId: string): Promise<void> {
  await sql`delete from gesim.identity_sessions where subject_ref = ${subject} and public_id = ${publicId}`.execute(
    db,
  )
}

/** Deletes what has run out: sessions, sign-ins on their way, challenges, old releases. */
export async function sweep(tx: Tx): Promise<void> {
  await sql`delete from gesim.identity_sessions where expires_at < now()`.execute(tx)
  await sql`delete from gesim.identity_sign_ins where expires_at < now()`.execute(tx)
  await sql`delete from gesim.identity_challenges where expires_at < now()`.execute(tx)
  await sql`delete from gesim.identity_share_releases where at < now() - interval '7 days'`.execute(tx)
}
