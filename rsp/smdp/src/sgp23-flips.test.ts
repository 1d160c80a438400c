import { createLog, isFailure } from '@gesim/base'
import { ecdsaSign, identityOf, OneTimeKey, systemRandom } from '@gesim/crypto'
import {
  memorySessions,
  readPendingNotification,
  writeNotificationMetadata,
  writeOtherSignedNotification,
} from '@gesim/sgp22'
import { readTlv, type Tlv } from '@gesim/tlv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Es9plusHandlers, es9plusHandlers } from './es9plus.ts'
import { Identities, smdpIdentities } from './identities.ts'
import { DEFAULT_LIMITS, memoryState, type Session } from './index.ts'
import { Sessions } from './sessions.ts'
import { statusOf } from './status-of.ts'
import { type freshIccid, startWorld, type World } from './testing/world.ts'

// Every single bit, and every length, of every object that a card signs: refused with the right code, nothing changed.

let world: World
let handlers: Es9plusHandlers
const state = memoryState()
const store = memorySessions<Session>({ maxSessions: 100, sessionLifeMs: 600_000 }, Date.now)
beforeAll(async () => {
  world = await startWorld(state, { sessions: store })
  const found = smdpIdentities(world.pki, '2.999.10', Date.now())
  const identities = new Identities(found, DEFAULT_LIMITS.sessionLifeMs, Date.now)
  handlers = es9plusHandlers({
    state,
    sessions: new Sessions(store, identities),
    chance: { random: systemRandom, nowMs: Date.now },
    limits: { ...DEFAULT_LIMITS, maxDownloadTries: 1_000_000 },
    addresses: ['localhost'],
    identities,
    trustNow: () => ({ issuers: world.pki.issuers, revocations: [], atMs: Date.now() }),
    rebinding: true,
    profileKeys: false,
    isTold: () => false,
    log: createLog('flips', 'silent'),
  })
})
afterAll(() => world.stop())

/**
 * Every bit turned, one at a time, with the byte it lies in; then every length but the whole. Of the bytes from
 * `sparseFrom` on one bit each, another in each byte.
 */
function* changed(bytes: Uint8Array, sparseFrom = bytes.length): Generator<[at: number, bytes: Uint8Array]> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    if (bit >> 3 >= sparseFrom && (bit >> 3) % 8 !== (bit & 7)) continue
    const out = Uint8Array.from(bytes)
    out[bit >> 3]! ^= 1 << (bit & 7)
    yield [bit >> 3, out]
  }
  for (let length = 0; length < bytes.length; length++) yield [length, bytes.slice(0, length)]
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'ok'
  } catch (error) {
    if (!isFailure(error)) return String(error)
    return statusOf(error) ?? error.code
  }
}

const inside = (element: Tlv, at: number) => at >= element.valueStart && at < element.end

/** Where in BF38 what lies: the signed part and its signature, the card's certificate, its manufacturer's. */
function partsOfClient(response: Uint8Array): Tlv[] {
  return readTlv(response, 0xbf38).require(0xa0).children()
}

type AnIccid = ReturnType<typeof freshIccid>
const stateOf = async (iccid: AnIccid) => (await state.find({ iccid }))?.state

describe('not one bit and not one length', () => {
  it('of AuthenticateServerResponse passes, and each is told by the certificate or signature that it broke', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const opened = await card.initiate()
    const { transactionId } = opened
    const kept = (await store.find(transactionId))!
    const { response } = card.authenticateServerResponse(opened, matchingId)
    const [, , euicc, eum] = partsOfClient(response)
    const wrong: string[] = []
    for (const [at, authenticateServerResponse] of changed(response)) {
      await store.put(kept)
      const code = await codeOf(handlers.authenticateClient({ transactionId, authenticateServerResponse }))
      const isWhole = authenticateServerResponse.length === response.length
      const expected = !isWhole
        ? /^8\.1\/6\.1$/
        : inside(eum!, at)
          ? /^(8\.1\.2\/6\.1|8\.11\.1\/3\.9|8\.1\/6\.1)$/
          : inside(euicc!, at)
            ? /^(8\.1\.3\/6\.1|8\.1\/6\.1)$/
            : /^(8\.1\/6\.1|8\.1\.[23]\/6\.1)$/
      if (!expected.test(code)) wrong.push(`byte ${at} of ${authenticateServerResponse.length}: ${code}`)
    }
    expect(wrong).toEqual([])
    expect(await stateOf(iccid)).toBe('Released')
    await store.put(kept)
    const good = { transactionId, authenticateServerResponse: response }
    expect(await codeOf(handlers.authenticateClient(good))).toBe('ok')
  })

  it('of PrepareDownloadResponse passes: 8.1/6.1 each, and nothing is consumed', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const authenticated = await card.authenticate(matchingId)
    const { transactionId } = authenticated
    const kept = (await store.find(transactionId))!
    const response = card.prepareDownloadResponse(authenticated, OneTimeKey.generate('nist'))
    const seen = new Set<string>()
    for (const [, prepareDownloadResponse] of changed(response)) {
      await store.put(kept)
      seen.add(await codeOf(handlers.getBoundProfilePackage({ transactionId, prepareDownloadResponse })))
    }
    expect([...seen]).toEqual(['8.1/6.1'])
    expect(await stateOf(iccid)).toBe('Released')
    await store.put(kept)
    const good = { transactionId, prepareDownloadResponse: response }
    expect(await codeOf(handlers.getBoundProfilePackage(good))).toBe('ok')
  })

  it('of CancelSessionResponse passes, and the session stays', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const { transactionId } = await card.authenticate(matchingId)
    const response = card.cancelSessionResponse(transactionId, 0)
    const seen = new Set<string>()
    for (const [, cancelSessionResponse] of changed(response))
      seen.add(await codeOf(handlers.cancelSession({ transactionId, cancelSessionResponse })))
    // One bit makes the tag of an error of the good answer's.
    expect([...seen].filter((code) => code !== '8.1/6.1' && code !== '8.10.1/3.9')).toEqual([])
    expect(await stateOf(iccid)).toBe('Released')
    expect(await codeOf(handlers.cancelSession({ transactionId, cancelSessionResponse: response }))).toBe(
      'ok',
    )
    expect(await stateOf(iccid)).toBe('Error')
  })

  it('of a ProfileInstallationResult changes anything', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const authenticated = await card.authenticate(matchingId)
    await card.fetch(authenticated)
    const result = card.installationResult(authenticated.transactionId, { iccid })
    const before = await state.find({ iccid })
    for (const [, pendingNotification] of changed(result))
      await handlers.handleNotification({ pendingNotification })
    expect(await state.find({ iccid })).toEqual(before)
    await handlers.handleNotification({ pendingNotification: result })
    expect(await stateOf(iccid)).toBe('Installed')
  })

  it('of a notification of another event changes anything, one bit a byte of its certificates', async () => {
    const { iccid, matchingId } = await world.order()
    await world.card().download(matchingId)
    const signer = identityOf(world.pki, 'euicc', 'nist')
    const what = { seqNumber: 9, event: 'delete' as const, address: 'localhost', iccid }
    const notification = writeNotificationMetadata(what)
    const whole = writeOtherSignedNotification({
      notification,
      signature: ecdsaSign(signer.privateKey, notification),
      euiccCertificate: signer.certificate.der,
      eumCertificate: identityOf(world.pki, 'eum', 'nist').certificate.der,
    })
    expect(readPendingNotification(whole).kind).toBe('other')
    const before = await state.find({ iccid })
    // Each bit of the same two certificates is turned in AuthenticateServerResponse.
    const certificatesAt = readTlv(whole).children()[2]!.start
    for (const [, pendingNotification] of changed(whole, certificatesAt))
      await handlers.handleNotification({ pendingNotification })
    expect(await state.find({ iccid })).toEqual(before)
    await handlers.handleNotification({ pendingNotification: whole })
    expect((await state.find({ iccid }))?.lastEvent).toBe('delete')
  })
})
