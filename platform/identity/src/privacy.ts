import type { Hex } from '@gesim/journey'
import { type Held, type Holding, intentsHeld, readHeld, type Store } from '@gesim/store'
import { type StoredGroup, storedWords } from '@gesim/wire'

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
