import { randomBytes } from 'node:crypto'
import { isFailure } from '@gesim/base'
import { parseEid, parseIccid } from '@gesim/sgp22'
import { startTestPostgres } from '@gesim/sgp22/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState, type Order, type Profile, postgresState, type SmdpState } from './index.ts'

const postgres = await startTestPostgres()
afterAll(() => postgres?.stop())

const EID = parseEid('89049032123451234512345678901235')
let last = 0
const iccid = () => parseIccid(`8988301111${String(++last).padStart(9, '0')}`)

function profile(changes: Partial<Profile> = {}): Profile {
  return {
    iccid: iccid(),
    operator: '2.999.20',
    profileType: 'data',
    state: 'Available',
    metadata: { serviceProviderName: 'Aurora', profileName: 'Data', icon: Uint8Array.of(1, 2, 3) },
    package: Uint8Array.of(0xa0, 0),
    downloads: [],
    updatedAtMs: 1_000_000,
    ...changes,
  }
}

function order(changes: Partial<Order> = {}): Order {
  return { callId: `c${last}`, confirmationTries: 0, downloadTries: 0, expiresAtMs: 2_000_000, ...changes }
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: unknown) => (isFailure(error) ? error.code : String(error)),
  )

const KEY = randomBytes(32)
const kinds: [string, (() => Promise<SmdpState>) | undefined][] = [
  ['memory', async () => memoryState()],
  ['Postgres', postgres && (() => postgresState(postgres.url, KEY))],
]

for (const [name, open] of kinds) {
  describe.skipIf(!open)(`the state in ${name}`, () => {
    let state: SmdpState
    beforeAll(async () => {
      state = await open!()
    })
    afterAll(() => state.close())
    const put = (kept: Profile) => state.change(kept.iccid, () => ({ result: undefined, profile: kept }))

    it('gives back what was put, bytes included', async () => {
      const download = {
        transactionId: Uint8Array.from(randomBytes(16)),
        eid: EID,
        euiccOtpk: Uint8Array.from(randomBytes(65)),
        euiccCertificate: Uint8Array.of(0x30, 0),
        eumCertificate: Uint8Array.of(0x30, 0),
        atMs: 1,
      }
      const kept = profile({
        state: 'Downloaded',
        order: order({ matchingId: 'GIVE-BACK', eid: EID }),
        downloads: [download],
      })
      await put(kept)
      for (const key of [
        { iccid: kept.iccid },
        { matchingId: 'GIVE-BACK' },
        { transactionId: download.transactionId },
        { operator: kept.operator, callId: kept.order!.callId },
      ])
        expect(await state.find(key)).toEqual(kept)
    })

    it('finds nothing where nothing is', async () => {
      for (const key of [
        { iccid: iccid() },
        { matchingId: 'NOBODYS' },
        { matchingId: '' },
        { transactionId: new Uint8Array(16) },
        { operator: '2.999.20', callId: 'never' },
      ])
        expect(await state.find(key)).toBeUndefined()
    })

    it('finds a default order by its card, the oldest first, while it is open', async () => {
      const eid = parseEid('89049032000000000000000000000017')
      expect(await state.find({ defaultFor: eid })).toBeUndefined()
      const [older, newer] = [10, 20].map((updatedAtMs) =>
        profile({
          state: 'Released',
          order: order({ matchingId: '', eid, callId: `d${updatedAtMs}` }),
          updatedAtMs,
        }),
      )
      await put(newer!)
      await put(older!)
      expect((await state.find({ defaultFor: eid }))?.iccid).toBe(older!.iccid)
      await put({ ...older!, state: 'Installed' })
      expect((await state.find({ defaultFor: eid }))?.iccid).toBe(newer!.iccid)
    })

    it('refuses a matching identifier that another order has', async () => {
      await put(profile({ state: 'Released', order: order({ matchingId: 'TAKEN', callId: 't1' }) }))
      const other = profile({ state: 'Released', order: order({ matchingId: 'TAKEN', callId: 't2' }) })
      expect(await codeOf(put(other))).toBe('smdp.matching-id-taken')
      expect(await state.find({ iccid: other.iccid })).toBeUndefined()
    })

    it('refuses a second order of the same call of the same operator', async () => {
      await put(profile({ state: 'Allocated', order: order({ callId: 'one-call' }) }))
      const other = profile({ state: 'Allocated', order: order({ callId: 'one-call' }) })
      expect(await codeOf(put(other))).toBe('smdp.order-exists')
      expect(await codeOf(put({ ...other, operator: '2.999.21' }))).toBe('ok')
    })

    it('writes nothing when a decision throws', async () => {
      const kept = profile()
      await put(kept)
      const thrown = state.change(kept.iccid, () => {
        throw new Error('no')
      })
      await expect(thrown).rejects.toThrow('no')
      expect(await state.find({ iccid: kept.iccid })).toEqual(kept)
    })

    it('lets one change at a time at a profile', async () => {
      const kept = profile({ state: 'Released', order: order({ callId: 'count' }) })
      await put(kept)
      const count = (had: Profile | undefined) => {
        const counted = { ...had!.order!, downloadTries: had!.order!.downloadTries + 1 }
        return { result: undefined, profile: { ...had!, order: counted } }
      }
      await Promise.all(Array.from({ length: 20 }, () => state.change(kept.iccid, count)))
      expect((await state.find({ iccid: kept.iccid }))?.order?.downloadTries).toBe(20)
    })

    it('creates a profile once when two bring it at the same time', async () => {
      const kept = profile()
      const created = await Promise.all(
        Array.from({ length: 5 }, () => state.change(kept.iccid, (had) => ({ result: !had, profile: kept }))),
      )
      expect(created.filter(Boolean)).toHaveLength(1)
    })

    it('never gives two orders the same profile of a type', async () => {
      const profileType = 'scarce'
      for (let i = 0; i < 5; i++) await put(profile({ profileType }))
      const taken = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          state.changeAvailable('2.999.20', profileType, (had) => ({
            result: had?.iccid,
            ...(had
              ? { profile: { ...had, state: 'Allocated' as const, order: order({ callId: `s${i}` }) } }
              : {}),
          })),
        ),
      )
      const given = taken.filter((found) => found !== undefined)
      expect(new Set(given).size).toBe(given.length)
      expect(given).toHaveLength(5)
    })

    it('keeps messages in order for each target until they were taken', async () => {
      const kept = profile()
      const message = (target: string, body: string) => ({
        kind: 'progress' as const,
        iccid: kept.iccid,
        target,
        body,
      })
      await state.change(kept.iccid, () => ({
        result: undefined,
        profile: kept,
        messages: [message('a', '1'), message('a', '2'), message('b', '3')],
      }))
      const now = Date.now() + 1000
      const bodies = async (atMs: number) =>
        (await state.dueMessages(atMs, 10)).map(({ body }) => body).sort()
      expect(await bodies(now)).toEqual(['1', '3'])
      const [first] = (await state.dueMessages(now, 10)).filter(({ body }) => body === '1')
      await state.settleMessage(first!.id, now + 5000)
      expect(await bodies(now)).toEqual(['3'])
      const [again] = (await state.dueMessages(now + 6000, 10)).filter(({ body }) => body === '1')
      expect(again).toMatchObject({ attempts: 1, target: 'a', kind: 'progress', iccid: kept.iccid })
      await state.settleMessage(first!.id)
      expect(await bodies(now)).toEqual(['2', '3'])
      for (const due of await state.dueMessages(now, 10)) await state.settleMessage(due.id)
    })

    it('knows which types an operator has, or had', async () => {
      const profileType = 'known-type'
      expect(await state.knowsType('2.999.20', profileType)).toBe(false)
      const kept = profile({ profileType, state: 'Unavailable' })
      await put(kept)
      expect(await state.knowsType('2.999.20', profileType)).toBe(true)
      expect(await state.knowsType('2.999.21', profileType)).toBe(false)
    })

    it('forgets orders that expired long ago, and keeps those that have not', async () => {
      const late = profile({
        state: 'Released',
        order: order({ callId: 'late', expiresAtMs: 50 }),
        updatedAtMs: 5,
      })
      const open = profile({
        state: 'Released',
        order: order({ callId: 'open', expiresAtMs: 5000 }),
        updatedAtMs: 5,
      })
      await put(late)
      await put(open)
      await state.forget(60)
      expect(await state.find({ iccid: late.iccid })).toBeUndefined()
      expect(await state.find({ iccid: open.iccid })).toEqual(open)
    })

    it('forgets what ended, and nothing else', async () => {
      const [ended, open] = [profile({ state: 'Installed', updatedAtMs: 5 }), profile({ updatedAtMs: 5 })]
      await put(ended)
      await put(open)
      expect(await state.forget(6)).toBeGreaterThanOrEqual(1)
      expect(await state.find({ iccid: ended.iccid })).toBeUndefined()
      expect(await state.find({ iccid: open.iccid })).toEqual(open)
    })
  })
}

describe.skipIf(!postgres)('the database', () => {
  it('holds no ICCID, EID, matching identifier or package in clear', async () => {
    const state = await postgresState(postgres!.url, KEY)
    const kept = profile({
      package: Uint8Array.from(Buffer.from('THE-SECRET-KEY-OF-THE-CARD')),
      state: 'Released',
      order: order({ matchingId: 'SECRET-MATCHING', eid: EID, callId: 'clear' }),
    })
    await state.change(kept.iccid, () => ({
      result: undefined,
      profile: kept,
      messages: [{ kind: 'progress', iccid: kept.iccid, target: 'x', body: JSON.stringify({ eid: EID }) }],
    }))
    const client = new pg.Client(postgres!.url)
    await client.connect()
    const { rows } = await client.query(
      'select p::text from smdp.profile p union all select m::text from smdp.message m',
    )
    const dump = rows.map((row: { p: string }) => row.p).join('\n')
    const hexOf = (text: string) => Buffer.from(text).toString('hex')
    for (const secret of [kept.iccid, EID, 'SECRET-MATCHING', 'THE-SECRET-KEY-OF-THE-CARD', 'Aurora']) {
      expect(dump).not.toContain(secret)
      expect(dump).not.toContain(hexOf(secret))
    }
    await client.query('delete from smdp.message')
    await client.end()
    await state.close()
  })

  it('cannot be read with another key', async () => {
    const state = await postgresState(postgres!.url, KEY)
    const kept = profile()
    await state.change(kept.iccid, () => ({ result: undefined, profile: kept }))
    await state.close()
    const other = await postgresState(postgres!.url, randomBytes(32))
    expect(await other.find({ iccid: kept.iccid })).toBeUndefined()
    const available = other.changeAvailable('2.999.20', 'data', (found) => ({ result: found }))
    expect(await codeOf(available)).toBe('smdp.state-unreadable')
    await other.close()
  })
})
