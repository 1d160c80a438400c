import { fromHex, isFailure, systemClock } from '@gesim/base'
import type { Hex } from '@gesim/journey'
import type { Db } from '@gesim/store'
import { settled, standInIntents, type TestStore, testStore } from '@gesim/store/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decideEnding, type EndingFacts } from './decide.ts'
import {
  endAccount,
  findEnding,
  noteToken,
  previewEnding,
  requireNoEnding,
  settleEndings,
} from './endings.ts'
import { identityHoldings } from './holdings.ts'
import { findSession, openSession, type SessionFacts, subjectOf } from './sessions.ts'
import { commitmentOf } from './subject.ts'

const pepper = { version: 'v1', key: fromHex('11'.repeat(32)) }
const ISSUER = 'https://id.example'
let own: TestStore
let accounts = 0

beforeAll(async () => {
  own = await testStore()
  await standInIntents(own.store)
})
afterAll(() => own?.close())

/** A token on a chain in memory, and how often it was asked for. */
const token = { held: true, revoked: false }
const chain = {
  addressFor: async () => '0x' as Hex,
  deployed: async () => true,
  signs: async () => true,
  tokenOf: async () => ({ ...token }),
}
const settle = (clock = systemClock) => own.store.tx((tx) => settleEndings(tx, own.store, chain, clock))
const receiptOf = (name: string) => name.padEnd(43, 'A')

/** Somebody with everything that identity can keep of them. */
async function person(
  name: string,
  fresh = true,
): Promise<{ session: SessionFacts; account: Hex; owner: Hex }> {
  const number = String(++accounts).padStart(2, '0')
  const account: Hex = `0x${`a${number}0`.repeat(10)}`
  const owner: Hex = `0x${`b${number}0`.repeat(10)}`
  const secret = await own.store.tx(async (tx) => {
    const subject = await subjectOf(tx, [pepper], ISSUER, name, 'local')
    await sql`insert into gesim.identity_accounts (account, subject_ref, owner, first_owner, commitment, token_id)
      values (${account}, ${subject}, ${owner}, ${owner}, ${commitmentOf(pepper, subject)}, '1')`.execute(tx)
    await sql`insert into gesim.identity_shares (subject_ref, owner, sealed) values (${subject}, ${owner}, '\\x00')`.execute(
      tx,
    )
    await sql`insert into gesim.identity_share_releases (subject_ref) values (${subject})`.execute(tx)
    await sql`insert into gesim.identity_passkeys (subject_ref, credential_id) values (${subject}, 'passkey')`.execute(
      tx,
    )
    await sql`insert into gesim.identity_seals values (${subject}, 'passkey', ${owner}, 'sealed')`.execute(tx)
    await sql`insert into gesim.identity_challenges values (${owner}, 1, 'n', now() + interval '1 hour')`.execute(
      tx,
    )
    await openSession(tx, subject, 30, true)
    return await openSession(tx, subject, 30, fresh)
  })
  return { session: (await findSession(own.store.db, secret))!, account, owner }
}

async function purchase(account: Hex, state: string, renewed = false): Promise<Hex> {
  const intentId: Hex = `0x${String(++accounts).padStart(4, '0').repeat(16)}`
  await sql`insert into gesim.intents_facts (intent_id, payer, terms, state, renewed)
    values (${intentId}, ${account}, '{"provisionBy": 100, "deadline": 200}', ${state}, ${renewed})`.execute(
    own.store.db,
  )
  return intentId
}

/** The tables of the database in which a text stands, in any column of any type; every schema but Postgres's own. */
async function tablesWith(db: Db, text: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select format('%I.%I', table_schema, table_name) as name
    from information_schema.tables where table_type = 'BASE TABLE'
      and table_schema not in ('pg_catalog', 'information_schema')`.execute(db)
  const found: string[] = []
  for (const { name } of rows) {
    const here =
      await sql`select from ${sql.raw(name)} t where position(${text} in t::text) > 0 limit 1`.execute(db)
    if (here.rows.length) found.push(name)
  }
  return found
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  return isFailure(failure) ? failure.code : String(failure)
}

test('after the end no table of the database holds the reference, the lookup or the salt of who left', async () => {
  const { db } = own.store
  const { session, account } = await person('ada')
  const { rows } = await sql<{ lookup: string; salt: string }>`select lookup, encode(salt, 'hex') as salt
    from gesim.identity_subjects where subject_ref = ${session.subject}`.execute(db)
  const { lookup, salt } = rows[0]!
  for (const text of [session.subject, lookup, salt]) expect(await tablesWith(db, text)).not.toEqual([])
  expect((await tablesWith(db, session.subject)).length).toBeGreaterThanOrEqual(6)

  await endAccount(own.store, session, receiptOf('ada'), [])
  for (const text of [session.subject, lookup, salt, session.subject.slice(0, 11)])
    expect(await tablesWith(db, text)).toEqual([])
  // The search does find what stays: the account, in the event that tells the other stages.
  expect(await tablesWith(db, account)).toEqual(
    expect.arrayContaining(['gesim.identity_endings', 'gesim.journal']),
  )
  await settled(own.store)
  const told = await own.store.read({ kinds: ['account.forgotten'] })
  expect(told.map(({ body }) => body)).toContainEqual({ account })
})

test('the same sign-in afterwards is somebody new: another reference, another commitment, no wallet', async () => {
  const { session } = await person('grace')
  await endAccount(own.store, session, receiptOf('grace'), [])
  const again = await own.store.tx((tx) => subjectOf(tx, [pepper], ISSUER, 'grace', 'local'))
  expect(again).not.toBe(session.subject)
  expect(commitmentOf(pepper, again)).not.toBe(commitmentOf(pepper, session.subject))
  const { rows } = await sql`select from gesim.identity_accounts where subject_ref = ${again}`.execute(
    own.store.db,
  )
  expect(rows).toEqual([])
  // And stays that one from then on.
  expect(await own.store.tx((tx) => subjectOf(tx, [pepper], ISSUER, 'grace', 'local'))).toBe(again)
})

test('without a fresh sign-in nothing is deleted', async () => {
  const { session } = await person('mary', false)
  expect(await refusal(endAccount(own.store, session, receiptOf('mary'), []))).toBe('identity.not-fresh')
  expect((await tablesWith(own.store.db, session.subject)).length).toBeGreaterThanOrEqual(6)
})

test('a purchase with money in it must be named to be left behind; what is over or unpaid need not', async () => {
  const { session, account } = await person('hedy')
  const running = await purchase(account, 'active')
  await purchase(account, 'settled')
  await purchase(account, 'drafted')
  const { purchases, groups } = await previewEnding(own.store, identityHoldings, session)
  expect(purchases).toEqual([{ intentId: running, state: 'active', provisionBy: 100, deadline: 200 }])
  expect(groups.filter(({ deleted }) => !deleted)).toEqual([])
  expect(await refusal(endAccount(own.store, session, receiptOf('hedy'), []))).toBe('identity.purchases-run')
  // Refused is undone as a whole.
  expect((await previewEnding(own.store, identityHoldings, session)).groups).toEqual(groups)
  await endAccount(own.store, session, receiptOf('hedy'), [running.toUpperCase().replace('0X', '0x')])
  expect(await tablesWith(own.store.db, session.subject)).toEqual([])
})

test('a plan whose own payment is on its way must be named too: its money arrives all the same', async () => {
  const { session, account } = await person('rosalind')
  const coming = await purchase(account, 'drafted', true)
  await purchase(account, 'lapsed', true)
  const { purchases } = await previewEnding(own.store, identityHoldings, session)
  expect(purchases).toEqual([{ intentId: coming, state: 'drafted', provisionBy: 100, deadline: 200 }])
  expect(await refusal(endAccount(own.store, session, receiptOf('rosalind'), []))).toBe(
    'identity.purchases-run',
  )
  await endAccount(own.store, session, receiptOf('rosalind'), [coming])
})

test('of two requests at once one deletes, the other finds nobody; both can ask how far it is', async () => {
  const { session } = await person('joan')
  const wishes = await Promise.allSettled(
    ['joan1', 'joan2'].map((name) => endAccount(own.store, session, receiptOf(name), [])),
  )
  const refused = wishes.filter((one) => one.status === 'rejected').map(({ reason }) => reason.code)
  expect(refused).toEqual(['identity.no-session'])
  const known = await Promise.all(
    ['joan1', 'joan2'].map((name) => refusal(findEnding(own.store.db, receiptOf(name)))),
  )
  expect(known.sort()).toEqual(['identity.ending-unknown', 'undefined'])
})

test('the token is wished off the chain until it is, and only then may the account be registered again', async () => {
  const { db } = own.store
  await sql`delete from gesim.identity_endings`.execute(db)
  const { session, account } = await person('emmy')
  await endAccount(own.store, session, receiptOf('emmy'), [])
  const wishes = async () => {
    await settled(own.store)
    const all = await own.store.read({ kinds: ['burn.wanted'] })
    return all.map(({ body }) => body as { account: Hex }).filter((body) => body.account === account)
  }
  token.held = true
  await settle()
  await settle()
  expect(await wishes()).toEqual([{ account, tokenId: BigInt(account).toString(), held: true }])
  expect(await findEnding(db, receiptOf('emmy'))).toMatchObject({ token: 'leaving' })
  expect(await refusal(own.store.tx((tx) => requireNoEnding(tx, account)))).toBe('identity.account-ending')

  // The wish was lost somewhere: an hour later it is made once more, for what is left to do.
  Object.assign(token, { held: false, revoked: true })
  await settle({ nowMs: () => systemClock.nowMs() + 3_600_000 })
  expect(await wishes()).toHaveLength(2)
  expect((await wishes())[1]).toMatchObject({ held: false })

  Object.assign(token, { held: false, revoked: false })
  await own.store.tx((tx) => noteToken(tx, account, { burnedBy: '0xaa' }))
  await settle()
  expect(await findEnding(db, receiptOf('emmy'))).toMatchObject({ token: 'gone', txHash: '0xaa' })
  expect(await refusal(own.store.tx((tx) => requireNoEnding(tx, account)))).toBe('undefined')

  await sql`update gesim.identity_endings set done_at = now() - interval '8 days'`.execute(db)
  await settle()
  expect(await refusal(findEnding(db, receiptOf('emmy')))).toBe('identity.ending-unknown')
})

test('who never had a wallet leaves at once', async () => {
  const secret = await own.store.tx(async (tx) =>
    openSession(tx, await subjectOf(tx, [pepper], ISSUER, 'lise', 'local'), 30, true),
  )
  const session = (await findSession(own.store.db, secret))!
  await endAccount(own.store, session, receiptOf('lise'), [])
  expect(await findEnding(own.store.db, receiptOf('lise'))).toMatchObject({ token: 'none' })
  expect(await tablesWith(own.store.db, session.subject)).toEqual([])
})

test.each<[string, Partial<EndingFacts>, string]>([
  ['a token that is there is burned', { held: true }, 'burn'],
  ['not again within a minute', { held: true, tries: 1, sinceTryMs: 59_000 }, 'wait'],
  ['again after two', { held: true, tries: 1, sinceTryMs: 120_000 }, 'burn'],
  ['at least every hour, however often it failed', { held: true, tries: 99, sinceTryMs: 3_600_000 }, 'burn'],
  ['a mark that is left is taken off', { revoked: true, minted: true }, 'burn'],
  ['a token that is still being minted is waited for', { minted: false }, 'wait'],
  ['for a day', { minted: false, sinceAskedMs: 86_400_000 }, 'done'],
  ['a token that is gone is gone', { minted: true }, 'done'],
])('%s', (_, facts, step) => {
  const before = { held: false, revoked: false, minted: false, tries: 0, sinceAskedMs: 0, sinceTryMs: null }
  expect(decideEnding({ ...before, ...facts })).toBe(step)
})
