import { type Clock, refuse } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import { type Db, type Holding, intentsHeld, readHeld, type Store, type Tx } from '@gesim/store'
import type { Ending, EndingPreview } from '@gesim/wire'
import { sql } from 'kysely'
import { decideEnding } from './decide.ts'
import type { Accounts } from './ports.ts'
import type { SessionFacts } from './sessions.ts'
import { secretHash } from './subject.ts'

/** Endings looked at in one round. */
const AT_ONCE = 20
/** For how long after its end an ending can be asked about. */
const KEPT_DAYS = 7

interface EndingRow {
  receipt_hash: Buffer
  account: Hex | null
  asked_at: Date
  minted: boolean
  tries: number
  tried_at: Date | null
  burn_tx: Hex | null
  done_at: Date | null
}

type Who = Pick<SessionFacts, 'subject' | 'account'>

/** What ending the account would do: which rows go, which stay, and the purchases that are not over. */
export async function previewEnding(
  store: Store,
  holdings: readonly Holding[],
  who: Who,
): Promise<EndingPreview> {
  const intents = await intentsHeld(store.db, holdings, who)
  const held = await readHeld(store.db, holdings, { ...who, intents }, { most: 1 })
  return {
    account: who.account,
    groups: held.map(({ holding, total }) => ({
      group: holding.group as EndingPreview['groups'][number]['group'],
      total,
      deleted: holding.forgotten === true,
      until: holding.until as EndingPreview['groups'][number]['until'],
    })),
    purchases: await runningPurchases(store.db, who.account),
  }
}

/** Purchases with money in the escrow, or with a payment on its way there that was signed ahead: all that are not over. */
async function runningPurchases(db: Db | Tx, account: Hex | null): Promise<EndingPreview['purchases']> {
  const { rows } = await sql<{
    intent_id: Hex
    state: EndingPreview['purchases'][number]['state']
    provision_by: bigint
    deadline: bigint
  }>`select intent_id, state, (terms ->> 'provisionBy')::bigint as provision_by, (terms ->> 'deadline')::bigint as deadline
    from gesim.intents_facts where payer = ${account}
      and state not in ('settled', 'refunded', 'lapsed') and (state <> 'drafted' or renewed) order by intent_id limit 200`.execute(
    db,
  )
  return rows.map((row) => ({
    intentId: row.intent_id,
    state: row.state,
    provisionBy: Number(row.provision_by),
    deadline: Number(row.deadline),
  }))
}

/**
 * Ends the account of a sign-in, in one commit: whoever it was cannot be told from the rows that stay. Purchases that
 * run must be named in `leaving`, so that none is left behind unseen; they go on without a sign-in. `receipt` is a number
 * that the caller made: by it the caller learns whether a request whose answer was lost was done. Throws
 * `identity.not-fresh`, `identity.purchases-run`, `identity.no-session` where another request was first.
 */
export async function endAccount(
  store: Store,
  session: SessionFacts,
  receipt: string,
  leaving: readonly string[],
): Promise<void> {
  if (session.freshUntilMs < Date.now()) throw refuse('identity.not-fresh')
  const { subject } = session
  await store.tx(async (tx) => {
    const locked =
      await sql`select from gesim.identity_subjects where subject_ref = ${subject} for update`.execute(tx)
    if (!locked.rows.length) throw refuse('identity.no-session')
    const { rows } = await sql<{ account: Hex; owner: Hex; token_id: string | null }>`
      delete from gesim.identity_accounts where subject_ref = ${subject}
      returning account, owner, token_id`.execute(tx)
    const own = rows[0]
    const named = new Set(leaving.map((id) => id.toLowerCase()))
    const unseen = (await runningPurchases(tx, own?.account ?? null)).find((one) => !named.has(one.intentId))
    if (unseen) throw refuse('identity.purchases-run', { intentId: unseen.intentId })
    if (own) await sql`delete from gesim.identity_challenges where address = ${own.owner}`.execute(tx)
    // Takes sessions, share, releases and sealed seeds along, and the salt: the reference can never be computed again.
    await sql`delete from gesim.identity_subjects where subject_ref = ${subject}`.execute(tx)
    await sql`insert into gesim.identity_endings (receipt_hash, account, minted, done_at)
      values (${secretHash(receipt)}, ${own?.account ?? null}, ${own?.token_id != null},
        ${own ? null : sql`now()`})`.execute(tx)
    if (own) await store.append(tx, 'account.forgotten', null, { account: own.account })
  })
}

/** How far an ending is. Throws `identity.ending-unknown`. */
export async function findEnding(db: Db, receipt: string): Promise<Ending> {
  const { rows } = await sql<EndingRow>`select * from gesim.identity_endings
    where receipt_hash = ${secretHash(receipt)}`.execute(db)
  const row = rows[0]
  if (!row) throw refuse('identity.ending-unknown')
  return {
    askedAtMs: row.asked_at.getTime(),
    token: row.account === null ? 'none' : row.done_at ? 'gone' : 'leaving',
    ...(row.burn_tx ? { txHash: row.burn_tx } : {}),
  }
}

/** Refuses a new registration of an account whose old token is still being taken back: the two would meet on chain. */
export async function requireNoEnding(tx: Tx, account: Hex): Promise<void> {
  const { rows } = await sql`select from gesim.identity_endings
    where account = ${account} and done_at is null limit 1`.execute(tx)
  if (rows.length) throw refuse('identity.account-ending', { account })
}

/** Brings the tokens of ended accounts off the chain, again and again until they are, and forgets what is long done. */
export async function settleEndings(tx: Tx, store: Store, accounts: Accounts, clock: Clock): Promise<void> {
  const { rows } = await sql<EndingRow & { account: Hex }>`select * from gesim.identity_endings
    where done_at is null order by minted desc, tried_at nulls first limit ${AT_ONCE}`.execute(tx)
  const now = clock.nowMs()
  // Reads end here: a transaction that has written holds back every reader of the journal.
  const looks = await Promise.all(
    rows.map(async (row) => ({ row, token: await accounts.tokenOf(row.account) })),
  )
  for (const { row, token } of looks) {
    const step = decideEnding({
      ...token,
      minted: row.minted || token.held || token.revoked,
      tries: row.tries,
      sinceAskedMs: now - row.asked_at.getTime(),
      sinceTryMs: row.tried_at && now - row.tried_at.getTime(),
    })
    if (step === 'done')
      await sql`update gesim.identity_endings set done_at = now()
        where receipt_hash = ${row.receipt_hash}`.execute(tx)
    if (step !== 'burn') continue
    await sql`update gesim.identity_endings set tries = tries + 1, tried_at = now(), minted = true
      where receipt_hash = ${row.receipt_hash}`.execute(tx)
    await store.append(tx, 'burn.wanted', null, {
      account: row.account,
      tokenId: BigInt(row.account).toString(),
      held: token.held,
    })
  }
  await sql`delete from gesim.identity_endings
    where done_at < now() - make_interval(days => ${KEPT_DAYS})`.execute(tx)
}

/** Notes what the chain says about a token. */
export async function noteToken(
  tx: Tx,
  account: Hex,
  token: { readonly minted: true } | { readonly burnedBy: Hex },
): Promise<void> {
  if ('minted' in token)
    await sql`update gesim.identity_endings set minted = true
      where account = ${account} and done_at is null`.execute(tx)
  else
    await sql`update gesim.identity_endings set minted = true, burn_tx = coalesce(burn_tx, ${token.burnedBy})
      where account = ${account}`.execute(tx)
}
