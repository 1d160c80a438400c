import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, utf8 } from '@gesim/base'
import {
  type Curve,
  certificatePem,
  issueOperator,
  loadPki,
  makeTestPki,
  type Pki,
  sha256,
} from '@gesim/crypto'
import { type CardOptions, createCard, type SoftwareCard } from '@gesim/euicc'
import { iccidOf, readPackage, writeUsimProfile } from '@gesim/saip'
import { type Eid, type ProfileMetadata, parseIccid } from '@gesim/sgp22'
import { memoryState, type Smdp, type SmdpState, startSmdp } from '@gesim/smdp'
import { createLpa, type Lpa, type LpaOptions } from '../index.ts'

export const SMDP_ADDRESS = 'smdp.example.test'
export const OPERATOR = '2.999.20'

/** A small world for tests: certificates, an SM-DP+ on a free port, and cards for it. */
export interface World {
  readonly pki: Pki
  readonly directory: string
  readonly smdp: Smdp
  readonly smdpUrl: string
  readonly state: SmdpState
  /** Puts a released order for a package into the SM-DP+; gives its activation code. */
  order(upp: Uint8Array, wish?: OrderWish): Promise<string>
  card(options?: Partial<CardOptions>): SoftwareCard
  lpa(card: SoftwareCard, options?: Partial<LpaOptions>): Lpa
  stop(): Promise<void>
}

export interface OrderWish {
  readonly matchingId?: string
  readonly confirmationCode?: string
  readonly eid?: string
  readonly metadata?: Partial<ProfileMetadata>
}

export async function startWorld(curve: Curve = 'nist', clock?: Clock): Promise<World> {
  const directory = mkdtempSync(join(tmpdir(), 'gesim-lpa-'))
  makeTestPki(directory, { curves: [curve], smdpHosts: [SMDP_ADDRESS, 'localhost'] })
  issueOperator(directory, { name: 'test', registeredId: OPERATOR })
  const pki = loadPki(directory)
  const state = memoryState()
  const smdp = await startSmdp({
    pki,
    state,
    smdpAddress: SMDP_ADDRESS,
    operatorAuthorities: [],
    listeners: [{ host: '127.0.0.1', port: 0, tls: curve }],
  })
  const smdpUrl = `https://127.0.0.1:${smdp.ports[0]}`
  const ca = pki.issuers.map(certificatePem)
  const lpas: Lpa[] = []
  let orders = 0
  return {
    pki,
    directory,
    smdp,
    smdpUrl,
    state,
    async order(upp, wish = {}) {
      const iccid = parseIccid(iccidOf(readPackage(upp)))
      const matchingId = wish.matchingId ?? `TEST-${++orders}`
      await state.change(iccid, () => ({
        result: undefined,
        profile: {
          iccid,
          operator: OPERATOR,
          profileType: 'test',
          state: 'Released',
          metadata: {
            serviceProviderName: 'GeSIM',
            profileName: 'Test plan',
            notifications: [{ events: ['install', 'enable', 'disable', 'delete'], address: SMDP_ADDRESS }],
            ...wish.metadata,
          },
          package: upp,
          downloads: [],
          updatedAtMs: Date.now(),
          order: {
            callId: matchingId,
            matchingId,
            ...(wish.eid ? { eid: wish.eid as Eid } : {}),
            ...(wish.confirmationCode ? { confirmationCodeHash: sha256(utf8(wish.confirmationCode)) } : {}),
            confirmationTries: 0,
            downloadTries: 0,
            expiresAtMs: Date.now() + 3_600_000,
          },
        },
      }))
      return `LPA:1$${SMDP_ADDRESS}$${matchingId}${wish.confirmationCode ? '$$1' : ''}`
    },
    card: (options = {}) => createCard({ pki, replies: 'direct', clock, ...options }),
    lpa(card, options = {}) {
      const lpa = createLpa({ card, ca, hosts: { [SMDP_ADDRESS]: smdpUrl }, blockBytes: 255, ...options })
      lpas.push(lpa)
      return lpa
    },
    async stop() {
      for (const lpa of lpas) lpa.close()
      await smdp.stop()
      rmSync(directory, { recursive: true })
    },
  }
}

let profiles = 0

/** A fresh profile of our own. */
export function freshProfile(): Uint8Array {
  const number = String(++profiles).padStart(8, '0')
  return writeUsimProfile({
    iccid: `89882110000${number}`,
    imsi: `0010100${number}`,
    ki: new Uint8Array(16).fill(1),
    opc: new Uint8Array(16).fill(2),
    serviceProviderName: 'GeSIM',
  })
}
