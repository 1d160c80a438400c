import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, fromHex, isFailure } from '@gesim/base'
import {
  certificatePem,
  ecdsaSign,
  identityOf,
  issueEuicc,
  loadPki,
  makeTestPki,
  tlsPemOf,
} from '@gesim/crypto'
import {
  callFunction,
  type Eid,
  ES11,
  ES12,
  eidWithCheckDigits,
  type Peer,
  writeAuthenticateServerResponse,
  writeEuiccInfo1,
  writeEuiccInfo2,
  writeEuiccSigned1,
} from '@gesim/sgp22'
import { readTlv } from '@gesim/tlv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryEvents, type Smds, startSmds } from './index.ts'

const directory = mkdtempSync(join(tmpdir(), 'gesim-smds-'))
makeTestPki(directory)
const eids = ['01', '02', '03'].map((end) => eidWithCheckDigits(`8904903200000000000000000000${end}`))
for (const eid of eids) issueEuicc(directory, { eid })
const pki = loadPki(directory)
const [EID, OTHER, THIRD] = eids as [Eid, Eid, Eid]
const log = createLog('smds', 'silent')
const agent = new Agent({ keepAlive: true })
let root: Smds
let smds: Smds
let clockMs = 0

const state = memoryEvents()
beforeAll(async () => {
  const listeners = [{ host: '127.0.0.1', port: 0, tls: 'nist' as const }]
  root = await startSmds({ pki, state: memoryEvents(), smdsAddress: 'localhost', listeners, log })
  const nowMs = () => Date.now() + clockMs
  const rootAddress = `localhost:${root.ports[0]}`
  smds = await startSmds({
    pki,
    state,
    smdsAddress: 'localhost',
    listeners,
    log,
    nowMs,
    rootAddress,
    eventLifeMs: 60_000,
  })
})
afterAll(async () => {
  agent.destroy()
  await Promise.all([smds.stop(), root.stop()])
  rmSync(directory, { recursive: true })
})

const peerOf = (server: Smds): Peer => ({
  url: `https://localhost:${server.ports[0]}`,
  ca: pki.issuers.map(certificatePem),
  agent,
})
const smdp = (): Peer => ({ ...peerOf(smds), ...tlsPemOf(identityOf(pki, 'dp-tls', 'nist')) })
const header = { functionRequesterIdentifier: '2.999.10', functionCallIdentifier: '1' }

async function statusOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'ok'
  } catch (error) {
    if (isFailure(error, 'sgp22.function-failed')) return `${error.facts.subject}/${error.facts.reason}`
    return String(error)
  }
}

/** What a card asks: mutual authentication with an event identifier, or none. */
async function discover(eid: Eid, matchingId = '', server = smds, smdpAddress = 'localhost') {
  const card = pki.identities.find(
    ({ certificate }) =>
      certificate.role === 'euicc' && certificate.subject.some(({ value }) => value === eid),
  )!
  const eum = identityOf(pki, 'eum', 'nist').certificate
  const keyIds = { verificationKeyIds: [eum.authorityKeyId!], signingKeyIds: [eum.authorityKeyId!] }
  const opened = await callFunction(peerOf(server), ES11.initiateAuthentication, {
    euiccChallenge: new Uint8Array(16),
    euiccInfo1: writeEuiccInfo1({ svn: '2.5.0', ...keyIds }),
    smdpAddress,
  })
  const signed = readTlv(opened.serverSigned1)
  const euiccSigned1 = writeEuiccSigned1({
    transactionId: opened.transactionId,
    serverAddress: smdpAddress,
    serverChallenge: signed.require(0x84).value,
    euiccInfo2: writeEuiccInfo2({
      profileVersion: '2.3.1',
      svn: '2.5.0',
      firmwareVersion: '1.0.0',
      extCardResource: { installedApplications: 0, freeNonVolatileBytes: 1, freeVolatileBytes: 1 },
      uiccCapability: fromHex('0400'),
      rspCapability: fromHex('0298'),
      ...keyIds,
      protectionProfileVersion: '1.0.0',
      sasAccreditationNumber: 'none',
    }),
    context: { matchingId, device: { tac: fromHex('35290611'), capabilities: {} } },
  })
  const authenticateServerResponse = writeAuthenticateServerResponse({
    ok: {
      euiccSigned1,
      euiccSignature1: ecdsaSign(card.privateKey, euiccSigned1),
      euiccCertificate: card.certificate.der,
      eumCertificate: eum.der,
    },
  })
  const { transactionId } = opened
  const answer = await callFunction(peerOf(server), ES11.authenticateClient, {
    transactionId,
    authenticateServerResponse,
  })
  return answer.eventEntries
}

const event = (eid: Eid, eventId: string, forwardingIndicator = false) => ({
  eid,
  eventId,
  rspServerAddress: 'smdp.example:8443',
  forwardingIndicator,
})

describe('an event', () => {
  it('is registered, found by its card only, and deleted', async () => {
    await callFunction(smdp(), ES12.registerEvent, event(EID, 'ONE'), header)
    expect(await discover(EID)).toEqual([{ eventId: 'ONE', rspServerAddress: 'smdp.example:8443' }])
    expect(await discover(EID, 'ONE')).toHaveLength(1)
    expect(await discover(OTHER)).toEqual([])
    await callFunction(smdp(), ES12.deleteEvent, { eid: EID, eventId: 'ONE' }, header)
    expect(await discover(EID)).toEqual([])
  })

  it('is not registered twice, and unknown ones are not deleted', async () => {
    await callFunction(smdp(), ES12.registerEvent, event(EID, 'TWICE'), header)
    expect(await statusOf(callFunction(smdp(), ES12.registerEvent, event(EID, 'TWICE'), header))).toBe(
      '8.9.5/3.3',
    )
    const gone = callFunction(smdp(), ES12.deleteEvent, { eid: OTHER, eventId: 'TWICE' }, header)
    expect(await statusOf(gone)).toBe('8.9.5/3.9')
    await callFunction(smdp(), ES12.deleteEvent, { eid: EID, eventId: 'TWICE' }, header)
  })

  it('expires', async () => {
    await callFunction(smdp(), ES12.registerEvent, event(THIRD, 'SHORT'), header)
    expect(await discover(THIRD)).toHaveLength(1)
    clockMs = 61_000
    expect(await discover(THIRD)).toEqual([])
    clockMs = 0
  })

  it('is told to the root on wish, which sends the card on to the lower SM-DS', async () => {
    await callFunction(smdp(), ES12.registerEvent, event(OTHER, 'UP', true), header)
    expect(await discover(OTHER, '', root)).toEqual([{ eventId: 'UP', rspServerAddress: 'localhost' }])
    expect(await discover(OTHER, 'UP')).toEqual([{ eventId: 'UP', rspServerAddress: 'smdp.example:8443' }])
    await callFunction(smdp(), ES12.deleteEvent, { eid: OTHER, eventId: 'UP' }, header)
    expect(await discover(OTHER, '', root)).toEqual([])
  })
})

describe('the SM-DS refuses', () => {
  it('to register for phones, operators and servers that name another', async () => {
    const register = (peer: Peer, call = header) =>
      statusOf(callFunction(peer, ES12.registerEvent, event(EID, 'NO'), call))
    expect(await register(peerOf(smds))).toBe('1.1/3.9')
    expect(await register({ ...peerOf(smds), ...tlsPemOf(identityOf(pki, 'ds-tls', 'nist')) })).toBe(
      '1.1/3.9',
    )
    expect(await register(smdp(), { ...header, functionRequesterIdentifier: '2.999.11' })).toBe('1.1/1.2')
    expect(await discover(EID)).toEqual([])
  })

  it('another address by 8.9.1/3.8 and an unknown event by 8.9.5/3.9', async () => {
    expect(await statusOf(discover(EID, '', smds, 'elsewhere.example'))).toBe('8.9.1/3.8')
    expect(await statusOf(discover(EID, 'NOBODYS'))).toBe('8.9.5/3.9')
  })

  it('unknown transactions by 8.10.1/3.9', async () => {
    const asked = callFunction(peerOf(smds), ES11.authenticateClient, {
      transactionId: new Uint8Array(randomBytes(16)),
      authenticateServerResponse: Uint8Array.of(0xbf, 0x38, 0),
    })
    expect(await statusOf(asked)).toBe('8.10.1/3.9')
  })
})
