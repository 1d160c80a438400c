import { createLog, systemClock } from '@gesim/base'
import {
  certificateIssuers,
  generateKey,
  type Identity,
  identityOf,
  KEY_USAGE,
  NAME,
  type Pki,
  pointOfKey,
  publicKeyOfPoint,
  readCertificate,
  systemRandom,
  TEST_EIN,
  writeCertificate,
} from '@gesim/crypto'
import { eidWithCheckDigits, memorySessions, parseIccid } from '@gesim/sgp22'
import { type Es9plusHandlers, es9plusHandlers } from '../es9plus.ts'
import { Identities, smdpIdentities } from '../identities.ts'
import { memoryState } from '../memory-state.ts'
import type { Profile } from '../ports.ts'
import { type Session, Sessions } from '../sessions.ts'
import { DEFAULT_LIMITS } from '../smdp.ts'
import { TestCard } from './card.ts'

export { bindPackage } from '../bind.ts'
export type { Authenticated } from './card.ts'
export { packageOf } from './world.ts'
export { TestCard }

/** The functions for phones in this process, without a network: for measurements of the service alone. */
export interface Service {
  readonly handlers: Es9plusHandlers
  /** Puts a released order into the state; gives its ICCID and matching identifier. */
  order(upp: Uint8Array, iccid: string): Promise<string>
  /** Has the operators told what they are to be told, and forgets orders that ended: a server does both as it goes. */
  settle(): Promise<void>
  /** A card that the service has not met: its certificate is new. */
  freshCard(): TestCard
}

const OPERATOR = '2.999.20'
export const SMDP_ADDRESS = 'smdp.example.test'
const DAY_MS = 86_400_000

/** A released profile whose order is found by its ICCID. */
export function releasedProfile(upp: Uint8Array, iccid: string): Profile {
  return {
    iccid: parseIccid(iccid),
    operator: OPERATOR,
    profileType: 'data',
    state: 'Released',
    metadata: {
      serviceProviderName: 'Aurora',
      profileName: 'Aurora data',
      notifications: [{ events: ['install', 'enable', 'disable', 'delete'], address: SMDP_ADDRESS }],
    },
    package: upp,
    order: {
      callId: iccid,
      matchingId: iccid,
      confirmationTries: 0,
      downloadTries: 0,
      expiresAtMs: Date.now() + DAY_MS,
    },
    downloads: [],
    updatedAtMs: Date.now(),
  }
}

let lastCard = 0

/** A card of the test manufacturer, its certificate made in memory. */
export function freshCard(pki: Pki, peer: TestCard['peer'], smdpAddress: string): TestCard {
  const eum = identityOf(pki, 'eum', 'nist')
  const eid = eidWithCheckDigits(`${TEST_EIN}${String(++lastCard).padStart(30 - TEST_EIN.length, '0')}`)
  const privateKey = generateKey('nist')
  const subject = [
    { oid: NAME.country, value: 'ES' },
    ...eum.certificate.subject.filter(({ oid }) => oid === NAME.organization),
    { oid: NAME.serialNumber, value: eid },
    { oid: NAME.commonName, value: 'Test eUICC' },
  ]
  const request = {
    role: 'euicc',
    subject,
    serialNumber: `01${eid}`,
    publicKey: publicKeyOfPoint('nist', pointOfKey(privateKey)),
    notBeforeMs: Date.now() - DAY_MS,
    notAfterMs: Date.UTC(7496, 0, 24),
    keyUsage: [KEY_USAGE.digitalSignature],
  } as const
  const issuer = { subject: eum.certificate.subject, privateKey: eum.privateKey }
  const identity: Identity = { certificate: readCertificate(writeCertificate(request, issuer)), privateKey }
  return new TestCard({ identity, eum, eid, peer, smdpAddress })
}

/** Wires the functions as the SM-DP+ does, on a state in memory; operators are told, in messages that nobody fetches. */
export function openService(pki: Pki, oid = '2.999.10'): Service {
  const nowMs = () => systemClock.nowMs()
  const state = memoryState()
  const identities = new Identities(smdpIdentities(pki, oid, nowMs()), DEFAULT_LIMITS.sessionLifeMs, nowMs)
  const issuers = certificateIssuers(pki.issuers)
  const handlers = es9plusHandlers({
    state,
    sessions: new Sessions(memorySessions<Session>(DEFAULT_LIMITS, nowMs), identities),
    chance: { random: systemRandom, nowMs },
    limits: DEFAULT_LIMITS,
    addresses: [SMDP_ADDRESS],
    identities,
    trustNow: () => ({ issuers, revocations: pki.revocations, atMs: nowMs() }),
    rebinding: true,
    profileKeys: false,
    isTold: () => true,
    log: createLog('smdp', 'silent'),
  })
  return {
    handlers,
    async order(upp, iccid) {
      const profile = releasedProfile(upp, iccid)
      await state.change(profile.iccid, () => ({ result: undefined, profile }))
      return iccid
    },
    async settle() {
      const untilMs = nowMs() + DAY_MS
      for (;;) {
        const due = await state.dueMessages(untilMs, 1_000)
        if (due.length === 0) break
        for (const { id } of due) await state.settleMessage(id)
      }
      await state.forget(untilMs)
    },
    freshCard: () => freshCard(pki, { url: 'http://localhost' }, SMDP_ADDRESS),
  }
}
