import { bytesEqual } from '@gesim/base'
import {
  bitsNode,
  node,
  readBits,
  readBytes,
  readText,
  readUint,
  type Tlv,
  textNode,
  uintNode,
} from '@gesim/tlv'
import { readLabel } from './elements.ts'
import { type Iccid, iccidOfBytes, iccidToBytes } from './identifiers.ts'

/** An event of a profile that is told to a server. */
export type NotificationEvent = 'install' | 'enable' | 'disable' | 'delete'

/** In the order of their bits: install is `80`, enable `40`, disable `20`, delete `10`. */
export const NOTIFICATION_EVENTS: readonly NotificationEvent[] = ['install', 'enable', 'disable', 'delete']

export function writeEvents(tag: number, events: readonly NotificationEvent[]): Uint8Array {
  return bitsNode(
    tag,
    events.map((event) => NOTIFICATION_EVENTS.indexOf(event)),
  )
}

export function readEvents(element: Tlv): NotificationEvent[] {
  return readBits(element).flatMap((position) => NOTIFICATION_EVENTS[position] ?? [])
}

/** What a profile is for. */
export type ProfileClass = 'test' | 'provisioning' | 'operational'
export const PROFILE_CLASSES: readonly ProfileClass[] = ['test', 'provisioning', 'operational']

/** A rule of the operator that the card enforces. */
export type ProfilePolicyRule = 'updateControl' | 'ppr1' | 'ppr2'
/** In the order of their bits. `ppr1`: may not be disabled; `ppr2`: may not be deleted. */
export const PROFILE_POLICY_RULES: readonly ProfilePolicyRule[] = ['updateControl', 'ppr1', 'ppr2']

export function writePolicyRules(tag: number, rules: readonly ProfilePolicyRule[]): Uint8Array {
  return bitsNode(
    tag,
    rules.map((rule) => PROFILE_POLICY_RULES.indexOf(rule)),
  )
}

export function readPolicyRules(element: Tlv): ProfilePolicyRule[] {
  return readBits(element).flatMap((position) => PROFILE_POLICY_RULES[position] ?? [])
}

/** Which operator a profile belongs to. */
export interface OperatorId {
  /** Country and network code in three bytes, digits swapped as on cards. */
  readonly mccMnc: Uint8Array
  readonly gid1?: Uint8Array
  readonly gid2?: Uint8Array
}

export function writeOperatorId(tag: number, operator: OperatorId): Uint8Array {
  return node(
    tag,
    node(0x80, operator.mccMnc),
    operator.gid1 && node(0x81, operator.gid1),
    operator.gid2 && node(0x82, operator.gid2),
  )
}

export function readOperatorId(element: Tlv): OperatorId {
  const cursor = element.cursor()
  const mccMnc = readBytes(cursor.take(0x80), 3)
  const gid1 = cursor.maybe(0x81)?.value
  const gid2 = cursor.maybe(0x82)?.value
  cursor.finish()
  return { mccMnc, ...(gid1 ? { gid1 } : {}), ...(gid2 ? { gid2 } : {}) }
}

/**
 * Whether an operator is one of those that an entry allows (SGP.22 section 2.9.2.3): a digit E of country and network
 * code stands for any, an absent or empty group identifier too.
 */
export function operatorMatches(allowed: OperatorId, owner: OperatorId): boolean {
  const digits = allowed.mccMnc.every((byte, i) =>
    [0, 4].every((shift) => {
      const wanted = (byte >> shift) & 15
      return wanted === 14 || wanted === (((owner.mccMnc[i] ?? 0) >> shift) & 15)
    }),
  )
  const group = (wanted?: Uint8Array, own?: Uint8Array) =>
    !wanted || wanted.length === 0 || bytesEqual(wanted, own ?? new Uint8Array())
  return digits && group(allowed.gid1, owner.gid1) && group(allowed.gid2, owner.gid2)
}

/** To which server which events are told. */
export interface NotificationConfiguration {
  readonly events: readonly NotificationEvent[]
  readonly address: string
}

/** The readable side of a profile, for the traveller and the phone (`StoreMetadataRequest`, `BF25`). */
export interface ProfileMetadata {
  readonly iccid: Iccid
  readonly serviceProviderName: string
  readonly profileName: string
  /** 0 JPEG, 1 PNG. */
  readonly iconType?: number
  /** At most 1024 bytes. */
  readonly icon?: Uint8Array
  /** Default `operational`. */
  readonly profileClass?: ProfileClass
  readonly notifications?: readonly NotificationConfiguration[]
  readonly owner?: OperatorId
  readonly policyRules?: readonly ProfilePolicyRule[]
}

function writeConfiguration(configuration: NotificationConfiguration): Uint8Array {
  return node(0x30, writeEvents(0x80, configuration.events), textNode(0x81, configuration.address))
}

export function readConfigurations(element: Tlv): NotificationConfiguration[] {
  return element.children().map((entry) => {
    const cursor = entry.cursor()
    return { events: readEvents(cursor.take(0x80)), address: readText(cursor.take(0x81), 255) }
  })
}

/** Whether a configuration is there and not empty. */
function some<T>(list: readonly T[] | undefined): list is readonly T[] {
  return list !== undefined && list.length > 0
}

/** The elements that `StoreMetadataRequest` and `ProfileInfo` share, from `91` to `99`; `B8` belongs to the latter. */
export function writeCommonMetadata(
  metadata: Omit<ProfileMetadata, 'iccid'>,
  alwaysClass: boolean,
  proprietary?: Uint8Array,
): (Uint8Array | undefined)[] {
  const profileClass = metadata.profileClass ?? 'operational'
  return [
    textNode(0x91, metadata.serviceProviderName),
    textNode(0x92, metadata.profileName),
    metadata.iconType === undefined ? undefined : uintNode(0x93, metadata.iconType),
    metadata.icon && node(0x94, metadata.icon),
    // DER leaves out a default; `ProfileInfo` has it in its standard set.
    profileClass === 'operational' && !alwaysClass
      ? undefined
      : uintNode(0x95, PROFILE_CLASSES.indexOf(profileClass)),
    some(metadata.notifications) ? node(0xb6, ...metadata.notifications.map(writeConfiguration)) : undefined,
    metadata.owner && writeOperatorId(0xb7, metadata.owner),
    proprietary,
    some(metadata.policyRules) ? writePolicyRules(0x99, metadata.policyRules) : undefined,
  ]
}

/** The class of a profile from element `95`. */
export function readProfileClass(element: Tlv): ProfileClass {
  return PROFILE_CLASSES[readUint(element, 2)]!
}

/** `BF25`. */
export function writeStoreMetadata(metadata: ProfileMetadata): Uint8Array {
  return node(0xbf25, node(0x5a, iccidToBytes(metadata.iccid)), ...writeCommonMetadata(metadata, false))
}

/** Reads `BF25`. */
export function readStoreMetadata(element: Tlv): ProfileMetadata {
  const cursor = element.cursor()
  const iccid = iccidOfBytes(cursor.take(0x5a).value)
  const serviceProviderName = readLabel(cursor.take(0x91), 32)
  const profileName = readLabel(cursor.take(0x92), 64)
  const iconType = cursor.maybe(0x93)
  const icon = cursor.maybe(0x94)
  const profileClass = cursor.maybe(0x95)
  const notifications = cursor.maybe(0xb6)
  const owner = cursor.maybe(0xb7)
  const rules = cursor.maybe(0x99)
  cursor.finish()
  return {
    iccid,
    serviceProviderName,
    profileName,
    ...(iconType ? { iconType: readUint(iconType, 1) } : {}),
    ...(icon ? { icon: readBytes(icon, 0, 1024) } : {}),
    profileClass: profileClass ? readProfileClass(profileClass) : 'operational',
    ...(notifications ? { notifications: readConfigurations(notifications) } : {}),
    ...(owner ? { owner: readOperatorId(owner) } : {}),
    ...(rules ? { policyRules: readPolicyRules(rules) } : {}),
  }
}
