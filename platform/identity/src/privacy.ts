import type { Store } from '@gesim/store'
import { sql } from 'kysely'
import { prefixOf } from './subject.ts'

/** One stored thing about a traveller. */
export interface StoredFact {
  readonly what: string
  readonly value: string
  readonly why: string
  readonly until: string
}

const shorten = (text: string) => (text.length > 20 ? `${text.slice(0, 12)}…${text.slice(-4)}` : text)

/** Everything that identity holds about a subject, from the real rows. */
export async function storedAbout(store: Store, subject: string): Promise<StoredFact[]> {
  const { rows } = await sql<{
    account: string | null
    owner: string | null
    commitment: string | null
    sessions: bigint
    share_stored: Date | null
    releases: bigint
    passkeys: bigint
    recovery_saved: boolean
  }>`select a.account, a.owner, a.commitment, s.recovery_saved, h.stored_at as share_stored,
      (select count(*) from gesim.identity_sessions x where x.subject_ref = s.subject_ref) as sessions,
      (select count(*) from gesim.identity_share_releases x where x.subject_ref = s.subject_ref) as releases,
      (select count(*) from gesim.identity_passkeys x where x.subject_ref = s.subject_ref) as passkeys
    from gesim.identity_subjects s
    left join gesim.identity_accounts a using (subject_ref) left join gesim.identity_shares h using (subject_ref)
    where subject_ref = ${subject}`.execute(store.db)
  const row = rows[0]
  if (!row) return []
  const facts: StoredFact[] = [
    {
      what: 'A code that stands for your account',
      value: `${prefixOf(subject)}…`,
      why: 'Recognises you at the next sign-in. A keyed hash; your name, e-mail and provider id are not stored.',
      until: 'Stays while the wallet exists; without the key it means nothing.',
    },
    {
      what: 'Sessions',
      value: String(row.sessions),
      why: 'Hashes of the cookies that keep you signed in.',
      until: 'Sign-out, or 30 days.',
    },
  ]
  if (row.account)
    facts.push(
      {
        what: 'Account',
        value: shorten(row.account),
        why: 'Your smart wallet, public on chain.',
        until: 'For ever: chain history cannot be deleted.',
      },
      {
        what: 'Owner key',
        value: shorten(row.owner ?? ''),
        why: 'The public address of the key that signs for the wallet.',
        until: 'As long as the account.',
      },
      {
        what: 'Identity commitment',
        value: shorten(row.commitment ?? ''),
        why: 'Stands in your soulbound token; a keyed hash.',
        until: 'For ever: it is on chain.',
      },
    )
  if (row.share_stored)
    facts.push({
      what: 'One of the three parts of your key',
      value: 'sealed',
      why: 'One of three shares; alone it opens nothing.',
      until: 'Until you delete it.',
    })
  if (row.releases > 0n)
    facts.push({
      what: 'Releases of the share',
      value: String(row.releases),
      why: 'So that you notice if somebody else asked for it.',
      until: 'Seven days.',
    })
  if (row.passkeys > 0n)
    facts.push({
      what: 'Sealed seeds',
      value: String(row.passkeys),
      why: 'Ciphertexts that only your passkeys open.',
      until: 'Until you delete them.',
    })
  if (row.recovery_saved)
    facts.push({
      what: 'Recovery note',
      value: 'saved',
      why: 'You said that the recovery share is stored, so we stop reminding you.',
      until: 'As long as the wallet.',
    })
  return facts
}

/**
 * Deletes what can be deleted: sessions, share, sealed seeds. The link from sign-in to account stays where there is an
 * account, else its owner would find an empty wallet at the next sign-in and its money out of reach.
 */
export async function forget(store: Store, subject: string): Promise<void> {
  await store.tx(async (tx) => {
    await sql`delete from gesim.identity_shares where subject_ref = ${subject}`.execute(tx)
    await sql`delete from gesim.identity_share_releases where subject_ref = ${subject}`.execute(tx)
    await sql`delete from gesim.identity_passkeys where subject_ref = ${subject}`.execute(tx)
    await sql`delete from gesim.identity_sessions where subject_ref = ${subject}`.execute(tx)
    await sql`delete from gesim.identity_subjects s where subject_ref = ${subject}
      and not exists (select from gesim.identity_accounts a where a.subject_ref = s.subject_ref)`.execute(tx)
  })
}
