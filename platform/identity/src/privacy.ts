import type { Hex } from '@gesim/journey'
import { type Held, type Holding, intentsHeld, readHeld, type Store } from '@gesim/store'
import { type StoredGroup, storedWords } from '@gesim/wire'
import { sql } from 'kysely'

/** Rows of a group in one answer. */
const ROWS_MOST = 100

/** What to tell: everything from its newest rows, or one group from a place on. */
interface Asked {
  readonly group?: string
  readonly skip?: number
}

/** Everything that the holdings hold about a sign-in and its account, from the real rows. */
export async function storedAbout(
  store: Store,
  holdings: readonly Holding[],
  who: { readonly subject: string; readonly account: Hex | null },
  { group, skip = 0 }: Asked = {},
): Promise<StoredGroup[]> {
  const intents = await intentsHeld(store.db, holdings, who)
  const asked = group === undefined ? holdings : holdings.filter((holding) => holding.group === group)
  const held = await readHeld(store.db, asked, { ...who, intents }, { skip, most: ROWS_MOST })
  return held.map(toGroup)
}

function toGroup({ holding, total, rows }: Held): StoredGroup {
  const { groups, fields, whys, untils } = storedWords
  const group = holding.group as keyof typeof groups
  const why = holding.why as keyof typeof whys
  const until = holding.until as keyof typeof untils
  return {
    group,
    says: groups[group],
    why,
    whySays: whys[why],
    until,
    untilSays: untils[until],
    fields: Object.values(holding.fields).map(({ code, kind }) => {
      const field = code as keyof typeof fields
      return { field, says: fields[field], kind }
    }),
    total,
    rows: rows.map((row) => ({ ...row })),
  }
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
