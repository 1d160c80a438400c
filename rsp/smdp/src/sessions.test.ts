import { randomBytes } from 'node:crypto'
import { memorySessions, parseEid, parseIccid, type SessionStore } from '@gesim/sgp22'
import { startTestPostgres } from '@gesim/sgp22/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type DatabaseSessions,
  memoryState,
  postgresSessions,
  postgresState,
  type Session,
  type SmdpState,
} from './index.ts'
import { packageOf, startWorld, type World } from './testing/world.ts'

const postgres = await startTestPostgres()
afterAll(() => postgres?.stop())

const KEY = randomBytes(32)
const LIMITS = { maxSessions: 3, sessionLifeMs: 1000 }
let clockMs = 10_000
const nowMs = () => clockMs
const bytes = (length: number) => Uint8Array.from(randomBytes(length))

function session(changes: Partial<Session> = {}): Session {
  return {
    transactionId: bytes(16),
    serverChallenge: bytes(16),
    serverAddress: 'localhost',
    ciKeyId: bytes(20),
    serverCertificate: bytes(300),
    startedAtMs: clockMs,
    ...changes,
  }
}

const kinds: [string, (() => Promise<SessionStore<Session> & Partial<DatabaseSessions>>) | undefined][] = [
  ['memory', async () => memorySessions<Session>(LIMITS, nowMs)],
  [
    'Postgres',
    postgres &&
      (async () => {
        await (await postgresState(postgres.url, KEY)).close()
        return postgresSessions(postgres.url, KEY, LIMITS, nowMs)
      }),
  ],
]

for (const [name, open] of kinds)
  describe.skipIf(!open)(`sessions in ${name}`, () => {
    let store: SessionStore<Session> & Partial<DatabaseSessions>
    beforeAll(async () => {
      store = await open!()
    })
    afterAll(() => store.close?.())

    it('come back as they went, bytes included, and are replaced', async () => {
      const kept = session()
      await store.put(kept)
      expect(await store.find(kept.transactionId)).toEqual(kept)
      const client = {
        eid: parseEid('89049032123451234512345678901235'),
        info: { extCardResource: { freeNonVolatileBytes: 7 } } as never,
        euiccCertificate: bytes(500),
        eumCertificate: bytes(500),
        iccid: parseIccid('8988300000000000017'),
        orderKey: 'call matching',
        smdpSignature2: bytes(64),
        offeredOtpk: bytes(65),
      }
      await store.put({ ...kept, client, bound: true })
      expect(await store.find(kept.transactionId)).toEqual({ ...kept, client, bound: true })
    })

    it('are taken by one of many', async () => {
      const kept = session()
      await store.put(kept)
      const taken = await Promise.all(Array.from({ length: 8 }, () => store.take(kept.transactionId)))
      expect(taken.filter(Boolean)).toEqual([kept])
      expect(await store.find(kept.transactionId)).toBeUndefined()
    })

    it('are over after their life, however often they were put back', async () => {
      const kept = session()
      await store.put(kept)
      clockMs += 900
      await store.put(kept)
      expect(await store.find(kept.transactionId)).toEqual(kept)
      clockMs += 200
      expect(await store.find(kept.transactionId)).toBeUndefined()
      expect(await store.take(kept.transactionId)).toBeUndefined()
    })

    it('are counted, and none is found where none is', async () => {
      await store.put(session())
      expect(await store.count()).toBeGreaterThan(0)
      expect(await store.find(bytes(16))).toBeUndefined()
    })
  })

describe.skipIf(!postgres)('sessions in the database', () => {
  let state: SmdpState
  let world: World
  let sessions: DatabaseSessions
  beforeAll(async () => {
    state = await postgresState(postgres!.url, KEY)
    sessions = postgresSessions(postgres!.url, KEY, { maxSessions: 100, sessionLifeMs: 60_000 })
    world = await startWorld(state, { sessions })
  })
  afterAll(async () => {
    await sessions.close()
    await world.stop()
  })

  it('let another process answer the next function of a download', async () => {
    const mine = postgresSessions(postgres!.url, KEY, { maxSessions: 100, sessionLifeMs: 60_000 })
    const shared = await postgresState(postgres!.url, KEY)
    const other = await startWorld(shared, { pki: world.pki, sessions: mine })
    try {
      const { iccid, matchingId } = await world.order()
      const card = world.card()
      const authenticated = await card.authenticate(matchingId)
      const elsewhere = card.over({ ...world.phone, url: `https://localhost:${other.smdp.ports[0]}` })
      expect((await elsewhere.fetch(authenticated)).profile).toEqual(packageOf(iccid))
    } finally {
      await mine.close()
      await other.stop()
    }
  })

  it('hold no EID, ICCID or certificate in clear', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    await card.authenticate(matchingId)
    const client = new pg.Client(postgres!.url)
    await client.connect()
    const { rows } = await client.query<{ line: string }>('select s::text as line from smdp.session s')
    await client.end()
    const dump = rows.map(({ line }) => line).join('\n')
    expect(rows.length).toBeGreaterThan(0)
    for (const secret of [iccid, card.eid, matchingId, 'RSP Test EUM'])
      for (const form of [secret, Buffer.from(secret).toString('hex')]) expect(dump).not.toContain(form)
  })

  it('are one of two stores that a server takes, and memory is the other', async () => {
    const own = await startWorld(memoryState())
    try {
      await own.card().initiate()
      expect(await own.smdp.sessionCount()).toBe(1)
    } finally {
      await own.stop()
    }
  })
})
