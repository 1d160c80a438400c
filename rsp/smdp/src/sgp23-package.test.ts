import { toBase64, toHex } from '@gesim/base'
import { type Curve, OneTimeKey, readCertificate, TEST_EID } from '@gesim/crypto'
import {
  callFunction,
  ES9PLUS,
  eidWithCheckDigits,
  readBoundProfilePackage,
  readInitialiseSecureChannel,
  readStoreMetadata,
  writePrepareDownloadResponse,
} from '@gesim/sgp22'
import { node, readTlv } from '@gesim/tlv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState } from './index.ts'
import type { Oddities, TestCard } from './testing/card.ts'
import { codeIn, send } from './testing/wire.ts'
import { packageOf, startWorld, statusOf, type World } from './testing/world.ts'

// ES9+.GetBoundProfilePackage, one row a case, in the manner of SGP.23 section 4.3.13.

let world: World
const state = memoryState()
beforeAll(async () => {
  world = await startWorld(state)
})
afterAll(() => world.stop())

const path = ES9PLUS.getBoundProfilePackage.path
const stateOf = async (iccid: Parameters<typeof packageOf>[0]) => (await state.find({ iccid }))?.state

/** Asks for a package and gives it unopened. */
async function bound(card: TestCard, matchingId: string | undefined, otpk: OneTimeKey, code?: string) {
  const authenticated = await card.authenticate(matchingId)
  const { boundProfilePackage } = await callFunction(world.phone, ES9PLUS.getBoundProfilePackage, {
    transactionId: authenticated.transactionId,
    prepareDownloadResponse: card.prepareDownloadResponse(authenticated, otpk, code),
  })
  return { authenticated, boundProfilePackage }
}

describe('a bound profile package', () => {
  it('comes with exactly the members of the specification', async () => {
    const { matchingId } = await world.order()
    const card = world.card()
    const authenticated = await card.authenticate(matchingId)
    const otpk = OneTimeKey.generate('nist')
    const { status, json } = await send(world.smdp.ports[1]!, path, {
      header: {},
      transactionId: toHex(authenticated.transactionId).toLowerCase(),
      prepareDownloadResponse: toBase64(card.prepareDownloadResponse(authenticated, otpk)),
    })
    expect(status).toBe(200)
    expect(Object.keys(json)).toEqual(['header', 'transactionId', 'boundProfilePackage'])
    expect(json.transactionId).toBe(toHex(authenticated.transactionId).toUpperCase())
  })

  it('opens a channel for this transaction with the values of the specification', async () => {
    const { matchingId } = await world.order()
    const otpk = OneTimeKey.generate('nist')
    const { authenticated, boundProfilePackage } = await bound(world.card(), matchingId, otpk)
    const channel = readInitialiseSecureChannel(
      readBoundProfilePackage(boundProfilePackage).initialiseSecureChannel,
    )
    expect(channel).toMatchObject({ remoteOpId: 1, keyType: 0x88, keyLength: 0x10 })
    expect(channel.transactionId).toEqual(authenticated.transactionId)
    expect(channel.smdpOtpk[0]).toBe(4)
    expect(channel.smdpOtpk).toHaveLength(65)
    expect(channel.hostId.length).toBeGreaterThan(0)
  })

  const sizes = [1, 15, 16, 999, 1007, 1008, 2014, 2015, 30_000, 200_000]
  for (const size of sizes)
    it(`with a filler of ${size} bytes has no segment over 1020 bytes and opens to what was uploaded`, async () => {
      const { iccid, matchingId } = await world.order({}, size)
      const card = world.card()
      const opened = await card.fetch(await card.authenticate(matchingId, { freeBytes: 1_000_000 }))
      expect(toHex(opened.profile)).toBe(toHex(packageOf(iccid, size)))
    })

  for (const iconBytes of [1, 900, 1024])
    it(`carries metadata with an icon of ${iconBytes} bytes, the same in both answers`, async () => {
      const icon = toBase64(new Uint8Array(iconBytes).fill(7))
      const owner = { mccMnc: '21407', gid1: '0a' }
      const described = {
        icon,
        iconType: 1,
        owner,
        policyRules: ['ppr1'],
        notifications: [{ events: ['enable', 'delete'] }],
      }
      const { iccid, matchingId } = await world.order({}, 300, described)
      const card = world.card()
      const authenticated = await card.authenticate(matchingId)
      const metadata = readStoreMetadata(readTlv(authenticated.profileMetadata))
      expect(metadata).toMatchObject({
        iccid,
        iconType: 1,
        policyRules: ['ppr1'],
        notifications: [{ events: ['enable', 'delete'], address: 'localhost' }],
        owner: { mccMnc: Uint8Array.of(0x12, 0xf4, 0x70), gid1: Uint8Array.of(0x0a) },
      })
      expect(metadata.icon).toHaveLength(iconBytes)
      const otpk = OneTimeKey.generate('nist')
      const { boundProfilePackage } = await callFunction(world.phone, ES9PLUS.getBoundProfilePackage, {
        transactionId: authenticated.transactionId,
        prepareDownloadResponse: card.prepareDownloadResponse(authenticated, otpk),
      })
      const segments = readBoundProfilePackage(boundProfilePackage).sequence88
      expect(segments.length).toBe(iconBytes > 900 ? 2 : 1)
      const sent = segments.map((segment) => readTlv(segment).value.slice(0, -8))
      expect(toHex(Uint8Array.from(Buffer.concat(sent)))).toBe(toHex(authenticated.profileMetadata))
      expect(card.open(boundProfilePackage, authenticated, otpk).iccid).toBe(iccid)
    })

  for (const curve of ['nist', 'brainpool'] satisfies Curve[])
    for (const profileKeys of [false, true])
      it(`on ${curve} under ${profileKeys ? 'keys of the profile' : 'the keys of the session'} opens`, async () => {
        const own = await startWorld(memoryState(), { profileKeys })
        try {
          const { iccid, matchingId } = await own.order({}, 5000)
          const card = own.card(TEST_EID, curve)
          const authenticated = await card.authenticate(matchingId)
          expect(readCertificate(authenticated.smdpCertificate).curve).toBe(curve)
          expect(toHex((await card.fetch(authenticated)).profile)).toBe(toHex(packageOf(iccid, 5000)))
        } finally {
          await own.stop()
        }
      })
})

describe('getBoundProfilePackage refuses', () => {
  const zero = { publicPoint: new Uint8Array(65) } as unknown as OneTimeKey
  const withPoint = (change: (point: Uint8Array) => Uint8Array) => {
    const { publicPoint } = OneTimeKey.generate('nist')
    return { publicPoint: change(publicPoint) } as unknown as OneTimeKey
  }
  const signature = (hex: string) => (bytes: Uint8Array) =>
    Uint8Array.from(Buffer.from(toHex(bytes).replace(/5f3740.{128}/, `5f3740${hex}`), 'hex'))
  const rows: [string, string, () => Oddities][] = [
    ['8.1/6.1', 'a broken signature', () => ({ tamperDownload: signature('11'.repeat(64)) })],
    ['8.1/6.1', 'r and s of zero', () => ({ tamperDownload: signature('00'.repeat(64)) })],
    ['8.1/6.1', 'r and s beyond all bounds', () => ({ tamperDownload: signature('ff'.repeat(64)) })],
    ['8.1/6.1', 'another element', () => ({ tamperDownload: () => node(0xbf38, node(0xa0)) })],
    ['8.1/6.1', 'an empty element', () => ({ tamperDownload: () => node(0xbf21) })],
    [
      '8.1/6.1',
      'an element of indefinite length',
      () => ({ tamperDownload: () => Uint8Array.of(0xbf, 0x21, 0x80, 0, 0) }),
    ],
    [
      '8.1/6.1',
      'the card’s own error',
      () => ({
        tamperDownload: () => writePrepareDownloadResponse({ error: 2, transactionId: new Uint8Array(16) }),
      }),
    ],
    ['8.1/6.1', 'an all-zero one-time key', () => ({ otpk: zero })],
    [
      '8.1/6.1',
      'a one-time key off the curve',
      () => ({ otpk: withPoint((point) => point.with(64, point[64]! ^ 1)) }),
    ],
    [
      '8.1/6.1',
      'a compressed one-time key',
      () => ({ otpk: withPoint((point) => Uint8Array.of(2, ...point.slice(1, 33))) }),
    ],
    ['8.1/6.1', 'a hybrid one-time key', () => ({ otpk: withPoint((point) => point.with(0, 6)) })],
    ['8.1/6.1', 'a one-time key on the other curve', () => ({ otpk: OneTimeKey.generate('brainpool') })],
    ['8.1/6.1', 'an empty one-time key', () => ({ otpk: withPoint(() => new Uint8Array()) })],
  ]
  for (const [code, what, oddities] of rows)
    it(`${what} by ${code}; nothing is consumed and the session is over`, async () => {
      const { iccid, matchingId } = await world.order()
      const card = world.card()
      const authenticated = await card.authenticate(matchingId)
      expect(await statusOf(card.fetch(authenticated, oddities()))).toBe(code)
      expect(await stateOf(iccid)).toBe('Released')
      expect(await statusOf(card.fetch(authenticated))).toBe('8.10.1/3.9')
      expect((await card.download(matchingId)).iccid).toBe(iccid)
    })

  it('a second package of one session by 8.10.1/3.9', async () => {
    const { matchingId } = await world.order()
    const card = world.card()
    const authenticated = await card.authenticate(matchingId)
    await card.fetch(authenticated)
    expect(await statusOf(card.fetch(authenticated))).toBe('8.10.1/3.9')
    expect(await statusOf(card.cancel(authenticated.transactionId, 1))).toBe('ok')
  })

  it('a step before the authentication by 8.10.1/3.9', async () => {
    const opened = await world.card().initiate()
    const body = { transactionId: toHex(opened.transactionId), prepareDownloadResponse: 'vyEA' }
    expect(codeIn(await send(world.smdp.ports[1]!, path, body))).toBe('8.10.1/3.9')
  })

  it('the signed transaction of another session by 8.10.1/3.9 or 8.1/6.1', async () => {
    const [one, two] = [await world.order(), await world.order()]
    const card = world.card()
    const mine = await card.authenticate(one.matchingId)
    const other = await card.authenticate(two.matchingId)
    const swapped = { ...other, transactionId: mine.transactionId }
    const otpk = OneTimeKey.generate('nist')
    const ask = (transactionId: Uint8Array, response: Uint8Array) =>
      statusOf(
        callFunction(world.phone, ES9PLUS.getBoundProfilePackage, {
          transactionId,
          prepareDownloadResponse: response,
        }),
      )
    // The card signs over smdpSignature2 of its session: another session's does not hold.
    expect(await ask(mine.transactionId, card.prepareDownloadResponse(other, otpk))).toBe('8.1/6.1')
    expect(await ask(other.transactionId, card.prepareDownloadResponse(swapped, otpk))).toBe('8.10.1/3.9')
    expect(await stateOf(one.iccid)).toBe('Released')
    expect(await stateOf(two.iccid)).toBe('Released')
  })

  it('a session of another card by 8.1/6.1', async () => {
    const { iccid, matchingId } = await world.order()
    const authenticated = await world.card().authenticate(matchingId)
    const thief = world.card(eidWithCheckDigits('890490320000000000000000000111'))
    expect(await statusOf(thief.fetch(authenticated))).toBe('8.1/6.1')
    expect(await stateOf(iccid)).toBe('Released')
  })

  it('an order that another card took meanwhile by 8.1.1/3.8', async () => {
    const { matchingId } = await world.order()
    const [first, second] = [world.card(), world.card(eidWithCheckDigits('890490320000000000000000000112'))]
    const [mine, theirs] = [await first.authenticate(matchingId), await second.authenticate(matchingId)]
    await first.fetch(mine)
    expect(await statusOf(second.fetch(theirs))).toBe('8.1.1/3.8')
  })

  it('an order that was cancelled, and one made of the same profile since, by 8.2.6/3.8', async () => {
    const { iccid, matchingId } = await world.order({ confirmationCode: '4711' })
    const card = world.card()
    const [one, two] = [await card.authenticate(matchingId), await card.authenticate(matchingId)]
    await world.es2('cancelOrder', { iccid, finalProfileStatusIndicator: 'Available' })
    expect(await statusOf(card.fetch(one, { confirmationCode: '4711' }))).toBe('8.2.6/3.8')
    await world.es2('downloadOrder', { iccid })
    await world.es2('confirmOrder', { iccid, releaseFlag: true })
    expect(await statusOf(card.fetch(two, { confirmationCode: '4711' }))).toBe('8.2.6/3.8')
    expect(await stateOf(iccid)).toBe('Released')
  })
})
