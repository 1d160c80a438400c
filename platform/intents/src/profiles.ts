import { refuse } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { Db, Store } from '@gesim/store'
import type { Intent, ProfileInUse, Profiles, Qos } from '@gesim/wire'
import { sql } from 'kysely'
import { intentsOf, lockIntent } from './table.ts'
import { viewIntents } from './view.ts'

/** More purchases than these at once nobody has; the newest are shown. */
const MOST = 100

/** Purchases with a profile that is, or will be, on a phone. */
const HELD: ReadonlySet<Intent['state']> = new Set([
  'funded',
  'ordered',
  'ready',
  'installed',
  'active',
  'finishing',
])

/**
 * Which eSIM is in use, of those whose service is on: the one that was heard of last. A phone tells nobody which of its
 * profiles is enabled; data that was counted does, else that it joined the network, else that the service was switched on.
 * Pure. A tie goes to the later purchase.
 */
export function profileInUse(intents: readonly Intent[]): ProfileInUse | null {
  const signs = intents
    .filter(({ state }) => state === 'active')
    .map((intent) => ({ intent, sign: lastSignOf(intent) }))
    .sort((a, b) => b.sign.atMs - a.sign.atMs || b.intent.createdAtMs - a.intent.createdAtMs)
  const [latest] = signs
  return latest ? { intentId: latest.intent.intentId, ...latest.sign } : null
}

function lastSignOf({ usage, timeline, createdAtMs }: Intent): Omit<ProfileInUse, 'intentId'> {
  const used = usage && BigInt(usage.bytes) > 0n ? usage.asOfMs : 0
  const connected = timeline.find(({ step }) => step === 'connected')?.atMs ?? 0
  if (used > 0 && used >= connected) return { atMs: used, by: 'usage' }
  if (connected > 0) return { atMs: connected, by: 'connected' }
  return { atMs: timeline.at(-1)?.atMs ?? createdAtMs, by: 'activated' }
}

/** What matters most to an account where nothing else is said; a balance before it ever said anything. */
export async function preferenceOf(db: Db, account: Hex): Promise<Qos> {
  const { rows } = await sql<{ qos: Qos }>`select qos from gesim.intents_preferences
    where account = ${account}`.execute(db)
  return rows[0]?.qos ?? 'balanced'
}

export async function prefer(db: Db, account: Hex, qos: Qos): Promise<void> {
  await sql`insert into gesim.intents_preferences (account, qos) values (${account}, ${qos})
    on conflict (account) do update set qos = excluded.qos, changed_at = now()`.execute(db)
}

/** The traveller's eSIMs that are not over. */
export async function profilesOf(store: Store, account: Hex): Promise<Profiles> {
  const rows = await intentsOf(store.db, account, new Date(Date.now() + 60_000), MOST)
  const profiles = await viewIntents(
    store,
    rows.filter((row) => HELD.has(row.state)),
  )
  return { preference: await preferenceOf(store.db, account), inUse: profileInUse(profiles), profiles }
}

/**
 * Sets what matters most for one purchase, for every later choice of a network. The same again says nothing again. Throws
 * `intents.unknown`, `intents.over`.
 */
export async function preferFor(store: Store, account: Hex, intentId: Hex, qos: Qos): Promise<void> {
  await store.tx(async (tx) => {
    const row = await lockIntent(tx, intentId.toLowerCase() as Hex)
    if (!row || row.payer !== account) throw refuse('intents.unknown', { intentId: intentId.toLowerCase() })
    if (!HELD.has(row.state) && row.state !== 'drafted')
      throw refuse('intents.over', { intentId: row.intent_id, state: row.state })
    if (row.qos === qos) return
    await sql`update gesim.intents_intents set qos = ${qos} where intent_id = ${row.intent_id}`.execute(tx)
    await store.append(tx, 'preference.changed', row.intent_id, { qos })
  })
}
