import { randomBytes } from 'node:crypto'
import { eidWithCheckDigits } from '@gesim/sgp22'
import { startTestPostgres } from '@gesim/sgp22/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EventRecord, type EventState, memoryEvents, postgresEvents } from './index.ts'

const postgres = await startTestPostgres()
afterAll(() => postgres?.stop())
const [EID, OTHER] = [eidWithCheckDigits(`${'8'.repeat(29)}1`), eidWithCheckDigits(`${'8'.repeat(29)}2`)]

const kinds: [string, (() => Promise<EventState>) | undefined][] = [
  ['memory', async () => memoryEvents()],
  ['Postgres', postgres && (() => postgresEvents(postgres.url, randomBytes(32)))],
]

const record = (eventId: string, changes: Partial<EventRecord> = {}): EventRecord => ({
  eventId,
  rspServerAddress: 'smdp.example',
  owner: '2.999.10',
  forwarded: false,
  expiresAtMs: 10_000,
  ...changes,
})

for (const [name, open] of kinds) {
  describe.skipIf(!open)(`events in ${name}`, () => {
    let state: EventState
    beforeAll(async () => {
      state = await open!()
    })
    afterAll(() => state.close())

    it('are kept once for each card', async () => {
      expect(await state.add(EID, record('A'))).toBe(true)
      expect(await state.add(EID, record('A', { rspServerAddress: 'other' }))).toBe(false)
      expect(await state.add(OTHER, record('A'))).toBe(true)
      expect(await state.list(EID, 0)).toEqual([record('A')])
    })

    it('are taken away by their owner only', async () => {
      expect(await state.remove(OTHER, 'A', '2.999.11')).toBeUndefined()
      expect(await state.remove(OTHER, 'A', '2.999.10')).toEqual(record('A'))
      expect(await state.remove(OTHER, 'A', '2.999.10')).toBeUndefined()
    })

    it('are not shown after their time, and then forgotten', async () => {
      await state.add(OTHER, record('B', { expiresAtMs: 500 }))
      await state.add(OTHER, record('C'))
      expect((await state.list(OTHER, 600)).map(({ eventId }) => eventId)).toEqual(['C'])
      expect(await state.forget(600)).toBe(1)
      expect((await state.list(OTHER, 0)).map(({ eventId }) => eventId)).toEqual(['C'])
    })
  })
}

describe.skipIf(!postgres)('the database', () => {
  it('never holds an EID', async () => {
    const state = await postgresEvents(postgres!.url, randomBytes(32))
    await state.add(EID, record('CLEAR'))
    const client = new pg.Client(postgres!.url)
    await client.connect()
    const { rows } = await client.query<{ line: string }>('select e::text as line from smds.event e')
    await client.end()
    const dump = rows.map(({ line }) => line).join('\n')
    expect(dump).toContain('CLEAR')
    for (const form of [EID, Buffer.from(EID).toString('hex')]) expect(dump).not.toContain(form)
    await state.close()
  })
})
