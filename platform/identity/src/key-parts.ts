import { refuse } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { Store, Tx } from '@gesim/store'
import { sql } from 'kysely'
import type { Accounts } from './ports.ts'
import { seal, unseal } from './seal.ts'
import type { SessionFacts } from './sessions.ts'

/** Releases of a share within an hour. */
const RELEASES_PER_HOUR = 5
/** Keys of which a sign-in may begin to keep parts within a day: each change of a key is one. */
const KEYS_PER_DAY = 20
/** How long the parts of a replaced key are still there: a block with the change may be undone by a reorg. */
const RETIRED_HOURS = 1

/**
 * The parts from which a wallet's key is put together, by key: a new key's parts lie beside the old one's until the chain
 * has replaced it, so that at every moment the key that opens the account is kept.
 */
export function makeKeyParts(options: {
  readonly store: Store
  readonly sealKey: Uint8Array
  readonly accounts: Accounts
}) {
  const { store, accounts, sealKey } = options

  /** Refuses a key too many. The row of the sign-in is locked, so that parallel requests are counted one after the other. */
  async function requireRoom(tx: Tx, subject: string, owner: Hex): Promise<void> {
    await sql`select from gesim.identity_subjects where subject_ref = ${subject} for update`.execute(tx)
    const { rows } = await sql<{ n: bigint }>`select count(distinct owner) as n from (
        select owner, stored_at as at from gesim.identity_shares where subject_ref = ${subject}
        union all select owner, created_at from gesim.identity_seals where subject_ref = ${subject}) parts
      where owner <> ${owner} and at > now() - interval '1 day'`.execute(tx)
    if (rows[0]!.n >= KEYS_PER_DAY) throw refuse('identity.too-many-keys')
  }

  return {
    async putShare(subject: string, owner: Hex, share: string): Promise<void> {
      const key = owner.toLowerCase() as Hex
      await store.tx(async (tx) => {
        await requireRoom(tx, subject, key)
        await sql`insert into gesim.identity_shares (subject_ref, owner, sealed)
          values (${subject}, ${key}, ${seal(sealKey, `share:${subject}`, share)})
          on conflict (subject_ref, owner) do update set sealed = excluded.sealed, stored_at = now()`.execute(
          tx,
        )
      })
    },

    /** Gives the share of the present key to a fresh sign-in, a few times an hour at most. */
    async releaseShare(session: SessionFacts): Promise<string> {
      if (session.freshUntilMs < Date.now()) throw refuse('identity.not-fresh')
      const sealed = await store.tx(async (tx: Tx) => {
        // Locks the share, so that parallel requests are counted one after the other.
        const { rows } = await sql<{ sealed: Buffer }>`select s.sealed from gesim.identity_shares s
          where s.subject_ref = ${session.subject} and s.owner =
            (select a.owner from gesim.identity_accounts a where a.subject_ref = s.subject_ref)
          for update`.execute(tx)
        if (!rows[0]) throw refuse('identity.no-share')
        const count = await sql<{ n: bigint }>`select count(*) as n from gesim.identity_share_releases
          where subject_ref = ${session.subject} and at > now() - interval '1 hour'`.execute(tx)
        if (count.rows[0]!.n >= RELEASES_PER_HOUR) throw refuse('identity.too-many-releases')
        await sql`insert into gesim.identity_share_releases (subject_ref) values (${session.subject})`.execute(
          tx,
        )
        return rows[0].sealed
      })
      return unseal(sealKey, `share:${session.subject}`, sealed)
    },

    /** Keeps a seed that a passkey of the traveller sealed. */
    async putSeal(subject: string, credentialId: string, owner: Hex, sealedSeed: string): Promise<void> {
      const key = owner.toLowerCase() as Hex
      await store.tx(async (tx) => {
        await requireRoom(tx, subject, key)
        const known = await sql`update gesim.identity_passkeys set seals = true
          where subject_ref = ${subject} and credential_id = ${credentialId}`.execute(tx)
        if (!known.numAffectedRows) throw refuse('identity.passkey-unknown')
        await sql`insert into gesim.identity_seals (subject_ref, credential_id, owner, sealed_seed)
          values (${subject}, ${credentialId}, ${key}, ${sealedSeed})
          on conflict (subject_ref, credential_id, owner) do update set sealed_seed = excluded.sealed_seed`.execute(
          tx,
        )
      })
    },

    /**
     * Which key signs for a deployed account now, as the chain says: the registered one, else one whose parts lie here. Where
     * it is another one, the register follows and the parts of the replaced one are retired. Null when it is none of them.
     */
    async follow(subject: string, account: Hex, registered: Hex): Promise<Hex | null> {
      if (await accounts.signs(account, registered)) return registered
      const { rows } = await sql<{
        owner: Hex
      }>`select owner from gesim.identity_shares where subject_ref = ${subject}
        union select owner from gesim.identity_seals where subject_ref = ${subject}`.execute(store.db)
      const others = rows.map((row) => row.owner).filter((owner) => owner !== registered)
      const sign = await Promise.all(others.map((owner) => accounts.signs(account, owner)))
      const owner = others.find((_, place) => sign[place])
      if (!owner) return null
      await store.tx(async (tx) => {
        const moved = await sql`update gesim.identity_accounts set owner = ${owner}
          where subject_ref = ${subject} and owner = ${registered}`.execute(tx)
        if (!moved.numAffectedRows) return
        for (const table of [sql.table('gesim.identity_shares'), sql.table('gesim.identity_seals')])
          await sql`update ${table} set retired_at = case when owner = ${owner} then null else now() end
            where subject_ref = ${subject} and owner in (${owner}, ${registered})`.execute(tx)
        // The file that was saved belongs to the replaced key.
        await sql`update gesim.identity_subjects set recovery_saved = false
          where subject_ref = ${subject}`.execute(tx)
      })
      return owner
    },
  }
}

/** Deletes the parts of keys that were replaced. */
export async function sweepRetired(tx: Tx): Promise<void> {
  const before = sql`now() - make_interval(hours => ${RETIRED_HOURS})`
  await sql`delete from gesim.identity_shares where retired_at < ${before}`.execute(tx)
  await sql`delete from gesim.identity_seals where retired_at < ${before}`.execute(tx)
}
