import { ecdsaVerify, OneTimeKey, readCertificate } from '@gesim/crypto'
import {
  ASN1_PATH,
  ASN1_TYPE,
  type Es9plusAnswer,
  type Es9plusFunction,
  type Es9plusRequest,
  eidWithCheckDigits,
  post,
  readAsn1Response,
  writeAsn1Request,
  writeEuiccInfo1,
} from '@gesim/sgp22'
import { node } from '@gesim/tlv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState } from './index.ts'
import { asn1ErrorOf } from './status-of.ts'
import type { Oddities } from './testing/card.ts'
import { cardWith, type Forgery, forgeEuicc, forgeEum, issuerOf, turned } from './testing/forge.ts'
import { startWorld, type World } from './testing/world.ts'

let world: World
const state = memoryState()
beforeAll(async () => {
  world = await startWorld(state)
})
afterAll(() => world.stop())

async function ask<Name extends Es9plusFunction>(
  name: Name,
  body: Extract<Es9plusRequest, { function: Name }>['body'],
): Promise<Extract<Es9plusAnswer, { function: Name }>> {
  const bytes = writeAsn1Request({ function: name, body } as Es9plusRequest)
  const answer = await post(world.phone, ASN1_PATH, bytes, ASN1_TYPE)
  if (answer.status === 204) return { function: name, body: {} } as never
  expect(answer.status).toBe(200)
  return readAsn1Response(answer.body, name) as never
}

const initiate = (smdpAddress: string, svn = '2.5.0', keyId?: Uint8Array) => {
  const keyIds = [keyId ?? issuerOf(world.pki).certificate.subjectKeyId!]
  return ask('initiateAuthentication', {
    euiccChallenge: new Uint8Array(16),
    euiccInfo1: writeEuiccInfo1({ svn, verificationKeyIds: keyIds, signingKeyIds: keyIds }),
    smdpAddress,
  })
}

describe('the ASN.1 binding', () => {
  it('carries a whole download', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const opened = (await initiate('localhost')).body!
    const { transactionId } = opened
    const { response } = card.authenticateServerResponse(opened, matchingId)
    const client = (await ask('authenticateClient', { transactionId, authenticateServerResponse: response }))
      .body!
    const otpk = OneTimeKey.generate('nist')
    const bound = await ask('getBoundProfilePackage', {
      transactionId,
      prepareDownloadResponse: card.prepareDownloadResponse(client, otpk),
    })
    expect(card.open(bound.body!.boundProfilePackage, client, otpk).iccid).toBe(iccid)
    await ask('handleNotification', {
      pendingNotification: card.installationResult(transactionId, { iccid }),
    })
    expect((await state.find({ iccid }))?.state).toBe('Installed')
    const key = readCertificate(opened.serverCertificate).publicKey
    expect(ecdsaVerify(key, opened.serverSigned1, opened.serverSignature1)).toBe(true)
  })

  it('cancels a session', async () => {
    const { iccid, matchingId } = await world.order()
    const card = world.card()
    const { transactionId } = await card.authenticate(matchingId)
    const cancelSessionResponse = card.cancelSessionResponse(transactionId, 1)
    expect(await ask('cancelSession', { transactionId, cancelSessionResponse })).toEqual({
      function: 'cancelSession',
      body: {},
    })
    expect((await state.find({ iccid }))?.state).toBe('Released')
    expect((await ask('cancelSession', { transactionId, cancelSessionResponse })).error).toBe(1)
  })
})

/** Functions with what a case needs of a card. */
async function begun(matchingId: string | undefined, oddities: Oddities = {}, card = world.card()) {
  const id = [issuerOf(world.pki).certificate.subjectKeyId!]
  const all = { signingKeyIds: id, verificationKeyIds: id, ...oddities }
  const opened = await card.initiate(all)
  const { response } = card.authenticateServerResponse(opened, matchingId, all)
  const bent = oddities.tamperClient?.(response) ?? response
  return ask('authenticateClient', { transactionId: opened.transactionId, authenticateServerResponse: bent })
}

async function fetched(matchingId: string, oddities: Oddities = {}) {
  const card = world.card()
  const authenticated = await card.authenticate(matchingId)
  const otpk = oddities.otpk ?? OneTimeKey.generate('nist')
  const good = card.prepareDownloadResponse(authenticated, otpk, oddities.confirmationCode)
  return ask('getBoundProfilePackage', {
    transactionId: authenticated.transactionId,
    prepareDownloadResponse: oddities.tamperDownload?.(good) ?? good,
  })
}

async function forged(euicc: Forgery, eum: Forgery) {
  const manufacturer = forgeEum(world.pki, eum)
  const { matchingId } = await world.order()
  return begun(matchingId, {}, cardWith(world, forgeEuicc(manufacturer, euicc), manufacturer))
}

const matching = async (confirm: Parameters<World['order']>[0] = {}, bytes?: number) =>
  (await world.order(confirm, bytes)).matchingId
const past = () => ({ notAfterMs: Date.now() - 1000 })
const OTHER = eidWithCheckDigits('890490320000000000000000000161')

describe('a refusal in the ASN.1 binding has its number', () => {
  const cases: [Es9plusFunction, number, string, () => Promise<{ error?: number }>][] = [
    ['initiateAuthentication', 1, 'another address', () => initiate('elsewhere.example')],
    ['initiateAuthentication', 2, 'another version', () => initiate('localhost', '3.0.0')],
    [
      'initiateAuthentication',
      3,
      'unknown issuers',
      () => initiate('localhost', '2.5.0', new Uint8Array(20)),
    ],
    ['authenticateClient', 1, 'a bad manufacturer', () => forged({}, { bend: turned })],
    ['authenticateClient', 2, 'an expired manufacturer', () => forged({}, past())],
    ['authenticateClient', 3, 'a bad card', () => forged({ bend: turned }, {})],
    ['authenticateClient', 4, 'an expired card', () => forged(past(), {})],
    [
      'authenticateClient',
      5,
      'a broken signature',
      async () => begun(await matching(), { serverChallenge: new Uint8Array(16) }),
    ],
    ['authenticateClient', 6, 'an unknown matching identifier', () => begun('NOBODYS')],
    ['authenticateClient', 7, 'another card', async () => begun(await matching({ eid: OTHER }))],
    [
      'authenticateClient',
      8,
      'a card that the profile does not fit',
      async () => begun(await matching(), { profileVersion: '3.1.0' }),
    ],
    [
      'authenticateClient',
      11,
      'a card without room',
      async () => begun(await matching({}, 9000), { freeBytes: 100 }),
    ],
    [
      'authenticateClient',
      10,
      'an unknown transaction',
      () =>
        ask('authenticateClient', {
          transactionId: new Uint8Array(16),
          authenticateServerResponse: node(0xbf38),
        }),
    ],
    [
      'authenticateClient',
      127,
      'what has no number',
      async () => begun(await matching({ releaseFlag: false })),
    ],
    [
      'getBoundProfilePackage',
      1,
      'a broken signature',
      async () => fetched(await matching(), { tamperDownload: turned }),
    ],
    [
      'getBoundProfilePackage',
      2,
      'a missing confirmation code',
      async () => fetched(await matching({ confirmationCode: '1' })),
    ],
    [
      'getBoundProfilePackage',
      3,
      'a wrong confirmation code',
      async () => fetched(await matching({ confirmationCode: '1' }), { confirmationCode: '2' }),
    ],
    [
      'getBoundProfilePackage',
      4,
      'too many wrong confirmation codes',
      async () => {
        const id = await matching({ confirmationCode: '1' })
        for (const _ of [1, 2]) await fetched(id, { confirmationCode: '2' })
        return fetched(id, { confirmationCode: '2' })
      },
    ],
    [
      'getBoundProfilePackage',
      95,
      'an unknown transaction',
      () =>
        ask('getBoundProfilePackage', {
          transactionId: new Uint8Array(16),
          prepareDownloadResponse: node(0xbf21),
        }),
    ],
    [
      'cancelSession',
      1,
      'an unknown transaction',
      () => ask('cancelSession', { transactionId: new Uint8Array(16), cancelSessionResponse: node(0xbf41) }),
    ],
    [
      'cancelSession',
      2,
      'a broken signature',
      async () => {
        const { transactionId } = await world.card().authenticate(await matching())
        const cancelSessionResponse = turned(world.card().cancelSessionResponse(transactionId, 0))
        return ask('cancelSession', { transactionId, cancelSessionResponse })
      },
    ],
    [
      'cancelSession',
      127,
      'another server',
      async () => {
        const { transactionId } = await world.card().authenticate(await matching())
        const cancelSessionResponse = world.card().cancelSessionResponse(transactionId, 0, '2.999.11')
        return ask('cancelSession', { transactionId, cancelSessionResponse })
      },
    ],
  ]
  for (const [name, number, what, run] of cases)
    it(`${number} for ${what} at ${name}`, async () => {
      expect((await run()).error).toBe(number)
    })

  it('9 for a card of an unknown issuer at authenticateClient', async () => {
    const stranger = await startWorld(memoryState())
    try {
      const eum = forgeEum(stranger.pki)
      const answer = await begun(await matching(), {}, cardWith(world, forgeEuicc(eum), eum))
      expect(answer.error).toBe(9)
    } finally {
      await stranger.stop()
    }
  })

  it('5 where packages are not bound again, and 6 for an order that expired, at getBoundProfilePackage', () => {
    expect(asn1ErrorOf('getBoundProfilePackage', '8.2/3.7')).toBe(5)
    expect(asn1ErrorOf('getBoundProfilePackage', '8.8.5/4.10')).toBe(6)
  })

  const malformed: [string, Uint8Array][] = [
    ['is empty', new Uint8Array()],
    ['is no element', Uint8Array.of(0xa2, 0x05, 1)],
    ['is of an unknown function', node(0xa2, node(0xbf70))],
    ['is a request without its envelope', node(0xbf39)],
    ['is of indefinite length', Uint8Array.of(0xa2, 0x80, 0xbf, 0x39, 0, 0, 0, 0)],
    ['lacks its members', node(0xa2, node(0xbf3b))],
    ['has members of another type', node(0xa2, node(0xbf39, node(0x81, new Uint8Array(15))))],
  ]
  for (const [what, bytes] of malformed)
    it(`or HTTP 400, when it ${what}`, async () => {
      const answer = await post(world.phone, ASN1_PATH, bytes, ASN1_TYPE)
      expect(answer.status).toBe(400)
    })

  it('and a notification of any kind is 204', async () => {
    for (const inner of [node(0xbf37), node(0x30), node(0xa0, node(0xbf37)), new Uint8Array([0x04, 0])]) {
      const answer = await post(world.phone, ASN1_PATH, node(0xa2, node(0xbf3d, inner)), ASN1_TYPE)
      expect([answer.status, answer.body.length]).toEqual([204, 0])
    }
  })
})
