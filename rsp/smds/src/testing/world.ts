import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, fromHex, isFailure } from '@gesim/base'
import {
  CURVES,
  type Curve,
  certificatePem,
  ecdsaSign,
  type Identity,
  identityOf,
  issueEuicc,
  loadPki,
  makeTestPki,
  type Pki,
  tlsPemOf,
} from '@gesim/crypto'
import {
  callFunction,
  type Eid,
  ES11,
  ES12,
  type Peer,
  type ResponseOf,
  RspAgent,
  writeAuthenticateServerResponse,
  writeEuiccInfo1,
  writeEuiccInfo2,
  writeEuiccSigned1,
} from '@gesim/sgp22'
import { readTlv } from '@gesim/tlv'
import { memoryEvents, type Smds, type SmdsOptions, startSmds } from '../index.ts'

/** What a test may set otherwise than a well-behaved card and phone do. */
export interface Oddities {
  readonly svn?: string
  readonly address?: string
  readonly signingKeyIds?: readonly Uint8Array[]
  readonly verificationKeyIds?: readonly Uint8Array[]
  readonly serverChallenge?: Uint8Array
  readonly euicc?: Identity
  readonly eum?: Identity
  readonly tamper?: (response: Uint8Array) => Uint8Array
}

type Opened = ResponseOf<typeof ES11.initiateAuthentication>

/** Two SM-DSs, one the root of the other, and cards. */
export interface World {
  readonly directory: string
  readonly pki: Pki
  readonly root: Smds
  readonly smds: Smds
  /** How much the clock of the lower SM-DS is ahead. */
  clockMs: number
  phone(server?: Smds): Peer
  /** An SM-DP+ at an SM-DS. */
  smdp(server?: Smds): Peer
  initiate(oddities?: Oddities, server?: Smds, curve?: Curve): Promise<Opened>
  /** What the card of an EID answers. */
  answer(opened: Opened, eid: Eid, matchingId?: string, oddities?: Oddities, curve?: Curve): Uint8Array
  /** A whole discovery over JSON. */
  discover(
    eid: Eid,
    matchingId?: string,
    server?: Smds,
    oddities?: Oddities,
  ): Promise<ResponseOf<typeof ES11.authenticateClient>['eventEntries']>
  register(event: EventOf, call?: string, server?: Smds): Promise<unknown>
  remove(eid: Eid, eventId: string, server?: Smds): Promise<unknown>
  stop(): Promise<void>
}

export interface EventOf {
  readonly eid: Eid
  readonly eventId: string
  readonly rspServerAddress?: string
  readonly forwardingIndicator?: boolean
}

export const SMDP_OID = '2.999.10'
export const SMDP_ADDRESS = 'smdp.example:8443'
let calls = 0

/** Starts the two on free ports. */
export async function startWorld(options: Partial<SmdsOptions> = {}): Promise<World> {
  const directory = mkdtempSync(join(tmpdir(), 'gesim-smds-'))
  makeTestPki(directory, { curves: CURVES })
  const pki = loadPki(directory)
  const log = createLog('smds', 'silent')
  const listeners = [
    { host: '127.0.0.1', port: 0, tls: 'nist' as const },
    { host: '127.0.0.1', port: 0 },
    { host: '127.0.0.1', port: 0, tls: 'brainpool' as const },
  ]
  const clock = { clockMs: 0 }
  const root = await startSmds({ pki, state: memoryEvents(), smdsAddress: 'localhost', listeners, log })
  const smds = await startSmds({
    pki,
    state: memoryEvents(),
    smdsAddress: 'localhost',
    listeners,
    log,
    nowMs: () => Date.now() + clock.clockMs,
    rootAddress: `localhost:${root.ports[0]}`,
    eventLifeMs: 60_000,
    ...options,
  })
  const agent = new RspAgent({ keepAlive: true })
  const phone = (server = smds): Peer => ({
    url: `https://localhost:${server.ports[0]}`,
    ca: pki.issuers.map(certificatePem),
    agent,
  })
  const smdp = (server = smds): Peer => ({ ...phone(server), ...tlsPemOf(identityOf(pki, 'dp-tls', 'nist')) })
  const headerOf = (call = `call-${++calls}`) => ({
    functionRequesterIdentifier: SMDP_OID,
    functionCallIdentifier: call,
  })
  const keyIdsOf = (oddities: Oddities, curve: Curve) => {
    const own = [identityOf(pki, 'eum', curve).certificate.authorityKeyId!]
    return {
      verificationKeyIds: oddities.verificationKeyIds ?? own,
      signingKeyIds: oddities.signingKeyIds ?? own,
    }
  }

  const self: World = Object.assign(clock, {
    directory,
    pki,
    root,
    smds,
    phone,
    smdp,
    initiate: (oddities: Oddities = {}, server = smds, curve: Curve = 'nist') =>
      callFunction(phone(server), ES11.initiateAuthentication, {
        euiccChallenge: new Uint8Array(16),
        euiccInfo1: writeEuiccInfo1({ svn: oddities.svn ?? '2.5.0', ...keyIdsOf(oddities, curve) }),
        smdpAddress: oddities.address ?? 'localhost',
      }),
    answer(opened: Opened, eid: Eid, matchingId = '', oddities: Oddities = {}, curve: Curve = 'nist') {
      const euicc = oddities.euicc ?? issueEuicc(directory, { eid, curve })
      const eum = oddities.eum ?? identityOf(pki, 'eum', curve)
      const signed = readTlv(opened.serverSigned1)
      const euiccSigned1 = writeEuiccSigned1({
        transactionId: opened.transactionId,
        serverAddress: new TextDecoder().decode(signed.require(0x83).value),
        serverChallenge: oddities.serverChallenge ?? signed.require(0x84).value,
        euiccInfo2: writeEuiccInfo2({
          profileVersion: '2.3.1',
          svn: '2.5.0',
          firmwareVersion: '1.0.0',
          extCardResource: { installedApplications: 0, freeNonVolatileBytes: 1, freeVolatileBytes: 1 },
          uiccCapability: fromHex('0400'),
          rspCapability: fromHex('0298'),
          ...keyIdsOf(oddities, curve),
          protectionProfileVersion: '1.0.0',
          sasAccreditationNumber: 'none',
        }),
        context: { matchingId, device: { tac: fromHex('35290611'), capabilities: {} } },
      })
      const response = writeAuthenticateServerResponse({
        ok: {
          euiccSigned1,
          euiccSignature1: ecdsaSign(euicc.privateKey, euiccSigned1),
          euiccCertificate: euicc.certificate.der,
          eumCertificate: eum.certificate.der,
        },
      })
      return oddities.tamper?.(response) ?? response
    },
    async discover(eid: Eid, matchingId = '', server = smds, oddities: Oddities = {}) {
      const opened = await self.initiate(oddities, server)
      const authenticateServerResponse = self.answer(opened, eid, matchingId, oddities)
      const { transactionId } = opened
      const body = { transactionId, authenticateServerResponse }
      return (await callFunction(phone(server), ES11.authenticateClient, body)).eventEntries
    },
    register(event: EventOf, call?: string, server = smds) {
      const body = { rspServerAddress: SMDP_ADDRESS, forwardingIndicator: false, ...event }
      return callFunction(smdp(server), ES12.registerEvent, body, headerOf(call))
    },
    remove: (eid: Eid, eventId: string, server = smds) =>
      callFunction(smdp(server), ES12.deleteEvent, { eid, eventId }, headerOf()),
    async stop() {
      agent.destroy()
      await Promise.all([smds.stop(), root.stop()])
      rmSync(directory, { recursive: true })
    },
  })
  return self
}

/** The status code of a refused function, `ok` when it was not refused. */
export async function statusOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'ok'
  } catch (error) {
    if (isFailure(error, 'sgp22.function-failed')) return `${error.facts.subject}/${error.facts.reason}`
    return String(error)
  }
}
