import { fromHex } from '@gesim/base'
import { type TestStore, testStore } from '@gesim/store/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seal, unseal } from './seal.ts'
import { subjectOf } from './sessions.ts'
import { subjectRef } from './subject.ts'

let own: TestStore
beforeAll(async () => {
  own = await testStore()
})
afterAll(() => own?.close())

const v1 = { version: 'v1', key: fromHex('11'.repeat(32)) }
const v2 = { version: 'v2', key: fromHex('22'.repeat(32)) }

test('a reference depends on issuer, subject and pepper, and joins of them cannot be confused', () => {
  const ref = subjectRef(v1, 'https://a.example', '123')
  expect(ref).toMatch(/^v1:[A-Za-z0-9_-]{43}$/)
  expect(ref).not.toBe(subjectRef(v1, 'https://a.example1', '23'))
  expect(ref.slice(3)).not.toBe(subjectRef(v2, 'https://a.example', '123').slice(3))
})

test('a new pepper takes everybody over at the next sign-in, with account and shares', async () => {
  const { store } = own
  const old = await store.tx((tx) => subjectOf(tx, [v1], 'iss', 'sub', 'local'))
  const account = `0x${'ab'.repeat(20)}`
  await sql`insert into gesim.identity_accounts (account, subject_ref, owner, first_owner, commitment)
    values (${account}, ${old}, ${account}, ${account}, '0x')`.execute(store.db)
  const moved = await store.tx((tx) => subjectOf(tx, [v1, v2], 'iss', 'sub', 'local'))
  expect(moved).toMatch(/^v2:/)
  const { rows } = await sql<{ subject_ref: string }>`select subject_ref from gesim.identity_accounts
    where account = ${account}`.execute(store.db)
  expect(rows[0]!.subject_ref).toBe(moved)
  expect(await store.tx((tx) => subjectOf(tx, [v1, v2], 'iss', 'sub', 'local'))).toBe(moved)
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
