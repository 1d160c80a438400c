import { createPublicKey, randomBytes } from 'node:crypto'
import { toBase64, toHex } from '@gesim/base'
import {
  type CertificateRequest,
  ecdsaVerify,
  generateKey,
  type Identity,
  identityOf,
  KEY_USAGE,
  NAME,
  privateKeyPem,
  readCertificate,
  writeCertificate,
} from '@gesim/crypto'
import {
  ASN1_PATH,
  ASN1_TYPE,
  callFunction,
  ES11,
  eidWithCheckDigits,
  post,
  readAsn1Events,
  readAsn1Response,
  readServerSigned1,
  writeAsn1Request,
  writeEuiccInfo1,
} from '@gesim/sgp22'
import { node } from '@gesim/tlv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Oddities, SMDP_ADDRESS, startWorld, statusOf, type World } from './testing/world.ts'

// ES11 towards phones, one row a case, in the manner of SGP.23 section 4.5.

let world: World
beforeAll(async () => {
  world = await startWorld({ smdsAddress: 'smds.example.test:8444', otherAddresses: ['localhost'] })
})
afterAll(() => world.stop())

const eidOf = (end: string) => eidWithCheckDigits(`8904903200000000000000000000${end}`)
const [EID, EMPTY] = [eidOf('01'), eidOf('02')]
const STRANGER = Uint8Array.from(randomBytes(20))

/** Sends JSON over plain HTTP and gives what came. */
async function ask(path: string, body: unknown) {
  const url = `http://127.0.0.1:${world.smds.ports[1]}${path}`
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  const json = (await answer.json()) as { header: { functionExecutionStatus: { status: string } } } & Record<
    string,
    unknown
  >
  return { status: answer.status, headers: answer.headers, json }
}

/** A certificate of the test manufacturer that says what a test wants. */
function forged(changes: Partial<CertificateRequest>): Identity {
  const eum = identityOf(world.pki, 'eum', 'nist')
  const privateKey = generateKey('nist')
  const request: CertificateRequest = {
    role: 'euicc',
    subject: [
      { oid: NAME.organization, value: 'RSP Test EUM' },
      { oid: NAME.serialNumber, value: EID },
    ],
    serialNumber: '4711',
    publicKey: createPublicKey(privateKeyPem(privateKey)),
    notBeforeMs: Date.now() - 100_000,
    notAfterMs: Date.now() + 100_000,
    keyUsage: [KEY_USAGE.digitalSignature],
    ...changes,
  }
  const authority = { subject: eum.certificate.subject, privateKey: eum.privateKey }
  return { certificate: readCertificate(writeCertificate(request, authority)), privateKey }
}

describe('the SM-DS answers', () => {
  it('initiateAuthentication with exactly the members of ES9+, signed by CERT.DSauth', async () => {
    const id = [identityOf(world.pki, 'eum', 'nist').certificate.authorityKeyId!]
    const { status, headers, json } = await ask(ES11.initiateAuthentication.path, {
      euiccChallenge: toBase64(new Uint8Array(16)),
      euiccInfo1: toBase64(writeEuiccInfo1({ svn: '2.5.0', verificationKeyIds: id, signingKeyIds: id })),
      smdpAddress: 'SMDS.example.test',
    })
    expect([status, headers.get('x-admin-protocol')]).toEqual([200, 'gsma/rsp/v2.5.0'])
    expect(Object.keys(json)).toEqual([
      'header',
      'transactionId',
      'serverSigned1',
      'serverSignature1',
      'euiccCiPKIdToBeUsed',
      'serverCertificate',
    ])
    const opened = await world.initiate({ address: 'smds.example.test' })
    const certificate = readCertificate(opened.serverCertificate)
    expect(certificate).toMatchObject({ role: 'ds-auth', registeredId: '2.999.15' })
    expect(ecdsaVerify(certificate.publicKey, opened.serverSigned1, opened.serverSignature1)).toBe(true)
    expect(readServerSigned1(opened.serverSigned1).serverAddress).toBe('smds.example.test')
  })

  it('authenticateClient with exactly transaction and events', async () => {
    await world.register({ eid: EID, eventId: 'EXACT' })
    const opened = await world.initiate()
    const { json } = await ask(ES11.authenticateClient.path, {
      transactionId: toHex(opened.transactionId),
      authenticateServerResponse: toBase64(world.answer(opened, EID)),
    })
    expect(json).toEqual({
      header: { functionExecutionStatus: { status: 'Executed-Success' } },
      transactionId: toHex(opened.transactionId).toUpperCase(),
      eventEntries: [{ eventId: 'EXACT', rspServerAddress: SMDP_ADDRESS }],
    })
    await world.remove(EID, 'EXACT')
  })

  it('an empty list to a card for which nothing waits', async () => {
    expect(await world.discover(EMPTY)).toEqual([])
  })

  it('all events of a card, the oldest first, and of no other card', async () => {
    const eid = eidOf('03')
    for (const eventId of ['FIRST', 'SECOND', 'THIRD']) await world.register({ eid, eventId })
    expect((await world.discover(eid)).map(({ eventId }) => eventId)).toEqual(['FIRST', 'SECOND', 'THIRD'])
    expect(await world.discover(eid, 'SECOND')).toEqual([
      { eventId: 'SECOND', rspServerAddress: SMDP_ADDRESS },
    ])
    expect(await world.discover(EMPTY)).toEqual([])
  })

  it('a card on Brainpool, over TLS of either curve and over plain HTTP', async () => {
    const eid = eidOf('04')
    await world.register({ eid, eventId: 'BRP' })
    for (const [at, scheme] of ['https', 'http', 'https'].entries()) {
      const peer = { ...world.phone(), url: `${scheme}://localhost:${world.smds.ports[at]}` }
      const opened = await world.initiate({}, world.smds, 'brainpool')
      const authenticateServerResponse = world.answer(opened, eid, '', {}, 'brainpool')
      const body = { transactionId: opened.transactionId, authenticateServerResponse }
      expect((await callFunction(peer, ES11.authenticateClient, body)).eventEntries).toHaveLength(1)
    }
  })
})

describe('the SM-DS refuses', () => {
  const first: [string, string, Oddities][] = [
    ['8.9.1/3.8', 'another address', { address: 'elsewhere.example' }],
    ['8.9.2/3.1', 'a card of unknown issuers', { signingKeyIds: [STRANGER] }],
    ['8.9.3/3.1', 'another version', { svn: '1.0.0' }],
    ['8.9.4/3.7', 'a card that cannot check its certificates', { verificationKeyIds: [STRANGER] }],
  ]
  for (const [code, what, oddities] of first)
    it(`${what} by ${code}`, async () => {
      expect(await statusOf(world.initiate(oddities))).toBe(code)
    })

  const second: [string, string, () => Oddities][] = [
    ['8.1/6.1', 'another challenge', () => ({ serverChallenge: new Uint8Array(16) })],
    ['8.1/6.1', 'a broken answer', () => ({ tamper: (bytes) => bytes.slice(0, -1) })],
    ['8.1/6.1', 'an empty answer', () => ({ tamper: () => node(0xbf38) })],
    ['8.1.2/6.1', 'a manufacturer that is none', () => ({ eum: identityOf(world.pki, 'ds-auth', 'nist') })],
    ['8.1.3/6.1', 'a card that is none', () => ({ euicc: forged({ role: 'ds-auth' }) })],
    ['8.1.3/6.3', 'a card that has expired', () => ({ euicc: forged({ notAfterMs: Date.now() - 1000 }) })],
    [
      '8.1.3/6.1',
      'a card outside of its manufacturer’s range',
      () => ({
        euicc: forged({
          subject: [
            { oid: NAME.organization, value: 'RSP Test EUM' },
            { oid: NAME.serialNumber, value: '1'.repeat(32) },
          ],
        }),
      }),
    ],
  ]
  for (const [code, what, oddities] of second)
    it(`${what} by ${code}`, async () => {
      expect(await statusOf(world.discover(EID, '', world.smds, oddities()))).toBe(code)
    })

  it('an event that nobody registered by 8.9.5/3.9, also one of another card', async () => {
    const eid = eidOf('05')
    await world.register({ eid, eventId: 'MINE' })
    expect(await statusOf(world.discover(eid, 'NOBODYS'))).toBe('8.9.5/3.9')
    expect(await statusOf(world.discover(EMPTY, 'MINE'))).toBe('8.9.5/3.9')
  })

  it('transactions that are unknown, over, outdated or another’s by 8.10.1/3.9', async () => {
    const opened = await world.initiate()
    const answer = world.answer(opened, EID)
    const asked = (transactionId: Uint8Array, authenticateServerResponse = answer) =>
      statusOf(
        callFunction(world.phone(), ES11.authenticateClient, { transactionId, authenticateServerResponse }),
      )
    expect(await asked(Uint8Array.from(randomBytes(16)))).toBe('8.10.1/3.9')
    const other = await world.initiate()
    expect(await asked(other.transactionId)).toBe('8.10.1/3.9')
    expect(await asked(opened.transactionId)).toBe('ok')
    expect(await asked(opened.transactionId)).toBe('8.10.1/3.9')
    const late = await world.initiate()
    world.clockMs = 301_000
    expect(await asked(late.transactionId, world.answer(late, EID))).toBe('8.10.1/3.9')
    world.clockMs = 0
  })

  for (const [what, body] of [
    ['an empty object', {}],
    ['null', null],
    ['a member of another type', { euiccChallenge: 7, euiccInfo1: 'vyAA', smdpAddress: 'localhost' }],
  ] as const)
    it(`${what} by a code of its form`, async () => {
      const { json } = await ask(ES11.initiateAuthentication.path, body)
      expect(JSON.stringify(json)).toMatch(/"subjectCode":"1\.3\.1"/)
    })
})

describe('the ASN.1 binding of ES11', () => {
  const asn1 = (bytes: Uint8Array) => post(world.phone(), ASN1_PATH, bytes, ASN1_TYPE)

  async function begin(smdpAddress = 'localhost') {
    const id = [identityOf(world.pki, 'eum', 'nist').certificate.authorityKeyId!]
    const euiccInfo1 = writeEuiccInfo1({ svn: '2.5.0', verificationKeyIds: id, signingKeyIds: id })
    const body = { euiccChallenge: new Uint8Array(16), euiccInfo1, smdpAddress }
    const answer = await asn1(writeAsn1Request({ function: 'initiateAuthentication', body }))
    return readAsn1Response(answer.body, 'initiateAuthentication')
  }
  const events = async (transactionId: Uint8Array, authenticateServerResponse: Uint8Array) => {
    const body = { transactionId, authenticateServerResponse }
    return readAsn1Events((await asn1(writeAsn1Request({ function: 'authenticateClient', body }))).body)
  }

  it('finds the events of a card', async () => {
    const eid = eidOf('06')
    await world.register({ eid, eventId: 'ASN-1' })
    const opened = (await begin()).body as Parameters<World['answer']>[0]
    expect(await events(opened.transactionId, world.answer(opened, eid))).toEqual({
      ok: {
        transactionId: opened.transactionId,
        eventEntries: [{ eventId: 'ASN-1', rspServerAddress: SMDP_ADDRESS }],
      },
    })
  })

  it('tells refusals by the numbers of its types', async () => {
    expect((await begin('elsewhere.example')).error).toBe(1)
    const opened = (await begin()).body as Parameters<World['answer']>[0]
    expect((await events(opened.transactionId, world.answer(opened, EMPTY, 'NOBODYS'))).error).toBe(6)
    expect((await events(opened.transactionId, world.answer(opened, EMPTY))).error).toBe(7)
    const again = (await begin()).body as Parameters<World['answer']>[0]
    const odd = { serverChallenge: new Uint8Array(16) }
    expect((await events(again.transactionId, world.answer(again, EMPTY, '', odd))).error).toBe(5)
  })

  it('has no other function, and answers what it cannot read by 400', async () => {
    const body = { transactionId: new Uint8Array(16), prepareDownloadResponse: node(0xbf21) }
    const answer = await asn1(writeAsn1Request({ function: 'getBoundProfilePackage', body }))
    expect(readAsn1Response(answer.body, 'getBoundProfilePackage').error).toBe(127)
    expect((await asn1(Uint8Array.of(1, 2, 3))).status).toBe(400)
  })
})
