import { fromHex } from '@gesim/base'
import { type TestStore, testStore } from '@gesim/store/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seal, unseal } from './seal.ts'
import { subjectOf } from './sessions.ts'
import { lookupOf, subjectRef } from './subject.ts'

let own: TestStore
beforeAll(async () => {
  own = await testStore()
})
afterAll(() => own?.close())

const v1 = { version: 'v1', key: fromHex('11'.repeat(32)) }
const v2 = { version: 'v2', key: fromHex('22'.repeat(32)) }

test('a lookup depends on issuer, subject and pepper, and joins of them cannot be confused', () => {
  const lookup = lookupOf(v1, 'https://a.example', '123')
  expect(lookup).toMatch(/^v1:[A-Za-z0-9_-]{43}$/)
  expect(lookup).not.toBe(lookupOf(v1, 'https://a.example1', '23'))
  expect(lookup.slice(3)).not.toBe(lookupOf(v2, 'https://a.example', '123').slice(3))
})

test('a reference depends on pepper and salt: without both nobody gets from a sign-in to it', () => {
  const lookup = lookupOf(v1, 'https://a.example', '123')
  const salt = fromHex('aa'.repeat(32))
  const ref = subjectRef(v1, salt, lookup)
  expect(ref).toMatch(/^v1:[A-Za-z0-9_-]{43}$/)
  expect(ref).toBe(subjectRef(v1, salt, lookup))
  expect(ref).not.toBe(subjectRef(v1, fromHex('ab'.repeat(32)), lookup))
  expect(ref.slice(3)).not.toBe(subjectRef(v2, salt, lookup).slice(3))
})

test('a new pepper finds everybody at the next sign-in, and what names them or is sealed for them stays as it is', async () => {
  const { store } = own
  const old = await store.tx((tx) => subjectOf(tx, [v1], 'iss', 'sub', 'local'))
  const account = `0x${'ab'.repeat(20)}`
  await sql`insert into gesim.identity_accounts (account, subject_ref, owner, first_owner, commitment)
    values (${account}, ${old}, ${account}, ${account}, '0x')`.execute(store.db)
  const moved = await store.tx((tx) => subjectOf(tx, [v1, v2], 'iss', 'sub', 'local'))
  expect(moved).toBe(old)
  const { rows } = await sql<{ lookup: string; account: string }>`select lookup, account
    from gesim.identity_subjects join gesim.identity_accounts using (subject_ref)
    where subject_ref = ${old}`.execute(store.db)
  expect(rows).toEqual([{ lookup: lookupOf(v2, 'iss', 'sub'), account }])
  // The older pepper can be retired.
  expect(await store.tx((tx) => subjectOf(tx, [v2], 'iss', 'sub', 'local'))).toBe(old)
})

test('what is sealed opens for its owner only, and a changed byte does not open', () => {
  const key = fromHex('33'.repeat(32))
  const sealed = seal(key, 'share:a', 'secret')
  expect(unseal(key, 'share:a', sealed)).toBe('secret')
  expect(() => unseal(key, 'share:b', sealed)).toThrow('identity.share-broken')
  expect(() => unseal(fromHex('44'.repeat(32)), 'share:a', sealed)).toThrow('identity.share-broken')
  for (let at = 0; at < sealed.length; at += 7) {
    const damaged = Buffer.from(sealed)
    damaged[at]! ^= 1
    expect(() => unseal(key, 'share:a', damaged)).toThrow('identity.share-broken')
  }
})
