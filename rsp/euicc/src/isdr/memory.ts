import { bytesEqual, concatBytes, fromHex, toHex } from '@gesim/base'
import { readPackage } from '@gesim/saip'
import { type ProfileMetadata, readStoreMetadata } from '@gesim/sgp22'
import { readTlv } from '@gesim/tlv'
import {
  type CardState,
  freshState,
  type StateStore,
  type StoredChanges,
  type StoredNotification,
  type StoredProfile,
} from '../state.ts'
import { type CardFile, filesBelow, pathOfFile } from '../uicc/files.ts'
import { installPackage } from '../uicc/install.ts'
import { aidOf, type InstalledProfile } from '../uicc/naa.ts'

/** A profile on the card. */
export interface CardProfile {
  readonly aid: Uint8Array
  readonly metadata: ProfileMetadata
  /** StoreMetadata (BF25). */
  readonly metadataRaw: Uint8Array
  readonly smdpAddress: string
  readonly smdpOid: string
  readonly issuerKeyId?: Uint8Array
  /** Data of the SM-DP+ (B8). */
  readonly proprietary?: Uint8Array
  readonly upp: Uint8Array
  readonly installed: InstalledProfile
  enabled: boolean
  nickname?: string
}

const AID_HEAD = fromHex('A0000005591010FFFFFFFF8900')

/** AID of the security domain of a profile: the n-th from 10 upwards. */
export function profileAid(number: number): Uint8Array {
  return concatBytes(AID_HEAD, Uint8Array.of(number >> 8, number & 0xff, 0))
}

/** Bytes that profiles may take; a small eUICC of today. */
export const MEMORY_BYTES = 1_500_000
/** A profile on a card takes about this many times the bytes of its package. */
const BYTES_FACTOR = 2

/** All elementary files by a path that is the same whenever the package is installed. */
function fileKeys(installed: InstalledProfile): Map<string, CardFile> {
  const out = new Map<string, CardFile>()
  const roots = [installed.mf, ...installed.applications.map(({ adf }) => adf)]
  roots.forEach((root, i) => {
    for (const file of filesBelow(root)) out.set(`${i}:${pathOfFile(file)}`, file)
  })
  return out
}

function changesOf(profile: CardProfile, original: InstalledProfile): StoredChanges {
  const { installed } = profile
  const before = fileKeys(original)
  const files: Record<string, string> = {}
  const switched: string[] = []
  for (const [key, { body, active }] of fileKeys(installed)) {
    const original = before.get(key)
    if (!bytesEqual(body.content, original?.body.content ?? new Uint8Array()))
      files[key] = toHex(body.content)
    if (active !== original?.active) switched.push(key)
  }
  const pins: Record<string, StoredChanges['pins'][string]> = {}
  const keep = (owner: string, map: InstalledProfile['pins']) => {
    for (const { keyReference, value, enabled, triesLeft } of map.values())
      pins[`${owner}:${keyReference}`] = { value: toHex(value), enabled, triesLeft }
  }
  keep('card', installed.pins)
  for (const application of installed.applications) keep(aidOf(application), application.pins)
  const puks: Record<string, number> = {}
  for (const puk of installed.puks.values()) puks[String(puk.keyReference)] = puk.triesLeft
  const sequences = installed.applications.map(({ authenticator }) =>
    (authenticator?.sequence ?? []).map(String),
  )
  return { files, pins, puks, sequences, switched }
}

function applyChanges(installed: InstalledProfile, changes: StoredChanges): void {
  const bodies = fileKeys(installed)
  for (const [key, content] of Object.entries(changes.files)) {
    const file = bodies.get(key)
    if (file) file.body.content = fromHex(content)
  }
  for (const key of changes.switched ?? []) {
    const file = bodies.get(key)
    if (file) file.active = !file.active
  }
  const restore = (owner: string, map: InstalledProfile['pins']) => {
    for (const pin of map.values()) {
      const kept = changes.pins[`${owner}:${pin.keyReference}`]
      if (kept) Object.assign(pin, { ...kept, value: fromHex(kept.value) })
    }
  }
  restore('card', installed.pins)
  installed.applications.forEach((application, i) => {
    restore(aidOf(application), application.pins)
    changes.sequences[i]?.forEach((seq, index) => {
      if (application.authenticator) application.authenticator.sequence[index] = BigInt(seq)
    })
  })
  for (const puk of installed.puks.values())
    puk.triesLeft = changes.puks[String(puk.keyReference)] ?? puk.triesLeft
}

function installedOf(upp: Uint8Array): InstalledProfile {
  const outcome = installPackage(readPackage(upp))
  if ('failed' in outcome) throw new Error(`a stored profile does not install: ${outcome.why}`)
  return outcome.profile
}

function restoreProfile(stored: StoredProfile): CardProfile {
  const upp = fromHex(stored.upp)
  const installed = installedOf(upp)
  if (stored.changes) applyChanges(installed, stored.changes)
  const metadataRaw = fromHex(stored.metadata)
  return {
    aid: fromHex(stored.aid),
    metadata: readStoreMetadata(readTlv(metadataRaw, 0xbf25)),
    metadataRaw,
    smdpAddress: stored.smdpAddress,
    smdpOid: stored.smdpOid,
    issuerKeyId: stored.issuerKeyId === undefined ? undefined : fromHex(stored.issuerKeyId),
    proprietary: stored.proprietary === undefined ? undefined : fromHex(stored.proprietary),
    upp,
    installed,
    enabled: stored.enabled,
    nickname: stored.nickname,
  }
}

/** Packages are long: Node writes their hex many times as fast as a loop. */
function hexOfPackage(upp: Uint8Array): string {
  return Buffer.from(upp.buffer, upp.byteOffset, upp.length).toString('hex')
}

type Constant = 'aid' | 'metadata' | 'smdpAddress' | 'smdpOid' | 'issuerKeyId' | 'proprietary' | 'upp'

/** What the card remembers, in the form it works with; every change is saved before it is answered. */
export class CardMemory {
  readonly #store: StateStore
  #state: CardState
  readonly profiles: CardProfile[]

  constructor(store: StateStore) {
    this.#store = store
    this.#state = store.load() ?? freshState()
    this.profiles = this.#state.profiles.map(restoreProfile)
  }

  get state(): CardState {
    return this.#state
  }

  get enabled(): CardProfile | undefined {
    return this.profiles.find((profile) => profile.enabled)
  }

  get freeBytes(): number {
    const used = this.profiles.reduce((sum, profile) => sum + profile.upp.length * BYTES_FACTOR, 0)
    return Math.max(0, MEMORY_BYTES - used)
  }

  /** Whether a package of this size fits. */
  hasRoomFor(uppBytes: number): boolean {
    return uppBytes * BYTES_FACTOR <= this.freeBytes
  }

  /** Takes the number of the next notification; numbers never come again, also after a loss of power. */
  takeSequence(): number {
    const sequence = this.#state.nextSequence
    this.#state = { ...this.#state, nextSequence: sequence + 1 }
    return sequence
  }

  takeAid(): Uint8Array {
    const number = this.#state.nextAid
    this.#state = { ...this.#state, nextAid: number + 1 }
    return profileAid(number)
  }

  addNotification(notification: StoredNotification): void {
    this.#state = { ...this.#state, notifications: [...this.#state.notifications, notification] }
  }

  /** Changes fields of the state; `save` makes them last. */
  update(fields: Partial<Omit<CardState, 'profiles' | 'version'>>): void {
    this.#state = { ...this.#state, ...fields }
  }

  /** Writes everything down. What was answered before survives; what was not, did not happen. */
  save(): void {
    const profiles = this.profiles.map(
      (profile): StoredProfile => ({
        ...this.#constantsOf(profile),
        enabled: profile.enabled,
        nickname: profile.nickname,
        changes: this.#changesOf(profile),
      }),
    )
    this.#state = { ...this.#state, profiles }
    this.#store.save(this.#state)
  }

  /** Forgets what was not saved: after a fault the card is what its store says. */
  rollback(): void {
    const { rootSmdsAddress } = this.#state
    this.#state = { ...(this.#store.load() ?? freshState()), rootSmdsAddress }
    this.profiles.splice(0, this.profiles.length, ...this.#state.profiles.map(restoreProfile))
  }

  readonly #constants = new WeakMap<CardProfile, Pick<StoredProfile, Constant>>()

  /** What never changes in a profile, in its stored form: made once, as packages are long. */
  #constantsOf(profile: CardProfile): Pick<StoredProfile, Constant> {
    let constants = this.#constants.get(profile)
    if (!constants) {
      const { aid, metadataRaw, smdpAddress, smdpOid, issuerKeyId, proprietary, upp } = profile
      constants = {
        aid: toHex(aid),
        metadata: toHex(metadataRaw),
        smdpAddress,
        smdpOid,
        issuerKeyId: issuerKeyId && toHex(issuerKeyId),
        proprietary: proprietary && toHex(proprietary),
        upp: hexOfPackage(upp),
      }
      this.#constants.set(profile, constants)
    }
    return constants
  }

  readonly #originals = new WeakMap<CardProfile, InstalledProfile>()
  readonly #touched = new WeakSet<CardProfile>()
  readonly #saved = new WeakMap<CardProfile, StoredChanges>()

  /** Notes that files, PINs or sequence numbers of a profile changed. */
  touch(profile: CardProfile): void {
    this.#touched.add(profile)
  }

  #changesOf(profile: CardProfile): StoredChanges | undefined {
    if (!this.#touched.has(profile)) {
      const { aid } = this.#constantsOf(profile)
      return this.#saved.get(profile) ?? this.#state.profiles.find((entry) => entry.aid === aid)?.changes
    }
    let original = this.#originals.get(profile)
    if (!original) {
      original = installedOf(profile.upp)
      this.#originals.set(profile, original)
    }
    const changes = changesOf(profile, original)
    this.#saved.set(profile, changes)
    this.#touched.delete(profile)
    return changes
  }
}
