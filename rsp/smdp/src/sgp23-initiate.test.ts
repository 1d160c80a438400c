import { randomBytes } from 'node:crypto'
import { toBase64 } from '@gesim/base'
import { ecdsaVerify, readCertificate } from '@gesim/crypto'
import { ES9PLUS, readServerSigned1, writeEuiccInfo1 } from '@gesim/sgp22'
import { node, readTlv } from '@gesim/tlv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryState } from './index.ts'
import type { Oddities } from './testing/card.ts'
import { codeIn, send } from './testing/wire.ts'
import { type Json, startWorld, statusOf, type World } from './testing/world.ts'

// ES9+.InitiateAuthentication, one row a case, in the manner of SGP.23 section 4.3.12.

let world: World
const FQDN = 'smdp.example.test'
beforeAll(async () => {
  world = await startWorld(memoryState(), {
    smdpAddress: `${FQDN}:8443`,
    otherAddresses: ['localhost', '[::1]'],
    limits: { maxSessions: 50 },
  })
})
afterAll(() => world.stop())

const keyIdOf = (curve: 'nist' | 'brainpool') =>
  world.pki.issuers.find((issuer) => issuer.role === 'ci' && issuer.curve === curve)!.subjectKeyId!
const STRANGER = Uint8Array.from(randomBytes(20))
const CHALLENGE = toBase64(new Uint8Array(16).fill(7))

function infoOf(verification: readonly Uint8Array[], signing: readonly Uint8Array[], svn = '2.5.0') {
  return writeEuiccInfo1({ svn, verificationKeyIds: verification, signingKeyIds: signing })
}
const good = () => ({
  euiccChallenge: CHALLENGE,
  euiccInfo1: toBase64(infoOf([keyIdOf('nist')], [keyIdOf('nist')])),
  smdpAddress: FQDN,
})
const ask = (body: unknown, headers?: Record<string, string>) =>
  send(world.smdp.ports[1]!, ES9PLUS.initiateAuthentication.path, body, { headers })
const bytesOf = (text: Json): Uint8Array => Uint8Array.from(Buffer.from(String(text), 'base64'))

describe('initiateAuthentication answers', () => {
  it('exactly the members of the specification, each in its encoding', async () => {
    const { status, headers, json } = await ask(good())
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('application/json;charset=UTF-8')
    expect(headers['x-admin-protocol']).toMatch(/^gsma\/rsp\/v2\.\d+\.\d+$/)
    expect(Object.keys(json)).toEqual([
      'header',
      'transactionId',
      'serverSigned1',
      'serverSignature1',
      'euiccCiPKIdToBeUsed',
      'serverCertificate',
    ])
    expect(json.header).toEqual({ functionExecutionStatus: { status: 'Executed-Success' } })
    expect(json.transactionId).toMatch(/^[0-9A-F]{32}$/)
    expect(bytesOf(json.euiccCiPKIdToBeUsed)).toEqual(Uint8Array.from([0x04, 0x14, ...keyIdOf('nist')]))
    expect([...bytesOf(json.serverSignature1).slice(0, 3)]).toEqual([0x5f, 0x37, 0x40])
  })

  it('signed by CERT.DPauth over the very bytes of serverSigned1, which repeat challenge, address and transaction', async () => {
    const { json } = await ask(good())
    const certificate = readCertificate(bytesOf(json.serverCertificate))
    expect(certificate).toMatchObject({ role: 'dp-auth', registeredId: '2.999.10' })
    const signature = readTlv(bytesOf(json.serverSignature1)).value
    expect(ecdsaVerify(certificate.publicKey, bytesOf(json.serverSigned1), signature)).toBe(true)
    const signed = readServerSigned1(bytesOf(json.serverSigned1))
    expect(Buffer.from(signed.transactionId).toString('hex').toUpperCase()).toBe(json.transactionId)
    expect(toBase64(signed.euiccChallenge)).toBe(CHALLENGE)
    expect(signed.serverAddress).toBe(FQDN)
    expect(signed.serverChallenge).toHaveLength(16)
  })

  it('each time with another transaction and another challenge', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(good())))
    expect(new Set(answers.map(({ json }) => json.transactionId)).size).toBe(5)
    const challenges = answers.map(({ json }) =>
      toBase64(readServerSigned1(bytesOf(json.serverSigned1)).serverChallenge),
    )
    expect(new Set(challenges).size).toBe(5)
  })

  const chosen: [
    string,
    ('nist' | 'brainpool' | 'stranger')[],
    ('nist' | 'brainpool' | 'stranger')[],
    string,
    string,
  ][] = [
    ['a NIST card', ['nist'], ['nist'], 'nist', 'nist'],
    ['a Brainpool card', ['brainpool'], ['brainpool'], 'brainpool', 'brainpool'],
    ['a card of both curves that prefers NIST', ['nist', 'brainpool'], ['nist', 'brainpool'], 'nist', 'nist'],
    [
      'a card of both curves that prefers Brainpool',
      ['brainpool', 'nist'],
      ['brainpool', 'nist'],
      'brainpool',
      'brainpool',
    ],
    [
      'a card that prefers different issuers for checking and for signing',
      ['brainpool', 'nist'],
      ['nist', 'brainpool'],
      'nist',
      'brainpool',
    ],
    ['a card whose first issuers are strangers', ['stranger', 'nist'], ['stranger', 'nist'], 'nist', 'nist'],
  ]
  for (const [who, verification, signing, ci, certificateCurve] of chosen)
    it(`${who} with its preferred issuer and certificate`, async () => {
      const idsOf = (names: typeof verification) =>
        names.map((name) => (name === 'stranger' ? STRANGER : keyIdOf(name)))
      const euiccInfo1 = toBase64(infoOf(idsOf(verification), idsOf(signing)))
      const { json } = await ask({ ...good(), euiccInfo1 })
      expect(bytesOf(json.euiccCiPKIdToBeUsed).slice(2)).toEqual(keyIdOf(ci as 'nist'))
      expect(readCertificate(bytesOf(json.serverCertificate)).curve).toBe(certificateCurve)
    })

  for (const smdpAddress of [
    FQDN,
    FQDN.toUpperCase(),
    `${FQDN}:8443`,
    `${FQDN}:443`,
    `Smdp.Example.Test:8444`,
    `${FQDN}.`,
    'localhost:8443',
    '[::1]:8443',
  ])
    it(`a phone that calls it ${smdpAddress}, and signs the name as the phone wrote it`, async () => {
      const { json } = await ask({ ...good(), smdpAddress })
      expect(readServerSigned1(bytesOf(json.serverSigned1)).serverAddress).toBe(smdpAddress)
    })

  const tolerated: [string, () => [unknown, Record<string, string>?]][] = [
    [
      'with a header of its own',
      () => [{ header: { functionRequesterIdentifier: 'lpa', functionCallIdentifier: '1' }, ...good() }],
    ],
    ['with a header that says nothing', () => [{ header: {}, ...good() }]],
    [
      'with members that nobody knows',
      () => [{ ...good(), lpaRspCapability: 'BQA=', future: [1, { a: 2 }] }],
    ],
    [
      'with elements at the end of EUICCInfo1 that nobody knows',
      () => [
        {
          ...good(),
          euiccInfo1: toBase64(
            node(
              0xbf20,
              readTlv(infoOf([keyIdOf('nist')], [keyIdOf('nist')])).value,
              node(0x8b, Uint8Array.of(1)),
            ),
          ),
        },
      ],
    ],
    [
      'that names its protocol',
      () => [good(), { 'x-admin-protocol': 'gsma/rsp/v2.2.0', 'content-type': 'application/json' }],
    ],
    [
      'whose base64 is broken into lines, as encoders of MIME and of Android write it',
      () => {
        const euiccInfo1 = good().euiccInfo1.replace(/.{76}/g, '$&\r\n')
        return [{ ...good(), euiccInfo1: `${euiccInfo1}\n`, euiccChallenge: `${CHALLENGE}\n` }]
      },
    ],
    ['with another media type', () => [good(), { 'content-type': 'text/plain' }]],
    ['that begins with a byte order mark', () => [`\ufeff${JSON.stringify(good())}`]],
  ]
  for (const [what, make] of tolerated)
    it(`a request ${what}`, async () => {
      expect(codeIn(await ask(...make()))).toBe('ok')
    })
})

describe('initiateAuthentication refuses', () => {
  const cards: [string, string, () => Oddities][] = [
    ['8.8.1/3.8', 'another address', () => ({ smdpAddress: 'smdp.elsewhere.example' })],
    [
      '8.8.1/3.8',
      'an address that only begins like its own',
      () => ({ smdpAddress: `${FQDN}.evil.example` }),
    ],
    ['8.8.1/3.8', 'an empty address', () => ({ smdpAddress: '' })],
    ['8.8.2/3.1', 'a card of unknown issuers', () => ({ signingKeyIds: [STRANGER] })],
    ['8.8.2/3.1', 'a card that names no issuer to sign under', () => ({ signingKeyIds: [] })],
    ['8.8.3/3.1', 'a card of version 1', () => ({ svn: '1.1.0' })],
    ['8.8.3/3.1', 'a card of version 3', () => ({ svn: '3.0.0' })],
    ['8.8.4/3.7', 'a card that cannot check its certificates', () => ({ verificationKeyIds: [STRANGER] })],
    ['8.8.4/3.7', 'a card that can check no certificate', () => ({ verificationKeyIds: [] })],
    [
      '8.8.2/3.1',
      'a card of the operators’ authority, which issues no cards',
      () => ({
        signingKeyIds: [world.pki.issuers.find(({ role }) => role === undefined)!.subjectKeyId!],
      }),
    ],
  ]
  for (const [code, what, oddities] of cards)
    it(`${what} by ${code}`, async () => {
      const id = [keyIdOf('nist')]
      const all = { verificationKeyIds: id, signingKeyIds: id, ...oddities() }
      expect(await statusOf(world.card().initiate(all))).toBe(code)
    })

  const deep = (depth: number) => {
    let inner: Uint8Array = new Uint8Array()
    for (let at = 0; at < depth; at++) inner = node(0x30, inner)
    return inner
  }
  const info = () => infoOf([keyIdOf('nist')], [keyIdOf('nist')])
  const forms: [string, string, () => Record<string, unknown>][] = [
    ['1.3.1/2.2', 'no challenge', () => ({ euiccChallenge: undefined })],
    ['1.3.1/2.2', 'no EUICCInfo1', () => ({ euiccInfo1: undefined })],
    ['1.3.1/2.2', 'no address', () => ({ smdpAddress: undefined })],
    ['1.3.1/2.2', 'null for a challenge', () => ({ euiccChallenge: null })],
    ['1.3.1/2.1', 'a challenge of 15 bytes', () => ({ euiccChallenge: toBase64(new Uint8Array(15)) })],
    ['1.3.1/2.1', 'a challenge of 17 bytes', () => ({ euiccChallenge: toBase64(new Uint8Array(17)) })],
    ['1.3.1/2.1', 'a number for an address', () => ({ smdpAddress: 17 })],
    ['1.3.1/2.1', 'an object for a text', () => ({ euiccInfo1: { toString: 'x' } })],
    ['1.3.1/2.1', 'base64 of the wrong length', () => ({ euiccInfo1: 'abc' })],
    ['1.3.1/2.1', 'base64 with a blank in it', () => ({ euiccInfo1: 'vyAB AAAA' })],
    ['1.3.1/2.1', 'base64 for URLs', () => ({ euiccInfo1: 'vyAB-_==' })],
    ['1.3.1/2.1', 'another element than EUICCInfo1', () => ({ euiccInfo1: toBase64(node(0xbf22, info())) })],
    ['1.3.1/2.1', 'an EUICCInfo1 that is cut', () => ({ euiccInfo1: toBase64(info().slice(0, -1)) })],
    [
      '1.3.1/2.1',
      'bytes after EUICCInfo1',
      () => ({ euiccInfo1: toBase64(Buffer.concat([info(), Uint8Array.of(0)])) }),
    ],
    [
      '1.3.1/2.1',
      'an EUICCInfo1 of indefinite length',
      () => ({ euiccInfo1: toBase64(Uint8Array.of(0xbf, 0x20, 0x80, 0, 0)) }),
    ],
    ['1.3.1/2.1', 'an EUICCInfo1 that is empty', () => ({ euiccInfo1: toBase64(node(0xbf20)) })],
    [
      '1.3.1/2.1',
      'elements out of order',
      () => ({
        euiccInfo1: toBase64(node(0xbf20, node(0xa9), node(0x82, Uint8Array.of(2, 5, 0)), node(0xaa))),
      }),
    ],
    [
      '1.3.1/2.1',
      'a version of two bytes',
      () => ({
        euiccInfo1: toBase64(node(0xbf20, node(0x82, Uint8Array.of(2, 5)), node(0xa9), node(0xaa))),
      }),
    ],
    [
      '1.3.1/2.1',
      'a length that promises more than memory holds',
      () => ({
        euiccInfo1: toBase64(Uint8Array.of(0xbf, 0x20, 0x84, 0xff, 0xff, 0xff, 0xff)),
      }),
    ],
    [
      '1.3.1/2.1',
      'an element nested ten thousand deep',
      () => ({ euiccInfo1: toBase64(node(0xbf20, deep(10_000))) }),
    ],
  ]
  for (const [code, what, changes] of forms)
    it(`${what} by ${code}, with HTTP 200`, async () => {
      const answer = await ask({ ...good(), ...changes() })
      expect([answer.status, codeIn(answer)]).toEqual([200, code])
      expect(Object.keys(answer.json)).toEqual(['header'])
      expect(answer.json.header.functionExecutionStatus.status).toBe('Failed')
    })

  it('nothing of this opened a session', async () => {
    const before = await world.smdp.sessionCount()
    await ask({ ...good(), smdpAddress: 'smdp.elsewhere.example' })
    await ask({ ...good(), euiccInfo1: 'vyAA' })
    expect(await world.smdp.sessionCount()).toBe(before)
  })
})
