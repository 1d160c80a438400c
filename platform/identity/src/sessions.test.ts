import { type TestStore, testStore } from '@gesim/store/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { endSessionById, findSession, openSession, subjectOf } from './sessions.ts'

const peppers = [{ version: 'v1', key: new Uint8Array(32) }]

let own: TestStore
beforeAll(async () => {
  own = await testStore()
})
afterAll(() => own?.close())

const signIn = (person: string) =>
  own.store.tx(async (tx) =>
    openSession(tx, await subjectOf(tx, peppers, 'https://id.example', person, 'local'), 30, true),
  )

test('a session ends by its public id, for whoever signed in and for nobody else', async () => {
  const { db } = own.store
  const [here, elsewhere, other] = [await signIn('ada'), await signIn('ada'), await signIn('eve')]
  const ada = (await findSession(db, here))!
  const away = (await findSession(db, elsewhere))!
  const eve = (await findSession(db, other))!
  await endSessionById(db, eve.subject, away.publicId)
  expect(await findSession(db, elsewhere)).toBeDefined()
  await endSessionById(db, ada.subject, away.publicId)
  expect(await findSession(db, elsewhere)).toBeUndefined()
  expect((await findSession(db, here))?.publicId).toBe(ada.publicId)
  expect(await findSession(db, other)).toBeDefined()
})
