import { concatBytes, refuse } from '@gesim/base'
import {
  header,
  headerBytes,
  node,
  oidNode,
  readBytes,
  readOid,
  readTlv,
  readUint,
  type Tlv,
  uintNode,
  writeHeader,
} from '@gesim/tlv'
import { elementOf, readSignature, readTransactionId, TAG, writeSignature } from './elements.ts'
import { type ProfileMetadata, readStoreMetadata, writeStoreMetadata } from './metadata.ts'

/** Tags of the protected lists inside a bound profile package and of their segments. */
export const BPP_TAG = {
  package: 0xbf36,
  initialiseSecureChannel: 0xbf23,
  configureIsdp: 0xbf24,
  storeMetadata: 0xbf25,
  replaceSessionKeys: 0xbf26,
  firstSequence87: 0xa0,
  sequence88: 0xa1,
  secondSequence87: 0xa2,
  sequence86: 0xa3,
  segment86: 0x86,
  segment87: 0x87,
  segment88: 0x88,
} as const

/** The only remote operation: install a bound profile package. */
export const REMOTE_OP_INSTALL = 1

/** `BF23`, the first command of a package: whose keys, and which. */
export interface InitialiseSecureChannel {
  readonly remoteOpId: number
  readonly transactionId: Uint8Array
  readonly keyType: number
  readonly keyLength: number
  readonly hostId: Uint8Array
  /** One-time key of the SM-DP+, an uncompressed point. */
  readonly smdpOtpk: Uint8Array
  readonly smdpSignature: Uint8Array
}

type Channel = Omit<InitialiseSecureChannel, 'smdpSignature'>

function channelFields(channel: Channel): Uint8Array[] {
  return [
    uintNode(0x82, channel.remoteOpId),
    node(0x80, channel.transactionId),
    node(
      0xa6,
      node(0x80, Uint8Array.of(channel.keyType)),
      node(0x81, Uint8Array.of(channel.keyLength)),
      node(0x84, channel.hostId),
    ),
    node(TAG.oneTimeKey, channel.smdpOtpk),
  ]
}

/** The bytes under `smdpSign`: the fields of `BF23` before it, then the one-time key of the card. */
export function signedChannelOf(channel: Channel, euiccOtpk: Uint8Array): Uint8Array {
  return concatBytes(...channelFields(channel), node(TAG.oneTimeKey, euiccOtpk))
}

export function writeInitialiseSecureChannel(channel: InitialiseSecureChannel): Uint8Array {
  return node(0xbf23, ...channelFields(channel), writeSignature(channel.smdpSignature))
}

/** Reads `BF23`; `signedFields` are the received bytes that the signature covers, without the card's key. */
export function readInitialiseSecureChannel(
  input: Uint8Array | Tlv,
): InitialiseSecureChannel & { readonly signedFields: Uint8Array } {
  const element = elementOf(input, 0xbf23)
  const cursor = element.cursor()
  const remoteOpId = readUint(cursor.take(0x82), 255)
  const transactionId = readTransactionId(cursor.take(0x80))
  const crt = cursor.take(0xa6).cursor()
  const keyType = readBytes(crt.take(0x80), 1)[0]!
  const keyLength = readBytes(crt.take(0x81), 1)[0]!
  const hostId = readBytes(crt.take(0x84), 1, 16)
  crt.finish()
  const otpk = cursor.take(TAG.oneTimeKey)
  const smdpSignature = readSignature(cursor.take(TAG.signature))
  cursor.finish()
  const signedFields = element.source.subarray(element.valueStart, otpk.end)
  return {
    remoteOpId,
    transactionId,
    keyType,
    keyLength,
    hostId,
    smdpOtpk: otpk.value,
    smdpSignature,
    signedFields,
  }
}

/** The bytes under `smdpSign` from received fields. */
export function signedChannelOfReceived(signedFields: Uint8Array, euiccOtpk: Uint8Array): Uint8Array {
  return concatBytes(signedFields, node(TAG.oneTimeKey, euiccOtpk))
}

/** `BF24`: data of the SM-DP+ that the card keeps with the profile. */
export interface ConfigureIsdp {
  /** Identifier of the SM-DP+, dotted, when it leaves data of its own. */
  readonly dpOid?: string
  /** `B8` as received. */
  readonly proprietary?: Uint8Array
}

export function writeConfigureIsdp(configuration: { readonly dpOid?: string } = {}): Uint8Array {
  const { dpOid } = configuration
  return node(0xbf24, dpOid === undefined ? undefined : node(0xb8, oidNode(0x80, dpOid)))
}

export function readConfigureIsdp(input: Uint8Array | Tlv): ConfigureIsdp {
  const cursor = elementOf(input, 0xbf24).cursor()
  const proprietary = cursor.maybe(0xb8)
  cursor.finish()
  if (!proprietary) return {}
  const oid = proprietary.find(0x80)
  return { ...(oid ? { dpOid: readOid(oid) } : {}), proprietary: proprietary.raw }
}

/** `BF26`: keys that protect the profile itself take the place of the session's. */
export interface ReplaceSessionKeys {
  readonly initialMcv: Uint8Array
  readonly ppkEnc: Uint8Array
  readonly ppkCmac: Uint8Array
}

export function writeReplaceSessionKeys(keys: ReplaceSessionKeys): Uint8Array {
  return node(0xbf26, node(0x80, keys.initialMcv), node(0x81, keys.ppkEnc), node(0x82, keys.ppkCmac))
}

export function readReplaceSessionKeys(input: Uint8Array | Tlv): ReplaceSessionKeys {
  const cursor = elementOf(input, 0xbf26).cursor()
  const initialMcv = readBytes(cursor.take(0x80), 16)
  const ppkEnc = readBytes(cursor.take(0x81), 16)
  const ppkCmac = readBytes(cursor.take(0x82), 16)
  cursor.finish()
  return { initialMcv, ppkEnc, ppkCmac }
}

export { type ProfileMetadata, readStoreMetadata, writeStoreMetadata }

/** The parts of a bound profile package, each protected segment whole. */
export interface BoundProfilePackage {
  /** `BF23`. */
  readonly initialiseSecureChannel: Uint8Array
  /** `87` segments that hold ConfigureISDP. */
  readonly firstSequence87: readonly Uint8Array[]
  /** `88` segments that hold StoreMetadata. */
  readonly sequence88: readonly Uint8Array[]
  /** `87` segments that hold ReplaceSessionKeys. */
  readonly secondSequence87?: readonly Uint8Array[]
  /** `86` segments that hold the profile. */
  readonly sequence86: readonly Uint8Array[]
}

/** `BF36`. */
export function writeBoundProfilePackage(bound: BoundProfilePackage): Uint8Array {
  const profileBytes = bound.sequence86.reduce((sum, segment) => sum + segment.length, 0)
  const { whole, profileAt } = openBoundProfilePackage(bound, profileBytes)
  let at = profileAt
  for (const segment of bound.sequence86) {
    whole.set(segment, at)
    at += segment.length
  }
  return whole
}

/**
 * The same without the profile's segments, and where they belong: at the end, so many bytes. A profile is most of a
 * package, and to write it once is cheaper than to put it together of copies.
 */
export function openBoundProfilePackage(
  bound: Omit<BoundProfilePackage, 'sequence86'>,
  profileBytes: number,
): { whole: Uint8Array; profileAt: number } {
  const before = [
    bound.initialiseSecureChannel,
    node(BPP_TAG.firstSequence87, ...bound.firstSequence87),
    node(BPP_TAG.sequence88, ...bound.sequence88),
    ...(bound.secondSequence87 ? [node(BPP_TAG.secondSequence87, ...bound.secondSequence87)] : []),
  ]
  let length = headerBytes(BPP_TAG.sequence86, profileBytes) + profileBytes
  for (const part of before) length += part.length
  const whole = new Uint8Array(headerBytes(BPP_TAG.package, length) + length)
  let at = writeHeader(whole, 0, BPP_TAG.package, length)
  for (const part of before) {
    whole.set(part, at)
    at += part.length
  }
  return { whole, profileAt: writeHeader(whole, at, BPP_TAG.sequence86, profileBytes) }
}

function segmentsOf(element: Tlv, tag: number): Uint8Array[] {
  return element.children().map((segment) => {
    if (segment.tag !== tag) throw refuse('tlv.unexpected-tag', { tag: segment.tag, expected: tag })
    return segment.raw
  })
}

/** Largest bound profile package that is read: 4 MiB. */
const MAX_PACKAGE_BYTES = 4 << 20

export function readBoundProfilePackage(bytes: Uint8Array): BoundProfilePackage {
  const cursor = readTlv(bytes, BPP_TAG.package, { maxBytes: MAX_PACKAGE_BYTES, maxCount: 65_536 }).cursor()
  const initialiseSecureChannel = cursor.take(BPP_TAG.initialiseSecureChannel).raw
  const firstSequence87 = segmentsOf(cursor.take(BPP_TAG.firstSequence87), BPP_TAG.segment87)
  const sequence88 = segmentsOf(cursor.take(BPP_TAG.sequence88), BPP_TAG.segment88)
  const second = cursor.maybe(BPP_TAG.secondSequence87)
  const sequence86 = segmentsOf(cursor.take(BPP_TAG.sequence86), BPP_TAG.segment86)
  cursor.finish()
  return {
    initialiseSecureChannel,
    firstSequence87,
    sequence88,
    ...(second ? { secondSequence87: segmentsOf(second, BPP_TAG.segment87) } : {}),
    sequence86,
  }
}

/**
 * Cuts a bound profile package as a phone hands it to a card, one ES10b.LoadBoundProfilePackage command
 * a piece (SGP.22 section 2.5.5): the header with `BF23`; list `A0` whole; the header of `A1`; each `88`;
 * list `A2` whole when there is one; the header of `A3`; each `86`.
 */
export function cutBoundProfilePackage(bytes: Uint8Array): Uint8Array[] {
  const bound = readBoundProfilePackage(bytes)
  const lengthOf = (parts: readonly Uint8Array[]) => parts.reduce((sum, part) => sum + part.length, 0)
  const head = bytes.subarray(0, readTlv(bytes, BPP_TAG.package, { maxBytes: MAX_PACKAGE_BYTES }).valueStart)
  return [
    concatBytes(head, bound.initialiseSecureChannel),
    node(BPP_TAG.firstSequence87, ...bound.firstSequence87),
    header(BPP_TAG.sequence88, lengthOf(bound.sequence88)),
    ...bound.sequence88,
    ...(bound.secondSequence87 ? [node(BPP_TAG.secondSequence87, ...bound.secondSequence87)] : []),
    header(BPP_TAG.sequence86, lengthOf(bound.sequence86)),
    ...bound.sequence86,
  ]
}
