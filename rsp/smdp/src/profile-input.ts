import { fromBase64, fromHex, isFailure, refuse, toHex } from '@gesim/base'
import {
  type Iccid,
  isObject,
  NOTIFICATION_EVENTS,
  type NotificationConfiguration,
  type NotificationEvent,
  type OperatorId,
  PROFILE_CLASSES,
  PROFILE_POLICY_RULES,
  type ProfileClass,
  type ProfileMetadata,
  type ProfilePolicyRule,
  parseIccid,
} from '@gesim/sgp22'
import { readTlvs } from '@gesim/tlv'

/**
 * The ICCID of an unprotected package. SAIP: the first element is the header, `A0`; its ICCID stands under `83`, digits in
 * plain order and padded with F (only EF.ICCID swaps the nibbles). Throws `smdp.bad-profile`.
 */
export function iccidOfPackage(upp: Uint8Array): Iccid {
  const fail = (why: string, cause?: unknown) => refuse('smdp.bad-profile', { why }, cause)
  try {
    const elements = readTlvs(upp, { maxBytes: upp.length, maxCount: 65_536 })
    const [header] = elements
    if (header?.tag !== 0xa0 || elements.at(-1)?.tag !== 0xaa) throw fail('no header or no end')
    const inHeader = header.find(0x83)?.value
    if (!inHeader) throw fail('no ICCID in the header')
    return parseIccid(toHex(inHeader).replace(/f{1,2}$/i, ''))
  } catch (error) {
    if (isFailure(error, 'smdp.bad-profile')) throw error
    throw fail('not a list of profile elements', error)
  }
}

function wrong(member: string): Error {
  return refuse('sgp22.bad-member', { member })
}

/** A text of a JSON body. Throws `sgp22.bad-member`. */
export function textOf(value: unknown, maxLength: number, member: string): string {
  if (typeof value !== 'string' || value.length === 0 || value.length > maxLength) throw wrong(member)
  return value
}

function someOf<T extends string>(value: unknown, known: readonly T[], member: string): T[] {
  const isKnown = (each: unknown): each is T => known.some((one) => one === each)
  if (!Array.isArray(value) || !value.every(isKnown)) throw wrong(member)
  return value
}

/** Bytes in base64. Throws `sgp22.bad-member`. */
export function bytesOf(value: unknown, maxBytes: number, member: string): Uint8Array {
  const text = textOf(value, Math.ceil(maxBytes / 3) * 4, member)
  let bytes: Uint8Array
  try {
    bytes = fromBase64(text)
  } catch (cause) {
    throw refuse('sgp22.bad-member', { member }, cause)
  }
  if (bytes.length > maxBytes) throw wrong(member)
  return bytes
}

function notificationsOf(value: unknown, ownAddress: string): NotificationConfiguration[] {
  if (!Array.isArray(value) || value.length > 16) throw wrong('notifications')
  return value.map((entry: unknown) => {
    if (!isObject(entry)) throw wrong('notifications')
    const events = someOf<NotificationEvent>(entry.events, NOTIFICATION_EVENTS, 'notifications')
    const { address = ownAddress } = entry
    return { events, address: textOf(address, 255, 'notifications') }
  })
}

/** Country and network code as cards hold them: digits swapped, a two-digit network padded with F (TS 24.008). */
function mccMncOf(value: unknown): Uint8Array {
  const digits = /^(\d)(\d)(\d)(\d)(\d)(\d)?$/.exec(typeof value === 'string' ? value : '')
  if (!digits) throw wrong('owner')
  const [, m1, m2, m3, n1, n2, n3 = 'f'] = digits
  return fromHex(`${m2}${m1}${n3}${m3}${n2}${n1}`)
}

function ownerOf(value: unknown): OperatorId {
  if (!isObject(value)) throw wrong('owner')
  const groupOf = (group: unknown) => {
    const text = textOf(group, 254, 'owner')
    if (!/^(?:[0-9a-fA-F]{2})+$/.test(text)) throw wrong('owner')
    return fromHex(text)
  }
  const { gid1, gid2 } = value
  return {
    mccMnc: mccMncOf(value.mccMnc),
    ...(gid1 === undefined ? {} : { gid1: groupOf(gid1) }),
    ...(gid2 === undefined ? {} : { gid2: groupOf(gid2) }),
  }
}

const MAX_ICON_BYTES = 1024

/**
 * The metadata of a profile from JSON. `ownAddress` is told of events where an entry names no other place. Throws
 * `sgp22.bad-member`.
 */
export function readMetadata(value: unknown, ownAddress: string): Omit<ProfileMetadata, 'iccid'> {
  if (!isObject(value)) throw wrong('metadata')
  const { icon, iconType, policyRules, notifications, owner, profileClass } = value
  const rules =
    policyRules === undefined
      ? []
      : someOf<ProfilePolicyRule>(policyRules, PROFILE_POLICY_RULES, 'policyRules')
  return {
    serviceProviderName: textOf(value.serviceProviderName, 32, 'serviceProviderName'),
    profileName: textOf(value.profileName, 64, 'profileName'),
    ...(icon === undefined
      ? {}
      : { icon: bytesOf(icon, MAX_ICON_BYTES, 'icon'), iconType: iconType === 0 ? 0 : 1 }),
    ...(profileClass === undefined
      ? {}
      : { profileClass: someOf<ProfileClass>([profileClass], PROFILE_CLASSES, 'profileClass')[0]! }),
    ...(notifications === undefined ? {} : { notifications: notificationsOf(notifications, ownAddress) }),
    ...(owner === undefined ? {} : { owner: ownerOf(owner) }),
    ...(rules.length ? { policyRules: rules } : {}),
  }
}
