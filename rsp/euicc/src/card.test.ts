import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { concatBytes, fromHex, toHex } from '@gesim/base'
import { ecdsaVerify, issueEuicc, loadPki, makeTestPki, type Pki, readCertificate } from '@gesim/crypto'
import { writeUsimProfile } from '@gesim/saip'
import {
  cutBoundProfilePackage,
  parseIccid,
  readEidResponse,
  readEuiccInfo2,
  readListNotificationResponse,
  readProfileInstallationResult,
  readProfilesInfoResponse,
  readResult,
  readRetrieveNotificationsResponse,
  writeDeleteRequest,
  writeListNotificationRequest,
  writeMemoryResetRequest,
  writeNicknameRequest,
  writeNotificationSentRequest,
  writeProfilesInfoRequest,
  writeRetrieveNotificationsRequest,
  writeSwitchRequest,
} from '@gesim/sgp22'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createCard,
  fileState,
  memoryState,
  milenage,
  type SoftwareCard,
  vectorOf,
  writeCommand,
} from './index.ts'
import { es10, selectIsdr, TestServer } from './testing/server.ts'

const iccid = '8988211000000000012'
const ki = fromHex('000102030405060708090a0b0c0d0e0f')
const opc = fromHex('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff')
const upp = writeUsimProfile({ iccid, imsi: '001010000000012', ki, opc, serviceProviderName: 'GeSIM' })

let directory: string
let pki: Pki

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'gesim-card-'))
  makeTestPki(directory, { curves: ['nist', 'brainpool'] })
  pki = loadPki(directory)
})
afterAll(() => rmSync(directory, { recursive: true }))

const transaction = fromHex('00112233445566778899aabbccddeeff')

async function load(card: SoftwareCard, bound: Uint8Array): Promise<Uint8Array> {
  let answer = new Uint8Array()
  for (const piece of cutBoundProfilePackage(bound)) {
    answer = Uint8Array.from(await es10(card, piece))
    if (answer.length) break
  }
  return answer
}

async function install(card: SoftwareCard, package_ = upp, protectedKeys = false): Promise<Uint8Array> {
  const server = new TestServer(pki, transaction)
  await selectIsdr(card)
  await server.authenticate(card)
  await server.prepare(card)
  return load(card, server.bind(card.eid, package_, {}, protectedKeys))
}

const profiles = async (card: SoftwareCard) =>
  readProfilesInfoResponse(await es10(card, writeProfilesInfoRequest())).ok!
const pending = async (card: SoftwareCard) =>
  readListNotificationResponse(await es10(card, writeListNotificationRequest())).ok!

async function sw(card: SoftwareCard, apdu: Uint8Array): Promise<string> {
  return toHex((await card.transmit(apdu)).subarray(-2))
}

describe('a card', () => {
  it('says who it is and what it can', async () => {
    const card = createCard({ pki })
    await selectIsdr(card)
    expect(readEidResponse(await es10(card, fromHex('bf3e035c015a')))).toBe(card.eid)
    const info = readEuiccInfo2(await es10(card, fromHex('bf2200')))
    expect(info.svn).toBe('2.5.0')
    // It has no LPA of its own to be activated.
    expect(toHex(await es10(card, fromHex('bf420480020780')))).toBe('bf4203800101')
    expect(info.signingKeyIds).toHaveLength(2)
    const brainpoolFirst = createCard({ pki, curves: ['brainpool', 'nist'] })
    await selectIsdr(brainpoolFirst)
    const other = readEuiccInfo2(await es10(brainpoolFirst, fromHex('bf2200')))
    expect(other.signingKeyIds.map(toHex)).toEqual(info.signingKeyIds.map(toHex).reverse())
  })

  it.each([false, true])(
    'installs a bound profile (keys of its own: %s) and signs the result',
    async (own) => {
      const card = createCard({ pki })
      const result = readProfileInstallationResult(await install(card, upp, own))
      expect(result.data.result).toMatchObject({ success: true })
      expect(result.data.notification).toMatchObject({ seqNumber: 1, address: 'smdp.test.example', iccid })
      const euicc = pki.identities.find(
        ({ certificate }) => certificate.role === 'euicc' && certificate.curve === 'nist',
      )!
      const key = readCertificate(euicc.certificate.der).publicKey
      expect(ecdsaVerify(key, result.data.raw, result.signature)).toBe(true)
      expect(await profiles(card)).toMatchObject([{ iccid, enabled: false, profileName: 'Test profile' }])
    },
  )

  it('works on brainpool from end to end', async () => {
    const card = createCard({ pki, curves: ['brainpool'] })
    const server = new TestServer(pki, transaction, 'brainpool')
    await selectIsdr(card)
    await server.authenticate(card)
    await server.prepare(card)
    const result = readProfileInstallationResult(await load(card, server.bind(card.eid, upp)))
    expect(result.data.result.success).toBe(true)
  })

  it('takes a package in one chain, and in blocks of any size', async () => {
    for (const blockBytes of [3, 120, 255]) {
      const card = createCard({ pki, replies: 'direct' })
      const server = new TestServer(pki, transaction)
      await selectIsdr(card)
      await server.authenticate(card)
      await server.prepare(card)
      // P2 counts blocks in one byte, so a whole package in small blocks goes around.
      const bound = server.bind(card.eid, upp)
      let answer = new Uint8Array()
      const pieces = blockBytes === 255 ? [bound] : cutBoundProfilePackage(bound)
      for (const piece of pieces) answer = Uint8Array.from(await es10(card, piece, blockBytes))
      expect(readProfileInstallationResult(answer).data.result.success).toBe(true)
    }
  })

  it('enables, disables, renames, deletes and tells of each', async () => {
    const card = createCard({ pki })
    await install(card)
    const id = { iccid: parseIccid(iccid) }
    const run = async (request: Uint8Array) =>
      readResult(await es10(card, request), request[0]! * 256 + request[1]!)
    expect(await run(writeSwitchRequest('disable', id, false))).toBe(2)
    expect(await run(writeSwitchRequest('enable', id, false))).toBe(0)
    await selectIsdr(card)
    expect(await run(writeSwitchRequest('enable', id, true))).toBe(2)
    expect(await run(writeDeleteRequest(id))).toBe(2)
    expect(await run(writeNicknameRequest(id.iccid, 'Holiday'))).toBe(0)
    expect(await profiles(card)).toMatchObject([{ enabled: true, nickname: 'Holiday' }])
    expect(await run(writeSwitchRequest('disable', id, true))).toBe(0)
    expect(await run(writeDeleteRequest(id))).toBe(0)
    expect(await run(writeDeleteRequest(id))).toBe(1)
    expect(await profiles(card)).toEqual([])
    expect((await pending(card)).map(({ seqNumber, event }) => `${seqNumber} ${event}`)).toEqual([
      '1 install',
      '2 install',
      '3 enable',
      '4 disable',
      '5 delete',
    ])
    const request = writeRetrieveNotificationsRequest({ seqNumber: 4 })
    const [four] = readRetrieveNotificationsResponse(await es10(card, request)).ok!
    expect(four).toMatchObject({ kind: 'other', notification: { event: 'disable' } })
    // Some LPAs filter by no event when they mean all of them.
    const all = await es10(card, fromHex('bf280481020400'))
    expect(readListNotificationResponse(all).ok).toHaveLength(5)
    expect(await run(writeNotificationSentRequest(4))).toBe(0)
    expect(toHex(await es10(card, request))).toBe('bf2b02a000')
    expect(await run(writeNotificationSentRequest(4))).toBe(1)
    expect(await run(writeMemoryResetRequest(['deleteOperationalProfiles']))).toBe(1)
  })

  it('remembers everything in its file, and nothing of a session', async () => {
    const path = join(directory, 'card.json')
    const first = createCard({ pki, state: fileState(path) })
    await install(first)
    await es10(first, writeSwitchRequest('enable', { iccid: parseIccid(iccid) }, false))
    const functions = milenage(ki, opc)
    const rand = new Uint8Array(16).fill(9)
    const challenge = (sqn: bigint) => {
      const { autn } = vectorOf(functions, rand, sqn)
      return writeCommand(
        0x00,
        0x88,
        0x00,
        0x81,
        concatBytes(Uint8Array.of(16), rand, Uint8Array.of(16), autn),
        0,
      )
    }
    const usim = writeCommand(0x00, 0xa4, 0x04, 0x04, fromHex('A0000000871002'))
    await first.transmit(usim)
    expect((await first.transmit(challenge(64n)))[0]).toBe(0xdb)

    const second = createCard({ pki, state: fileState(path) })
    await selectIsdr(second)
    expect(await profiles(second)).toMatchObject([{ iccid, enabled: true }])
    expect((await pending(second)).at(-1)).toMatchObject({ event: 'enable', seqNumber: 3 })
    await second.transmit(usim)
    // The sequence number was used before the power went: AUTS.
    expect((await second.transmit(challenge(64n)))[0]).toBe(0xdc)
    expect((await second.transmit(challenge(96n)))[0]).toBe(0xdb)

    const server = new TestServer(pki, transaction)
    await selectIsdr(second)
    await server.authenticate(second)
    second.reset()
    await selectIsdr(second)
    await expect(server.prepare(second)).rejects.toThrow('PrepareDownload: 4')
  })

  it('uses the one-time key of an interrupted download again, for the same server only', async () => {
    const state = memoryState()
    const card = createCard({ pki, state })
    await selectIsdr(card)
    const first = new TestServer(pki, transaction)
    await first.authenticate(card)
    await first.prepare(card)
    card.reset()
    await selectIsdr(card)
    const second = new TestServer(pki, fromHex('0102'))
    await second.authenticate(card)
    await second.prepare(card, first.euiccOtpk)
    expect(toHex(second.euiccOtpk!)).toBe(toHex(first.euiccOtpk!))
    const third = new TestServer(pki, fromHex('0103'))
    await third.authenticate(card)
    await third.prepare(card)
    expect(toHex(third.euiccOtpk!)).not.toBe(toHex(first.euiccOtpk!))
  })
})

describe('a bad package', () => {
  async function prepared(): Promise<{ card: SoftwareCard; server: TestServer }> {
    const card = createCard({ pki })
    const server = new TestServer(pki, transaction)
    await selectIsdr(card)
    await server.authenticate(card)
    await server.prepare(card)
    return { card, server }
  }
  const failureOf = async (card: SoftwareCard, bound: Uint8Array) => {
    const { result } = readProfileInstallationResult(await load(card, bound)).data
    return result.success ? 'installed' : `${result.command}/${result.reason}`
  }

  it('is answered with where and why, signed, and leaves nothing behind', async () => {
    const cases: [string, (server: TestServer, eid: string) => Uint8Array][] = [
      ['0/5', (server, eid) => server.bind(eid, upp, {}, false, { remoteOpId: 2 })],
      ['0/3', (server, eid) => server.bind(eid, upp, {}, false, { transactionId: fromHex('0101') })],
      ['0/4', (server, eid) => server.bind(eid, upp, {}, false, { keyType: 0x80 })],
      ['1/8', (server) => server.bind('89049032000000000000000000000000', upp)],
      ['5/13', (server, eid) => server.bind(eid, upp, { iccid: parseIccid('8988211000000000020') })],
      ['5/12', (server, eid) => server.bind(eid, fromHex('a0820fff00'))],
      ['5/12', (server, eid) => server.bind(eid, upp.subarray(0, upp.length - 7))],
      ['2/15', (server, eid) => server.bind(eid, upp, { policyRules: ['ppr2'] })],
    ]
    for (const [expected, bind] of cases) {
      const { card, server } = await prepared()
      expect(await failureOf(card, bind(server, card.eid))).toBe(expected)
      expect(await profiles(card)).toEqual([])
      expect(await pending(card)).toHaveLength(1)
    }
  })

  it('for a profile that is there already is refused before it is opened', async () => {
    const { card, server } = await prepared()
    expect(await failureOf(card, server.bind(card.eid, upp))).toBe('installed')
    const again = new TestServer(pki, transaction)
    await again.authenticate(card)
    await again.prepare(card)
    expect(await failureOf(card, again.bind(card.eid, upp))).toBe('2/9')
  })

  it('is not loaded without a session, and unknown tags are 6A88', async () => {
    const card = createCard({ pki })
    await selectIsdr(card)
    expect(await sw(card, writeCommand(0x80, 0xe2, 0x91, 0, fromHex('bf3600')))).toBe('6985')
    expect(await sw(card, writeCommand(0x80, 0xe2, 0x91, 0, fromHex('bf7f00')))).toBe('6a88')
    expect(await sw(card, writeCommand(0x80, 0xe2, 0x91, 0, fromHex('a400')))).toBe('6a88')
    const { card: ready, server } = await prepared()
    const pieces = cutBoundProfilePackage(server.bind(ready.eid, upp))
    await es10(ready, pieces[0]!)
    expect(await sw(ready, writeCommand(0x80, 0xe2, 0x91, 0, fromHex('a400')))).toBe('6a88')
    expect(await sw(ready, writeCommand(0x80, 0xe2, 0x91, 0, fromHex('bf7f00')))).toBe('6a88')
    let answer = new Uint8Array()
    for (const piece of pieces.slice(1)) answer = Uint8Array.from(await es10(ready, piece))
    expect(readProfileInstallationResult(answer).data.result.success).toBe(true)
  })
})

describe('a server that is not what it says', () => {
  it('is refused with the code of the specification, and the challenge is used up', async () => {
    const card = createCard({ pki })
    await selectIsdr(card)
    const server = new TestServer(pki, transaction)
    const answerTo = async (change: (request: Uint8Array) => Uint8Array) => {
      const request = change(await server.authenticateRequest(card))
      const answer = await es10(card, request)
      return toHex(answer).startsWith('bf38') && toHex(answer).includes('a115') ? answer.at(-1) : 'ok'
    }
    const flip = (at: (length: number) => number) => (request: Uint8Array) => {
      const out = request.slice()
      out[at(out.length)]! ^= 0x01
      return out
    }
    expect(await answerTo((request) => request)).toBe('ok')
    // The server's challenge, inside what it signed.
    expect(await answerTo(flip(() => 90))).toBe(2)
    const stale = await server.authenticateRequest(card)
    await server.authenticateRequest(card)
    expect((await es10(card, stale)).at(-1)).toBe(6)
    expect((await es10(card, stale)).at(-1)).toBe(4)
  })

  it('with the certificate of another role is refused', async () => {
    const card = createCard({ pki })
    await selectIsdr(card)
    const server = new TestServer(pki, transaction)
    const request = await server.authenticateRequest(card)
    const binding = pki.certificates.find(({ role, curve }) => role === 'dp-pb' && curve === 'nist')!
    const auth = pki.certificates.find(({ role, curve }) => role === 'dp-auth' && curve === 'nist')!
    const text = toHex(request)
    if (auth.der.length === binding.der.length) {
      const swapped = fromHex(text.replace(toHex(auth.der), toHex(binding.der)))
      expect((await es10(card, swapped)).at(-1)).toBe(1)
    }
  })
})

describe('several cards of one manufacturer', () => {
  it('are told apart by their EID', () => {
    const eid = '89049032000000000000000000000017'
    issueEuicc(directory, { eid })
    const all = loadPki(directory)
    expect(createCard({ pki: all, eid }).eid).toBe(eid)
    expect(() => createCard({ pki: all, eid: '89049032999999999999999999999999' })).toThrow(
      'euicc.pki-incomplete',
    )
  })
})
