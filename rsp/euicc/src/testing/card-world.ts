import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromHex, toHex } from '@gesim/base'
import { type Curve, loadPki, makeTestPki, type Pki } from '@gesim/crypto'
import { writeUsimProfile } from '@gesim/saip'
import {
  cutBoundProfilePackage,
  type NotificationEvent,
  type ProfileMetadata,
  parseIccid,
  readListNotificationResponse,
  readProfileInstallationResult,
  readProfilesInfoResponse,
  readResult,
  writeListNotificationRequest,
  writeProfilesInfoRequest,
  writeSwitchRequest,
} from '@gesim/sgp22'
import { type CardOptions, createCard, type SoftwareCard } from '../card.ts'
import { es10, selectIsdr, TestServer } from './server.ts'

/** Certificates in a folder of their own, gone with the test. */
export interface CardWorld {
  readonly directory: string
  readonly pki: Pki
  stop(): void
}

export function cardWorld(curves: readonly Curve[] = ['nist']): CardWorld {
  const directory = mkdtempSync(join(tmpdir(), 'gesim-card-'))
  makeTestPki(directory, { curves })
  return { directory, pki: loadPki(directory), stop: () => rmSync(directory, { recursive: true }) }
}

export const KI = fromHex('000102030405060708090a0b0c0d0e0f')
export const OPC = fromHex('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff')

/** A USIM profile with this number. */
export function usimProfile(iccid: string): Uint8Array {
  return writeUsimProfile({ iccid, imsi: '001010000000012', ki: KI, opc: OPC, serviceProviderName: 'GeSIM' })
}

/** A card, and what a test asks of it all the time. */
export class TestCard {
  readonly card: SoftwareCard
  readonly #pki: Pki
  readonly #curve: Curve
  #sessions = 0

  constructor(pki: Pki, options: Partial<CardOptions> = {}, curve: Curve = 'nist') {
    this.card = createCard({ pki, ...options })
    this.#pki = pki
    this.#curve = curve
  }

  /** The status word of a command and the data before it, in hex. */
  async send(apdu: Uint8Array | string): Promise<{ data: string; sw: string }> {
    const answer = toHex(await this.card.transmit(typeof apdu === 'string' ? fromHex(apdu) : apdu))
    return { data: answer.slice(0, -4), sw: answer.slice(-4) }
  }

  es10(request: Uint8Array | string): Promise<Uint8Array> {
    return es10(this.card, typeof request === 'string' ? fromHex(request) : request, 255)
  }

  /** A server that went with this card as far as PrepareDownload. */
  async prepared(): Promise<TestServer> {
    const server = new TestServer(this.#pki, Uint8Array.of(1, ++this.#sessions), this.#curve)
    await selectIsdr(this.card)
    await server.authenticate(this.card)
    await server.prepare(this.card)
    return server
  }

  async load(bound: Uint8Array): Promise<ReturnType<typeof readProfileInstallationResult> | undefined> {
    for (const piece of cutBoundProfilePackage(bound)) {
      const answer = await this.es10(piece)
      if (answer.length) return readProfileInstallationResult(answer)
    }
    return undefined
  }

  /** Downloads a package; gives `installed`, or where and why not. */
  async install(
    upp: Uint8Array,
    metadata: Partial<ProfileMetadata> = {},
    change: Parameters<TestServer['bind']>[4] = {},
  ): Promise<string> {
    const server = await this.prepared()
    const result = await this.load(server.bind(this.card.eid, upp, metadata, false, change))
    if (!result) return 'no answer'
    const { result: final } = result.data
    return final.success ? 'installed' : `${final.command}/${final.reason}`
  }

  async switch(what: 'enable' | 'disable', iccid: string, refresh = false): Promise<number> {
    const request = writeSwitchRequest(what, { iccid: parseIccid(iccid) }, refresh)
    return readResult(await this.es10(request), what === 'enable' ? 0xbf31 : 0xbf32)
  }

  async profiles(request: Parameters<typeof writeProfilesInfoRequest>[0] = {}) {
    return readProfilesInfoResponse(await this.es10(writeProfilesInfoRequest(request))).ok!
  }

  /** ICCIDs of what is enabled. */
  async enabled(): Promise<string[]> {
    return (await this.profiles()).filter(({ enabled }) => enabled).map(({ iccid }) => iccid!)
  }

  async pending(...events: readonly NotificationEvent[]) {
    return readListNotificationResponse(await this.es10(writeListNotificationRequest(...events))).ok!
  }
}
