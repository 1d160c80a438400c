import { randomBytes } from 'node:crypto'
import { fromHex, toBase64, toHex } from '@gesim/base'
import { KEY_USAGE, NAME, readCertificate } from '@gesim/crypto'
import {
  callFunction,
  ES9PLUS,
  eidWithCheckDigits,
  readSmdpSigned2,
  readStoreMetadata,
  writeAuthenticateServerResponse,
} from '@gesim/sgp22'
import { node, readTlv } from '@gesim/tlv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState } from './index.ts'
import type { Oddities, TestCard } from './testing/card.ts'
import { cardWith, type Forgery, forgeEuicc, forgeEum, issuerOf, turned } from './testing/forge.ts'
import { codeIn, send } from './testing/wire.ts'
import { startWorld, statusOf, type World } from './testing/world.ts'

// ES9+.AuthenticateClient, one row a case, in the manner of SGP.23 section 4.3.14.

let world: World
const state = memoryState()
beforeAll(async () => {
  world = await startWorld(state)
})
afterAll(() => world.stop())

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const EID = eidWithCheckDigits('890490320000000000000000000101')
const path = ES9PLUS.authenticateClient.path

/** A card that is all right, but for what is forged. */
function forged(euicc: Forgery = {}, eum: Forgery = {}, eid?: string): TestCard {
  const manufacturer = forgeEum(world.pki, eum)
  return cardWith(world, forgeEuicc(manufacturer, euicc, eid), manufacturer, eid)
}
const subjectOf = (organization: string, eid: string) => [
  { oid: NAME.organization, value: organization },
  { oid: NAME.serialNumber, value: eid },
]

describe('authenticateClient answers', () => {
  it('exactly the members of the specification', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const opened = await card.initiate()
    const authenticateServerResponse = toBase64(card.authenticateServerResponse(opened, matchingId).response)
    const transactionId = toHex(opened.transactionId).toLowerCase()
    const { status, json } = await send(world.smdp.ports[1]!, path, {
      transactionId,
      authenticateServerResponse,
    })
    expect(status).toBe(200)
    expect(Object.keys(json)).toEqual([
      'header',
      'transactionId',
      'profileMetadata',
      'smdpSigned2',
      'smdpSignature2',
      'smdpCertificate',
    ])
    expect(json.transactionId).toBe(transactionId.toUpperCase())
    const metadata = readStoreMetadata(readTlv(Uint8Array.from(Buffer.from(json.profileMetadata, 'base64'))))
    expect(metadata.iccid).toBe(iccid)
    const certificate = readCertificate(Uint8Array.from(Buffer.from(json.smdpCertificate, 'base64')))
    expect(certificate).toMatchObject({ role: 'dp-pb', registeredId: '2.999.10' })
    const signed2 = readSmdpSigned2(Uint8Array.from(Buffer.from(json.smdpSigned2, 'base64')))
    expect(signed2).toMatchObject({ confirmationCodeRequired: false })
    expect(signed2.bppEuiccOtpk).toBeUndefined()
  })

  const found: [string, () => Promise<[TestCard, string | undefined]>][] = [
    ['by its matching identifier', async () => [world.card(), (await world.order()).matchingId]],
    [
      'for its EID and a matching identifier',
      async () => [world.card(EID), (await world.order({ eid: EID })).matchingId],
    ],
    [
      'for its EID alone, the matching identifier absent',
      async () => {
        const eid = eidWithCheckDigits('890490320000000000000000000102')
        await world.order({ eid, matchingId: '' })
        return [world.card(eid), undefined]
      },
    ],
    [
      'for its EID alone, the matching identifier empty',
      async () => {
        const eid = eidWithCheckDigits('890490320000000000000000000103')
        await world.order({ eid, matchingId: '' })
        return [world.card(eid), '']
      },
    ],
    ['on Brainpool', async () => [world.card(undefined, 'brainpool'), (await world.order()).matchingId]],
    ['from a fresh manufacturer', async () => [forged(), (await world.order()).matchingId]],
    [
      'from a manufacturer with two permitted names',
      async () => [
        forged({}, { permittedNames: [subjectOf('Another', '1'), subjectOf('RSP Test EUM', '89049032')] }),
        (await world.order()).matchingId,
      ],
    ],
  ]
  for (const [what, make] of found)
    it(`a card whose order is found ${what}`, async () => {
      const [card, matchingId] = await make()
      expect(await statusOf(card.authenticate(matchingId))).toBe('ok')
    })
})

describe('authenticateClient refuses a certificate', () => {
  const past = () => Date.now() - HOUR_MS
  const cards: [string, string, () => TestCard][] = [
    ['8.1.2/6.1', 'of the manufacturer whose signature is broken', () => forged({}, { bend: turned })],
    ['8.1.2/6.1', 'of the manufacturer with the policy of a card', () => forged({}, { role: 'euicc' })],
    ['8.1.2/6.1', 'of the manufacturer without a policy', () => forged({}, { role: undefined })],
    [
      '8.1.2/6.1',
      'of the manufacturer without basic constraints',
      () => forged({}, { pathLength: undefined }),
    ],
    [
      '8.1.2/6.1',
      'of the manufacturer that may not sign certificates',
      () => forged({}, { keyUsage: [KEY_USAGE.crlSign] }),
    ],
    [
      '8.1.2/6.1',
      'of the manufacturer that is bound to no names',
      () => forged({}, { permittedNames: undefined }),
    ],
    ['8.1.2/6.3', 'of the manufacturer that has expired', () => forged({}, { notAfterMs: past() })],
    [
      '8.1.2/6.3',
      'of the manufacturer that is not valid yet',
      () => forged({}, { notBeforeMs: Date.now() + DAY_MS }),
    ],
    [
      '8.1.2/6.1',
      'of the manufacturer that is cut',
      () => forged({}, { bend: (der) => node(0x30, readTlv(der).value.slice(0, 90)) }),
    ],
    ['8.1.3/6.1', 'of the card whose signature is broken', () => forged({ bend: turned })],
    ['8.1.3/6.1', 'of the card with the policy of a server', () => forged({ role: 'dp-auth' })],
    ['8.1.3/6.1', 'of the card without a policy', () => forged({ role: undefined })],
    ['8.1.3/6.1', 'of the card that may not sign', () => forged({ keyUsage: [KEY_USAGE.keyCertSign] })],
    ['8.1.3/6.1', 'of the card that is an authority', () => forged({ pathLength: 0 })],
    ['8.1.3/6.3', 'of the card that has expired', () => forged({ notAfterMs: past() })],
    ['8.1.3/6.3', 'of the card that is not valid yet', () => forged({ notBeforeMs: Date.now() + DAY_MS })],
    [
      '8.1.3/6.1',
      'of the card with an EID outside of the manufacturer’s range',
      () => forged({ subject: subjectOf('RSP Test EUM', `8904${'1'.repeat(28)}`) }),
    ],
    [
      '8.1.3/6.1',
      'of the card with another organisation than its manufacturer’s',
      () => forged({ subject: subjectOf('Another', EID) }),
    ],
    [
      '8.1.3/6.1',
      'of the card without an EID',
      () => forged({ subject: [{ oid: NAME.organization, value: 'RSP Test EUM' }] }),
    ],
    [
      '8.1.3/6.1',
      'of the card with an EID of 31 digits',
      () => forged({ subject: subjectOf('RSP Test EUM', EID.slice(1)) }),
    ],
    [
      '8.1.3/6.1',
      'of the card that is cut',
      () => forged({ bend: (der) => node(0x30, readTlv(der).value.slice(0, 90)) }),
    ],
    [
      '8.1.3/6.1',
      'of the card with a key that is off the curve',
      () => forged({ bend: (der) => replaced(der, /03420004.{128}/, (found) => `${found.slice(0, -2)}00`) }),
    ],
    [
      '8.1.3/6.1',
      'of the card with an all-zero key',
      () => forged({ bend: (der) => replaced(der, /03420004.{128}/, () => `03420004${'0'.repeat(128)}`) }),
    ],
    [
      '8.1.3/6.1',
      'of the card under another manufacturer',
      () => cardWith(world, forgeEuicc(forgeEum(world.pki)), forgeEum(world.pki)),
    ],
    [
      '8.1.2/6.1',
      'of a card in the place of its manufacturer’s',
      () => {
        const eum = forgeEum(world.pki)
        return cardWith(world, forgeEuicc(eum), forgeEuicc(eum))
      },
    ],
  ]
  for (const [code, what, make] of cards)
    it(`${what} by ${code}`, async () => {
      const { iccid, matchingId } = await world.order()
      const id = [issuerOf(world.pki).certificate.subjectKeyId!]
      const card = make()
      expect(
        await statusOf(card.authenticate(matchingId, { signingKeyIds: id, verificationKeyIds: id })),
      ).toBe(code)
      expect((await state.find({ iccid }))?.state).toBe('Released')
    })

  it('that leads to an unknown issuer by 8.11.1/3.9', async () => {
    const { matchingId } = await world.order()
    const stranger = await startWorld(memoryState())
    try {
      const eum = forgeEum(stranger.pki)
      const id = [issuerOf(world.pki).certificate.subjectKeyId!]
      const card = cardWith(world, forgeEuicc(eum), eum)
      const oddities = { signingKeyIds: id, verificationKeyIds: id }
      expect(await statusOf(card.authenticate(matchingId, oddities))).toBe('8.11.1/3.9')
    } finally {
      await stranger.stop()
    }
  })

  it('of an issuer other than the agreed one by 8.11.1/3.9', async () => {
    const { matchingId } = await world.order()
    const id = [issuerOf(world.pki).certificate.subjectKeyId!]
    const card = world.card(undefined, 'brainpool')
    const oddities = { signingKeyIds: id, verificationKeyIds: id }
    expect(await statusOf(card.authenticate(matchingId, oddities))).toBe('8.11.1/3.9')
  })
})

function replaced(der: Uint8Array, pattern: RegExp, by: (found: string) => string): Uint8Array {
  return fromHex(toHex(der).replace(pattern, by))
}

describe('authenticateClient refuses what the card signed', () => {
  const N = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'
  const signature = (hex: string) => (bytes: Uint8Array) =>
    replaced(bytes, /5f3740.{128}/, () => `5f3740${hex}`)
  const tampers: [string, string, Oddities][] = [
    ['8.1/6.1', 'with another challenge', { serverChallenge: new Uint8Array(16) }],
    ['8.1/6.1', 'with a broken signature', { tamperClient: signature('11'.repeat(64)) }],
    ['8.1/6.1', 'with r and s of zero', { tamperClient: signature('00'.repeat(64)) }],
    ['8.1/6.1', 'with r of the order of the curve', { tamperClient: signature(N + '01'.padStart(64, '0')) }],
    ['8.1/6.1', 'with s of the order of the curve', { tamperClient: signature('01'.padStart(64, '0') + N) }],
    ['8.1/6.1', 'with r and s beyond all bounds', { tamperClient: signature('ff'.repeat(64)) }],
    [
      '8.1/6.1',
      'with a signature of 63 bytes',
      { tamperClient: (b) => replaced(b, /5f3740../, () => '5f373f') },
    ],
    ['8.1/6.1', 'when it is another element', { tamperClient: () => node(0xbf21, node(0xa0)) }],
    ['8.1/6.1', 'when it is empty', { tamperClient: () => node(0xbf38) }],
    [
      '8.1/6.1',
      'when it is of indefinite length',
      { tamperClient: () => Uint8Array.of(0xbf, 0x38, 0x80, 0, 0) },
    ],
    ['8.1/6.1', 'when bytes follow it', { tamperClient: (b) => Uint8Array.from([...b, 0x30, 0]) }],
    [
      '8.1/6.1',
      'when it is the card’s own error',
      {
        tamperClient: () => writeAuthenticateServerResponse({ error: 6, transactionId: new Uint8Array(16) }),
      },
    ],
  ]
  for (const [code, what, oddities] of tampers)
    it(`${what} by ${code}, and the session is over`, async () => {
      const { iccid, matchingId } = await world.order()
      const card = world.card()
      const opened = await card.initiate()
      const { response } = card.authenticateServerResponse(opened, matchingId, oddities)
      const ask = (authenticateServerResponse: Uint8Array) =>
        statusOf(
          callFunction(world.phone, ES9PLUS.authenticateClient, {
            transactionId: opened.transactionId,
            authenticateServerResponse,
          }),
        )
      expect(await ask(oddities.tamperClient?.(response) ?? response)).toBe(code)
      const good = card.authenticateServerResponse(opened, matchingId).response
      expect(await ask(good)).toBe('8.10.1/3.9')
      expect((await state.find({ iccid }))?.state).toBe('Released')
    })
})

describe('authenticateClient refuses a transaction by 8.10.1/3.9', () => {
  async function asked(transactionId: Uint8Array | string, response: Uint8Array): Promise<string> {
    const id = typeof transactionId === 'string' ? transactionId : toHex(transactionId)
    const body = { transactionId: id, authenticateServerResponse: toBase64(response) }
    return codeIn(await send(world.smdp.ports[1]!, path, body))
  }

  it('that nobody began', async () => {
    const { matchingId } = await world.order()
    const card = world.card()
    const { response } = card.authenticateServerResponse(await card.initiate(), matchingId)
    expect(await asked(Uint8Array.from(randomBytes(16)), response)).toBe('8.10.1/3.9')
    expect(await asked('00', response)).toBe('8.10.1/3.9')
  })

  it('in JSON that is not the signed one, in either direction', async () => {
    const { matchingId } = await world.order()
    const card = world.card()
    const [one, two] = [await card.initiate(), await card.initiate()]
    expect(await asked(two.transactionId, card.authenticateServerResponse(one, matchingId).response)).toBe(
      '8.10.1/3.9',
    )
    expect(await asked(one.transactionId, card.authenticateServerResponse(two, matchingId).response)).toBe(
      '8.10.1/3.9',
    )
  })

  it('sent again, and the session goes on', async () => {
    const { matchingId } = await world.order()
    const card = world.card()
    const opened = await card.initiate()
    const { response } = card.authenticateServerResponse(opened, matchingId)
    expect(await asked(opened.transactionId, response)).toBe('ok')
    expect(await asked(opened.transactionId, response)).toBe('8.10.1/3.9')
    await card.cancel(opened.transactionId, 1)
  })

  it('older than sessions live', async () => {
    const { matchingId } = await world.order()
    const card = world.card()
    const opened = await card.initiate()
    world.clockMs = HOUR_MS
    expect(
      await asked(opened.transactionId, card.authenticateServerResponse(opened, matchingId).response),
    ).toBe('8.10.1/3.9')
    world.clockMs = 0
  })

  for (const [id, what] of [
    ['', 'that is empty'],
    ['xyz', 'that is not hex'],
    ['AB'.repeat(17), 'of 17 bytes'],
  ])
    it(`${what}, by 1.3.1/2.1`, async () => {
      expect(await asked(id!, Uint8Array.of(0xbf, 0x38, 0))).toBe('1.3.1/2.1')
    })
})
