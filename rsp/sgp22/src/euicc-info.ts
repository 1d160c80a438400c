import { node, readBytes, readTlv, type Tlv, textNode } from '@gesim/tlv'
import { elementOf, type Received, readVersion, writeVersion } from './elements.ts'

/** EUICCInfo1 (`BF20`): what a server must know to choose a certificate. */
export interface EuiccInfo1 {
  /** Highest version of SGP.22 that the card speaks, such as `2.5.0`. */
  readonly svn: string
  /** Key identifiers of the issuers whose server certificates the card can check, the preferred first. */
  readonly verificationKeyIds: readonly Uint8Array[]
  /** Key identifiers of the issuers under which the card itself signs, the preferred first. */
  readonly signingKeyIds: readonly Uint8Array[]
}

/** EUICCInfo2 (`BF22`): what a server needs to judge whether a profile fits. */
export interface EuiccInfo2 extends EuiccInfo1 {
  /** Version of the profile package that the card installs. */
  readonly profileVersion: string
  readonly firmwareVersion: string
  /** Free memory, from `extCardResource`. */
  readonly extCardResource: ExtCardResource
  /** BIT STRING content, the count of unused bits first. */
  readonly uiccCapability: Uint8Array
  readonly ts102241Version?: string
  readonly globalPlatformVersion?: string
  /** BIT STRING content, the count of unused bits first. */
  readonly rspCapability: Uint8Array
  readonly category?: number
  /** BIT STRING content of the profile policy rules that the card forbids. */
  readonly forbiddenProfilePolicyRules?: Uint8Array
  readonly protectionProfileVersion: string
  readonly sasAccreditationNumber: string
  /** `AC`, certification data, as received. */
  readonly certificationData?: Uint8Array
  /** Further versions of the profile package that the card installs, beside `profileVersion`. */
  readonly additionalProfileVersions?: readonly string[]
}

/** ETSI TS 102 226, extended card resources. */
export interface ExtCardResource {
  readonly installedApplications: number
  readonly freeNonVolatileBytes: number
  readonly freeVolatileBytes: number
}

function keyIds(element: Tlv): Uint8Array[] {
  return element.children().map((child) => readBytes(readTlv(child.raw, 0x04), 1, 32))
}

function writeKeyIds(tag: number, ids: readonly Uint8Array[]): Uint8Array {
  return node(tag, ...ids.map((id) => node(0x04, id)))
}

export function writeEuiccInfo1(info: EuiccInfo1): Uint8Array {
  return node(
    0xbf20,
    writeVersion(0x82, info.svn),
    writeKeyIds(0xa9, info.verificationKeyIds),
    writeKeyIds(0xaa, info.signingKeyIds),
  )
}

export function readEuiccInfo1(input: Uint8Array | Tlv): Received<EuiccInfo1> {
  const element = elementOf(input, 0xbf20)
  const cursor = element.cursor()
  const svn = readVersion(cursor.take(0x82))
  const verificationKeyIds = keyIds(cursor.take(0xa9))
  const signingKeyIds = keyIds(cursor.take(0xaa))
  cursor.finish()
  return { svn, verificationKeyIds, signingKeyIds, raw: element.raw }
}

function number(bytes: Uint8Array): number {
  let sum = 0
  for (const byte of bytes) sum = sum * 256 + byte
  return sum
}

const UTF8 = new TextDecoder()

function numberBytes(value: number): Uint8Array {
  const digits = value.toString(16)
  return Uint8Array.from(Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex'))
}

function writeExtCardResource(resource: ExtCardResource): Uint8Array {
  return node(
    0x84,
    node(0x81, numberBytes(resource.installedApplications)),
    node(0x82, numberBytes(resource.freeNonVolatileBytes)),
    node(0x83, numberBytes(resource.freeVolatileBytes)),
  )
}

function readExtCardResource(element: Tlv): ExtCardResource {
  let [installedApplications, freeNonVolatileBytes, freeVolatileBytes] = [0, 0, 0]
  // The octets hold elements of their own, but the tag is primitive.
  const bytes = element.value
  for (let at = 0; at + 2 <= bytes.length; ) {
    const start = at + 2
    const end = start + bytes[at + 1]!
    const value = number(bytes.subarray(start, end))
    if (bytes[at] === 0x81) installedApplications = value
    else if (bytes[at] === 0x82) freeNonVolatileBytes = value
    else if (bytes[at] === 0x83) freeVolatileBytes = value
    at = end
  }
  return { installedApplications, freeNonVolatileBytes, freeVolatileBytes }
}

export function writeEuiccInfo2(info: EuiccInfo2): Uint8Array {
  return node(
    0xbf22,
    writeVersion(0x81, info.profileVersion),
    writeVersion(0x82, info.svn),
    writeVersion(0x83, info.firmwareVersion),
    writeExtCardResource(info.extCardResource),
    node(0x85, info.uiccCapability),
    info.ts102241Version === undefined ? undefined : writeVersion(0x86, info.ts102241Version),
    info.globalPlatformVersion === undefined ? undefined : writeVersion(0x87, info.globalPlatformVersion),
    node(0x88, info.rspCapability),
    writeKeyIds(0xa9, info.verificationKeyIds),
    writeKeyIds(0xaa, info.signingKeyIds),
    info.category === undefined ? undefined : node(0x8b, Uint8Array.of(info.category)),
    info.forbiddenProfilePolicyRules && node(0x99, info.forbiddenProfilePolicyRules),
    writeVersion(0x04, info.protectionProfileVersion),
    textNode(0x0c, info.sasAccreditationNumber),
    info.certificationData,
    info.additionalProfileVersions &&
      node(0xaf, ...info.additionalProfileVersions.map((version) => writeVersion(0x04, version))),
  )
}

export function readEuiccInfo2(input: Uint8Array | Tlv): Received<EuiccInfo2> {
  const element = elementOf(input, 0xbf22)
  const cursor = element.cursor()
  const profileVersion = readVersion(cursor.take(0x81))
  const svn = readVersion(cursor.take(0x82))
  const firmwareVersion = readVersion(cursor.take(0x83))
  const extCardResource = readExtCardResource(cursor.take(0x84))
  const uiccCapability = cursor.take(0x85).value
  const ts102241 = cursor.maybe(0x86)
  const globalPlatform = cursor.maybe(0x87)
  const rspCapability = cursor.take(0x88).value
  const verificationKeyIds = keyIds(cursor.take(0xa9))
  const signingKeyIds = keyIds(cursor.take(0xaa))
  const category = cursor.maybe(0x8b)
  const forbidden = cursor.maybe(0x99)
  const protectionProfileVersion = readVersion(cursor.take(0x04))
  const sasAccreditationNumber = UTF8.decode(readBytes(cursor.take(0x0c), 0, 64))
  const certificationData = cursor.maybe(0xac)?.raw
  // Where the chip is, and its reference: nothing is decided by them.
  for (const tag of [0x8d, 0x8e]) cursor.maybe(tag)
  const additional = cursor.maybe(0xaf)?.children().map(readVersion)
  cursor.finish()
  return {
    profileVersion,
    svn,
    firmwareVersion,
    extCardResource,
    uiccCapability,
    ...(ts102241 ? { ts102241Version: readVersion(ts102241) } : {}),
    ...(globalPlatform ? { globalPlatformVersion: readVersion(globalPlatform) } : {}),
    rspCapability,
    verificationKeyIds,
    signingKeyIds,
    ...(category ? { category: readBytes(category, 1)[0]! } : {}),
    ...(forbidden ? { forbiddenProfilePolicyRules: forbidden.value } : {}),
    protectionProfileVersion,
    sasAccreditationNumber,
    ...(certificationData ? { certificationData } : {}),
    ...(additional ? { additionalProfileVersions: additional } : {}),
    raw: element.raw,
  }
}
