import {
  bitsNode,
  node,
  readBits,
  readBoolean,
  readBytes,
  readUint,
  type Tlv,
  textNode,
  uintNode,
} from '@gesim/tlv'
import { type Answer, elementOf, readLabel } from './elements.ts'
import { type Eid, eidOfBytes, eidToBytes, type Iccid, iccidOfBytes, iccidToBytes } from './identifiers.ts'
import {
  PROFILE_CLASSES,
  type ProfileClass,
  type ProfileMetadata,
  readConfigurations,
  readOperatorId,
  readPolicyRules,
  readProfileClass,
  writeCommonMetadata,
} from './metadata.ts'

/** A profile by the identifier that people know, or by that of its security domain. */
export type ProfileId =
  | { readonly iccid: Iccid; readonly aid?: undefined }
  | { readonly aid: Uint8Array; readonly iccid?: undefined }

function writeProfileId(id: ProfileId): Uint8Array {
  return id.iccid ? node(0x5a, iccidToBytes(id.iccid)) : node(0x4f, id.aid!)
}

function readProfileId(element: Tlv | undefined): ProfileId {
  if (element?.tag === 0x4f) return { aid: readBytes(element, 5, 16) }
  return { iccid: iccidOfBytes(element?.tag === 0x5a ? element.value : new Uint8Array()) }
}

/** Tags of the three functions that change the state of a profile. */
export const PROFILE_FUNCTION = { enable: 0xbf31, disable: 0xbf32, delete: 0xbf33 } as const

/** EnableProfile and DisableProfile, with or without a REFRESH of the phone. */
export function writeSwitchRequest(what: 'enable' | 'disable', id: ProfileId, refresh: boolean): Uint8Array {
  return node(
    PROFILE_FUNCTION[what],
    node(0xa0, writeProfileId(id)),
    node(0x81, Uint8Array.of(refresh ? 0xff : 0)),
  )
}

export function readSwitchRequest(
  input: Uint8Array | Tlv,
  what: 'enable' | 'disable',
): { id: ProfileId; refresh: boolean } {
  const cursor = elementOf(input, PROFILE_FUNCTION[what]).cursor()
  const id = readProfileId(cursor.take(0xa0).children()[0])
  const refresh = cursor.maybe(0x81)
  cursor.finish()
  return { id, refresh: refresh !== undefined && readBoolean(refresh) }
}

/** DeleteProfile. */
export function writeDeleteRequest(id: ProfileId): Uint8Array {
  return node(PROFILE_FUNCTION.delete, writeProfileId(id))
}

export function readDeleteRequest(input: Uint8Array | Tlv): ProfileId {
  return readProfileId(elementOf(input, PROFILE_FUNCTION.delete).children()[0])
}

/** SetNickname; an empty one takes it away. */
export function writeNicknameRequest(iccid: Iccid, nickname: string): Uint8Array {
  return node(0xbf29, node(0x5a, iccidToBytes(iccid)), textNode(0x90, nickname))
}

export function readNicknameRequest(input: Uint8Array | Tlv): { iccid: Iccid; nickname: string } {
  const cursor = elementOf(input, 0xbf29).cursor()
  return { iccid: iccidOfBytes(cursor.take(0x5a).value), nickname: readLabel(cursor.take(0x90), 64) }
}

/** What a memory reset takes away. */
export type ResetOption =
  | 'deleteOperationalProfiles'
  | 'deleteFieldLoadedTestProfiles'
  | 'resetDefaultSmdpAddress'
const RESET_OPTIONS: readonly ResetOption[] = [
  'deleteOperationalProfiles',
  'deleteFieldLoadedTestProfiles',
  'resetDefaultSmdpAddress',
]

export function writeMemoryResetRequest(options: readonly ResetOption[]): Uint8Array {
  return node(
    0xbf34,
    bitsNode(
      0x82,
      options.map((option) => RESET_OPTIONS.indexOf(option)),
    ),
  )
}

export function readMemoryResetRequest(input: Uint8Array | Tlv): ResetOption[] {
  return readBits(elementOf(input, 0xbf34).require(0x82)).flatMap((position) => RESET_OPTIONS[position] ?? [])
}

/** GetEID: asks for tag `5A`. */
export const GET_EID: Uint8Array = node(0xbf3e, node(0x5c, Uint8Array.of(0x5a)))

export function writeEidResponse(eid: Eid): Uint8Array {
  return node(0xbf3e, node(0x5a, eidToBytes(eid)))
}

export function readEidResponse(input: Uint8Array | Tlv): Eid {
  return eidOfBytes(elementOf(input, 0xbf3e).require(0x5a).value)
}

/** One profile on a card (`E3`). */
export interface ProfileInfo extends Partial<Omit<ProfileMetadata, 'iccid'>> {
  readonly iccid?: Iccid
  readonly aid?: Uint8Array
  readonly enabled?: boolean
  readonly nickname?: string
  /** Data of the SM-DP+ (`B8`), as it came with ConfigureISDP. */
  readonly proprietary?: Uint8Array
}

/** Tags that GetProfilesInfo answers when none are asked for; the icon comes only when asked for. */
export const DEFAULT_PROFILE_TAGS: readonly number[] = [0x5a, 0x4f, 0x9f70, 0x90, 0x91, 0x92, 0x93, 0x95]

/** Which profiles, and which of their elements. */
export interface ProfilesInfoRequest {
  readonly id?: ProfileId
  readonly profileClass?: ProfileClass
  readonly tags?: readonly number[]
}

export function writeProfilesInfoRequest(request: ProfilesInfoRequest = {}): Uint8Array {
  const { id, profileClass, tags } = request
  const criterion = id
    ? writeProfileId(id)
    : profileClass && uintNode(0x95, PROFILE_CLASSES.indexOf(profileClass))
  const tagList = tags?.flatMap((tag) => (tag > 0xff ? [tag >> 8, tag & 0xff] : [tag]))
  return node(0xbf2d, criterion && node(0xa0, criterion), tagList && node(0x5c, Uint8Array.from(tagList)))
}

export function readProfilesInfoRequest(input: Uint8Array | Tlv): ProfilesInfoRequest {
  const cursor = elementOf(input, 0xbf2d).cursor()
  const [criterion] = cursor.maybe(0xa0)?.children() ?? []
  const tagList = cursor.maybe(0x5c)
  cursor.finish()
  const tags: number[] = []
  for (let at = 0, bytes = tagList?.value ?? new Uint8Array(); at < bytes.length; at++) {
    const first = bytes[at]!
    tags.push((first & 0x1f) === 0x1f ? first * 256 + (bytes[++at] ?? 0) : first)
  }
  return {
    ...(criterion && criterion.tag !== 0x95 ? { id: readProfileId(criterion) } : {}),
    ...(criterion?.tag === 0x95 ? { profileClass: readProfileClass(criterion) } : {}),
    ...(tagList ? { tags } : {}),
  }
}

/** Writes the elements of a profile whose tags were asked for. */
export function writeProfileInfo(
  profile: ProfileInfo & ProfileMetadata,
  tags: readonly number[] = DEFAULT_PROFILE_TAGS,
): Uint8Array {
  const parts = [
    node(0x5a, iccidToBytes(profile.iccid)),
    profile.aid && node(0x4f, profile.aid),
    node(0x9f70, Uint8Array.of(profile.enabled ? 1 : 0)),
    profile.nickname ? textNode(0x90, profile.nickname) : undefined,
    ...writeCommonMetadata(profile, true, profile.proprietary),
  ]
  const tagOf = (part: Uint8Array) => (part[0] === 0x9f ? 0x9f70 : part[0]!)
  return node(0xe3, ...parts.filter((part) => part && tags.includes(tagOf(part))))
}

export function readProfileInfo(element: Tlv): ProfileInfo {
  const out: { -readonly [Name in keyof ProfileInfo]: ProfileInfo[Name] } = {}
  for (const child of element.children()) {
    if (child.tag === 0x5a) out.iccid = iccidOfBytes(child.value)
    if (child.tag === 0x4f) out.aid = child.value
    if (child.tag === 0x9f70) out.enabled = readUint(child, 1) === 1
    if (child.tag === 0x90) out.nickname = readLabel(child, 64)
    if (child.tag === 0x91) out.serviceProviderName = readLabel(child, 32)
    if (child.tag === 0x92) out.profileName = readLabel(child, 64)
    if (child.tag === 0x93) out.iconType = readUint(child, 1)
    if (child.tag === 0x94) out.icon = child.value
    if (child.tag === 0x95) out.profileClass = readProfileClass(child)
    if (child.tag === 0xb6) out.notifications = readConfigurations(child)
    if (child.tag === 0xb7) out.owner = readOperatorId(child)
    if (child.tag === 0xb8) out.proprietary = child.raw
    if (child.tag === 0x99) out.policyRules = readPolicyRules(child)
  }
  return out
}

/** Each entry is a whole `E3`. */
export function writeProfilesInfoResponse(answer: Answer<readonly Uint8Array[]>): Uint8Array {
  if (answer.ok) return node(0xbf2d, node(0xa0, ...answer.ok))
  return node(0xbf2d, uintNode(0x81, answer.error))
}

export function readProfilesInfoResponse(input: Uint8Array | Tlv): Answer<ProfileInfo[]> {
  const [answer] = elementOf(input, 0xbf2d).children()
  if (answer?.tag === 0xa0) return { ok: answer.children().map(readProfileInfo) }
  return { error: answer?.tag === 0x81 ? readUint(answer, 127) : 127 }
}
