import type { Hex } from '@gesim/journey'
import type { Db, Tx } from '@gesim/store'
import { sql } from 'kysely'

/** Browsers of one account: more than anybody has open; the one not renewed for longest goes. */
export const MOST_BROWSERS = 10

export interface SubscriptionRow {
  readonly name: string
  readonly subscription: Buffer
}

/** Keeps a subscription, or renews it; a browser in which another person signed in is theirs from then on. */
export async function keepSubscription(tx: Tx, account: Hex, row: SubscriptionRow): Promise<void> {
  await sql`insert into gesim.web_push_subscriptions (name, account, subscription)
    values (${row.name}, ${account}, ${row.subscription})
    on conflict (name) do update set account = excluded.account, subscription = excluded.subscription,
      renewed_at = now()`.execute(tx)
  await sql`delete from gesim.web_push_subscriptions where name in (
    select name from gesim.web_push_subscriptions where account = ${account}
    order by renewed_at desc, name offset ${MOST_BROWSERS})`.execute(tx)
}

/** Forgets a subscription; of the given account, where one is given. */
export async function dropSubscription(db: Db | Tx, name: string, account?: Hex): Promise<void> {
  await sql`delete from gesim.web_push_subscriptions
    where name = ${name} and (${account ?? null}::text is null or account = ${account ?? null})`.execute(db)
}

export async function dropAccount(tx: Tx, account: Hex): Promise<void> {
  await sql`delete from gesim.web_push_subscriptions where account = ${account}`.execute(tx)
}

export async function dropOld(tx: Tx, keepDays: number): Promise<void> {
  await sql`delete from gesim.web_push_subscriptions
    where renewed_at < now() - make_interval(secs => ${keepDays * 86_400})`.execute(tx)
}

export async function namesOf(tx: Tx, account: Hex): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from gesim.web_push_subscriptions
    where account = ${account} order by name`.execute(tx)
  return rows.map(({ name }) => name)
}

/** A subscription, if it is still this account's. */
export async function findSubscription(db: Db, name: string, account: Hex): Promise<Buffer | undefined> {
  const { rows } = await sql<{ subscription: Buffer }>`select subscription from gesim.web_push_subscriptions
    where name = ${name} and account = ${account}`.execute(db)
  return rows[0]?.subscription
}
