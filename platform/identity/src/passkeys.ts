import { randomBytes } from 'node:crypto'
import { refuse } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { Store } from '@gesim/store'
import type { Passkey } from '@gesim/wire'
import { sql } from 'kysely'
import { openSession, type SessionFacts } from './sessions.ts'
import { secretHash } from './subject.ts'
import { challengeOf, checkAssertion, type RelyingParty, readNewPasskey } from './webauthn.ts'

const CHALLENGE_SECONDS = 300
/** Passkeys of one sign-in. */
const MOST_PASSKEYS = 20

export interface PasskeysOptions {
  readonly store: Store
  readonly party: RelyingParty
  readonly sessionDays: number
  /** Providers by which one can still sign in. */
  readonly providerIds: readonly string[]
}

/** What a browser hands over of an assertion, as base64url. */
export interface Signed {
  readonly credentialId: string
  readonly clientData: string
  readonly authenticatorData: string
  readonly signature: string
  readonly userHandle?: string
}

/** Passkeys: making them known, signing in with them, taking them away. */
export function makePasskeys(options: PasskeysOptions) {
  const { store, party } = options

  /** Uses a challenge up, whatever comes of it. `bound` is the secret of the cookie that it was given to. */
  async function useChallenge(clientData: Uint8Array, bound: string | undefined, adding: boolean) {
    const { rows } = await sql`delete from gesim.identity_passkey_challenges
      where challenge_hash = ${secretHash(challengeOf({ clientData }))} and adding = ${adding}
        and bound_hash = ${secretHash(bound ?? '')} and expires_at > now() returning 1`.execute(store.db)
    if (rows.length === 0) throw refuse('identity.passkey-challenge-unknown')
  }

  return {
    party,

    async challenge(bound: string, adding: boolean): Promise<string> {
      const challenge = randomBytes(32).toString('base64url')
      await sql`insert into gesim.identity_passkey_challenges values (${secretHash(challenge)}, ${secretHash(bound)},
        ${adding}, now() + make_interval(secs => ${CHALLENGE_SECONDS}))`.execute(store.db)
      return challenge
    },

    /** Keeps a new passkey. It may sign in only where the sign-in that adds it is fresh: a stolen cookie must not stay. */
    async add(
      session: SessionFacts,
      bound: string | undefined,
      made: { credentialId: string; clientData: string; authenticatorData: string },
    ): Promise<Passkey> {
      const clientData = bytesOf(made.clientData)
      await useChallenge(clientData, bound, true)
      const authenticatorData = bytesOf(made.authenticatorData)
      const passkey = readNewPasskey(party, { clientData, authenticatorData }, made.credentialId)
      const signsIn = session.freshUntilMs >= Date.now()
      await store.tx(async (tx) => {
        await sql`select from gesim.identity_subjects where subject_ref = ${session.subject} for update`.execute(
          tx,
        )
        const { rows } = await sql<{ n: bigint }>`select count(*) as n from gesim.identity_passkeys
          where subject_ref = ${session.subject}`.execute(tx)
        if (rows[0]!.n >= MOST_PASSKEYS) throw refuse('identity.too-many-passkeys', { most: MOST_PASSKEYS })
        const kept = await sql`insert into gesim.identity_passkeys
            (subject_ref, credential_id, public_key, sign_count, signs_in)
          values (${session.subject}, ${passkey.credentialId}, ${passkey.publicKey}, ${passkey.signCount}, ${signsIn})
          on conflict do nothing`.execute(tx)
        if (!kept.numAffectedRows) throw refuse('identity.passkey-taken')
      })
      return (await this.list(session.subject)).find((one) => one.credentialId === passkey.credentialId)!
    },

    /** Signs in by an assertion. The session is fresh: the person was verified just now. */
    async finish(signed: Signed, bound: string | undefined, replaces: string | undefined): Promise<string> {
      const clientData = bytesOf(signed.clientData)
      await useChallenge(clientData, bound, false)
      return await store.tx(async (tx) => {
        // Locked: of two assertions with the same counter one only counts.
        const { rows } = await sql<{
          subject_ref: string
          public_key: Hex
          sign_count: bigint
          account: Hex | null
        }>`select p.subject_ref, p.public_key, p.sign_count,
            (select account from gesim.identity_accounts a where a.subject_ref = p.subject_ref) as account
          from gesim.identity_passkeys p
          where p.credential_id = ${signed.credentialId} and p.signs_in for update`.execute(tx)
        const known = rows[0]
        if (!known) throw refuse('identity.passkey-unknown')
        // Step 6 of section 7.2: the handle in the passkey names the same person as the credential does.
        if (signed.userHandle !== undefined && userHandleOf(known.account) !== signed.userHandle)
          throw refuse('identity.passkey-wrong', { why: 'person' })
        const signCount = checkAssertion(
          party,
          { publicKey: known.public_key, signCount: Number(known.sign_count) },
          {
            clientData,
            authenticatorData: bytesOf(signed.authenticatorData),
            signature: bytesOf(signed.signature),
          },
        )
        await sql`update gesim.identity_passkeys set sign_count = ${signCount}, used_at = now()
          where subject_ref = ${known.subject_ref} and credential_id = ${signed.credentialId}`.execute(tx)
        return await openSession(tx, known.subject_ref, options.sessionDays, true, replaces)
      })
    },

    async list(subject: string): Promise<Passkey[]> {
      const { rows } = await sql<{
        credential_id: string
        public_key: Hex | null
        signs_in: boolean
        seals: boolean
        sealed_seed: string | null
        created_at: Date
        used_at: Date | null
      }>`select p.credential_id, p.public_key, p.signs_in, p.seals, s.sealed_seed, p.created_at, p.used_at
        from gesim.identity_passkeys p
          left join gesim.identity_accounts a using (subject_ref)
          left join gesim.identity_seals s
            on s.subject_ref = p.subject_ref and s.credential_id = p.credential_id and s.owner = a.owner
        where p.subject_ref = ${subject} order by p.created_at limit ${MOST_PASSKEYS}`.execute(store.db)
      return rows.map((row) => ({
        credentialId: row.credential_id,
        publicKey: row.public_key,
        signsIn: row.signs_in,
        seals: row.seals,
        sealedSeed: row.sealed_seed,
        createdAtMs: row.created_at.getTime(),
        usedAtMs: row.used_at?.getTime() ?? null,
      }))
    },

    /** Lets a passkey sign in or no longer; `remove` forgets it with all it sealed. The last way in stays. */
    async change(
      session: SessionFacts,
      credentialId: string,
      change: 'allow' | 'forbid' | 'remove',
    ): Promise<void> {
      if (session.freshUntilMs < Date.now()) throw refuse('identity.not-fresh')
      const { subject } = session
      await store.tx(async (tx) => {
        const { rows } = await sql<{ way: string | null }>`select way from gesim.identity_subjects
          where subject_ref = ${subject} for update`.execute(tx)
        const passkeys = await sql<{ credential_id: string; signs_in: boolean; public_key: Hex | null }>`
          select credential_id, signs_in, public_key from gesim.identity_passkeys
          where subject_ref = ${subject}`.execute(tx)
        const mine = passkeys.rows.find((row) => row.credential_id === credentialId)
        // One without a key kept cannot be checked, so it signs nobody in.
        if (!mine || (change === 'allow' && mine.public_key === null))
          throw refuse('identity.passkey-unknown')
        const others = passkeys.rows.some((row) => row !== mine && row.signs_in)
        if (change !== 'allow' && mine.signs_in && !others && !hasWay(rows[0]?.way ?? null))
          throw refuse('identity.last-way')
        if (change === 'remove')
          await sql`delete from gesim.identity_passkeys
            where subject_ref = ${subject} and credential_id = ${credentialId}`.execute(tx)
        else
          await sql`update gesim.identity_passkeys set signs_in = ${change === 'allow'}
            where subject_ref = ${subject} and credential_id = ${credentialId}`.execute(tx)
      })
    },
  }

  /** Whether one can sign in the way one did before: the operator may have taken a provider away. */
  function hasWay(way: string | null): boolean {
    if (way === null) return options.providerIds.length > 0
    return way === WALLET_WAY || options.providerIds.includes(way)
  }
}

/** The schema of the route has let nothing but base64url in. */
function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'base64url')
}

/** Signing in with the key of a wallet, among the ids of providers. */
export const WALLET_WAY = 'wallet'

/** The user handle that the browser gives a passkey: of the account, which is public and names nobody. */
export function userHandleOf(account: Hex | null): string | undefined {
  return account ? Buffer.from(account.toLowerCase().slice(2, 34)).toString('base64url') : undefined
}

/** Deletes challenges that nobody answered. */
export async function sweepChallenges(tx: Parameters<typeof openSession>[0]): Promise<void> {
  await sql`delete from gesim.identity_passkey_challenges where expires_at < now()`.execute(tx)
}
