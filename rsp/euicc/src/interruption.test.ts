import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from '@gesim/base'
import { ecdsaVerify, identityOf } from '@gesim/crypto'
import {
  cutBoundProfilePackage,
  GET_EUICC_CHALLENGE,
  readRetrieveNotificationsResponse,
  writeCancelSessionRequest,
  writeRetrieveNotificationsRequest,
} from '@gesim/sgp22'
import { afterAll, describe, expect, it } from 'vitest'
import { fileState, memoryState, type StateStore, writeCommand } from './index.ts'
import { cardWorld, TestCard, usimProfile } from './testing/card-world.ts'
import { selectIsdr, type TestServer } from './testing/server.ts'

// ErrorReason 11, installFailedDueToInterruption (SGP.22, 2.5.6.1): power is lost while a profile is loaded.

const world = cardWorld()
const { pki, directory } = world
afterAll(() => world.stop())

const ICCID = '8988211000000000012'
const upp = usimProfile(ICCID)
const euiccKey = identityOf(pki, 'euicc', 'nist').certificate.publicKey

/** A command of a load, and what is told when power is lost after it. */
interface Step {
  readonly apdu: Uint8Array
  /** BppCommandId and ErrorReason; nothing before StoreMetadata was processed. */
  readonly told: readonly string[]
}

/** A bound package as the commands of a phone: small ones at first, so that ReplaceSessionKeys takes two of them. */
function stepsOf(bound: Uint8Array): Step[] {
  const pieces = cutBoundProfilePackage(bound)
  const metadataEnd = pieces.findLastIndex((piece) => piece[0] === 0x88)
  return pieces.flatMap((piece, at) => {
    const blockBytes = piece[0] === 0x86 ? 255 : 60
    return Array.from({ length: Math.ceil(piece.length / blockBytes) }, (_, block): Step => {
      const isLast = (block + 1) * blockBytes >= piece.length
      const data = piece.subarray(block * blockBytes, (block + 1) * blockBytes)
      const apdu = writeCommand(0x80, 0xe2, isLast ? 0x91 : 0x11, block, data)
      if (at < metadataEnd || (at === metadataEnd && !isLast)) return { apdu, told: [] }
      return { apdu, told: [piece[0] === 0xa2 && !isLast ? '4/11' : '5/11'] }
    })
  })
}

/** A load that goes as far as some command, or to its end. */
async function load(card: TestCard, count?: number, ownKeys = false): Promise<TestServer> {
  const server = await card.prepared()
  for (const { apdu } of stepsOf(server.bind(card.card.eid, upp, {}, ownKeys)).slice(0, count))
    expect((await card.send(apdu)).sw).toMatch(/^9000|61..$/)
  return server
}

async function countOfSteps(ownKeys = false): Promise<number> {
  const card = new TestCard(pki)
  return stepsOf((await card.prepared()).bind(card.card.eid, upp, {}, ownKeys)).length
}

async function countUntilMetadata(): Promise<number> {
  const card = new TestCard(pki)
  const steps = stepsOf((await card.prepared()).bind(card.card.eid, upp))
  return steps.findIndex(({ told }) => told.length > 0) + 1
}

/** Results of installations that wait on a card, each with its signature checked. */
async function results(card: TestCard) {
  await selectIsdr(card.card)
  const all = readRetrieveNotificationsResponse(await card.es10(writeRetrieveNotificationsRequest({}))).ok!
  const out = all.flatMap((pending) => (pending.kind === 'installation' ? pending : []))
  for (const { data, signature } of out) expect(ecdsaVerify(euiccKey, data.raw, signature)).toBe(true)
  return out
}

const outcomes = async (card: TestCard) =>
  (await results(card)).map(({ data: { result } }) =>
    result.success ? 'installed' : `${result.command}/${result.reason}`,
  )

/** Ways in which a card comes back to power. */
const POWER: Record<string, (card: TestCard, state: StateStore) => TestCard> = {
  'a reset': (card) => {
    card.card.reset()
    return card
  },
  'a new process': (_, state) => new TestCard(pki, { state }),
}

describe('a card that loses power while it loads a profile', () => {
  for (const ownKeys of [false, true])
    for (const [how, powerOn] of Object.entries(POWER))
      it(`signs that it was interrupted, after every command since StoreMetadata, on ${how}; own keys: ${ownKeys}`, {
        timeout: 60_000,
      }, async () => {
        const seen = new Set<string>()
        const count = await countOfSteps(ownKeys)
        for (let done = 1; done < count; done++) {
          const state = memoryState()
          const first = new TestCard(pki, { state })
          const server = await load(first, done, ownKeys)
          const { told } = stepsOf(server.bind(first.card.eid, upp, {}, ownKeys))[done - 1]!
          const card = powerOn(first, state)
          const found = await results(card)
          expect(await outcomes(card), `after command ${done}`).toEqual(told)
          expect(await card.profiles()).toEqual([])
          for (const { data } of found)
            expect(data).toMatchObject({
              transactionId: server.transactionId,
              smdpOid: identityOf(pki, 'dp-auth', 'nist').certificate.registeredId,
              notification: { event: 'install', iccid: ICCID, seqNumber: 1, address: 'smdp.test.example' },
            })
          seen.add(told.join())
        }
        expect([...seen].sort()).toEqual(ownKeys ? ['', '4/11', '5/11'] : ['', '5/11'])
      })

  it('tells it once, however often it is switched on, and takes the profile the next time', async () => {
    const state = memoryState()
    await load(new TestCard(pki, { state }), -1)
    const [once] = await results(new TestCard(pki, { state }))
    const card = new TestCard(pki, { state })
    card.card.reset()
    expect((await results(card)).map(({ raw }) => toHex(raw))).toEqual([toHex(once!.raw)])
    await load(card)
    expect(await outcomes(card)).toEqual(['5/11', 'installed'])
    expect((await card.pending()).map(({ seqNumber }) => seqNumber)).toEqual([1, 2, 3])
    card.card.reset()
    expect(await outcomes(card)).toEqual(['5/11', 'installed'])
    expect(await card.profiles()).toMatchObject([{ iccid: ICCID }])
  })

  it('tells nothing of a load that had its result, good or bad', async () => {
    const card = new TestCard(pki)
    expect(await card.install(upp.subarray(0, upp.length - 7))).toBe('5/12')
    card.card.reset()
    expect(await outcomes(card)).toEqual(['5/12'])
    expect(await card.install(upp)).toBe('installed')
    card.card.reset()
    expect(await outcomes(card)).toEqual(['5/12', 'installed'])
  })
})

describe('a load that ends without loss of power', () => {
  it('by a new session was interrupted too', async () => {
    const card = new TestCard(pki)
    await load(card, -1)
    await card.es10(GET_EUICC_CHALLENGE)
    expect(await outcomes(card)).toEqual(['5/11'])
  })

  it('by CancelSession has the word that the card signed for its server, and no other', async () => {
    const card = new TestCard(pki)
    const { transactionId } = await load(card, -1)
    await card.es10(writeCancelSessionRequest({ transactionId, reason: 5 }))
    card.card.reset()
    expect(await outcomes(card)).toEqual([])
  })

  it('by the beginning of the same package has one result', async () => {
    const card = new TestCard(pki)
    const server = await load(card, await countUntilMetadata())
    expect((await card.load(server.bind(card.card.eid, upp)))?.data.result.success).toBe(true)
    card.card.reset()
    expect(await outcomes(card)).toEqual(['installed'])
  })
})

/** A store that fails at one write, before or after it is done. */
function failingAt(kept: StateStore, write: number, done: boolean): StateStore & { writes: number } {
  const store = {
    writes: 0,
    load: () => kept.load(),
    save(state: Parameters<StateStore['save']>[0]) {
      const fails = ++store.writes === write
      if (!fails || done) kept.save(state)
      if (fails) throw new Error('the power is gone')
    },
  }
  return store
}

describe('a write that fails', () => {
  it('at any time leaves one result or none, and a profile with a good one only', {
    timeout: 60_000,
  }, async () => {
    // Written are the one-time key, the begun load, its keys, its profile, and the result with the profile.
    const left = { false: ['', '', '5/11', '4/11', '5/11'], true: ['', '5/11', '4/11', '5/11', 'installed'] }
    for (const [how, powerOn] of Object.entries(POWER))
      for (const done of [false, true])
        for (const [at, expected] of left[`${done}`].entries()) {
          const write = at + 1
          const kept = memoryState()
          const store = failingAt(kept, write, done)
          const first = new TestCard(pki, { state: store })
          await load(first, undefined, true).catch(() => undefined)
          const card = powerOn(first, kept)
          const label = `write ${write} of ${store.writes}, done: ${done}, ${how}`
          expect((await outcomes(card)).join(), label).toBe(expected)
          expect((await card.profiles()).length, label).toBe(expected === 'installed' ? 1 : 0)
        }
  })

  it('when the interruption is told leaves it to the next time', async () => {
    for (const done of [false, true]) {
      const kept = memoryState()
      await load(new TestCard(pki, { state: kept }), -1)
      const faults: unknown[] = []
      const onFault = (error: unknown) => faults.push(error)
      const card = new TestCard(pki, { state: failingAt(kept, 1, done), onFault })
      expect(faults).toHaveLength(1)
      expect(await outcomes(card)).toEqual(done ? ['5/11'] : [])
      card.card.reset()
      expect(await outcomes(card)).toEqual(['5/11'])
      expect(await outcomes(new TestCard(pki, { state: kept }))).toEqual(['5/11'])
    }
  })
})

describe('the state in a file', () => {
  it('names what is being loaded until there is a result, and one without that field is read', async () => {
    const path = join(directory, 'loading.json')
    const stored = () => JSON.parse(readFileSync(path, 'utf8'))
    const server = await load(new TestCard(pki, { state: fileState(path) }), -1)
    expect(stored().loading).toMatchObject({
      transactionId: toHex(server.transactionId),
      address: 'smdp.test.example',
      iccid: ICCID,
      command: 5,
    })
    const card = new TestCard(pki, { state: fileState(path) })
    expect(await outcomes(card)).toEqual(['5/11'])
    expect(stored()).not.toHaveProperty('loading')
    await load(card)
    expect(stored()).not.toHaveProperty('loading')
    const { loading, ...old } = { ...stored(), loading: undefined }
    writeFileSync(path, JSON.stringify(old))
    const again = new TestCard(pki, { state: fileState(path) })
    expect([loading, await outcomes(again)]).toEqual([undefined, ['5/11', 'installed']])
  })
})
