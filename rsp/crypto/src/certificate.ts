import { type KeyObject, verify } from 'node:crypto'
import { bytesEqual, isFailure, refuse } from '@gesim/base'
import { readBits, readBoolean, readOid, readText, readTlv, readUint, type Tlv } from '@gesim/tlv'
import { type Curve, curveOfOid, publicKeyOfPoint } from './keys.ts'
import { type CertificateRole, roleOfOid } from './roles.ts'

/** Attributes of a distinguished name by object identifier, in order. */
export type Name = readonly { readonly oid: string; readonly value: string }[]

/** Object identifiers of the attributes that SGP.22 uses. */
export const NAME = {
  commonName: '2.5.4.3',
  serialNumber: '2.5.4.5',
  country: '2.5.4.6',
  organization: '2.5.4.10',
} as const

/** One certificate, read by our own walk: Node shows neither policies, nor registered identifiers, nor constraints. */
export interface Certificate {
  /** As received. */
  readonly der: Uint8Array
  /** The signed part, as received. */
  readonly tbs: Uint8Array
  /** ECDSA signature in DER. */
  readonly signature: Uint8Array
  /** Serial number, hex of its content bytes. */
  readonly serialNumber: string
  readonly issuer: Name
  readonly subject: Name
  /** The names as received: issuer and subject are compared byte for byte. */
  readonly issuerRaw: Uint8Array
  readonly subjectRaw: Uint8Array
  readonly notBeforeMs: number
  readonly notAfterMs: number
  readonly curve: Curve
  readonly publicPoint: Uint8Array
  readonly publicKey: KeyObject
  readonly subjectKeyId?: Uint8Array
  readonly authorityKeyId?: Uint8Array
  readonly policies: readonly string[]
  /** The role that the policies name. */
  readonly role?: CertificateRole
  /** SGP.22 identifier of the party: registeredID of the subject alternative name, dotted. */
  readonly registeredId?: string
  readonly dnsNames: readonly string[]
  /** Positions of the key usage bits; 0 digitalSignature, 5 keyCertSign, 6 cRLSign. */
  readonly keyUsage: readonly number[]
  readonly isAuthority: boolean
  readonly pathLength?: number
  /** Permitted directory names: of an EUM its organisation and the prefixes of its EIDs. */
  readonly permittedNames?: readonly Name[]
  /** EUM identification numbers of SGP.26 version 3 that the EIDs may begin with. */
  readonly permittedEins?: readonly string[]
  readonly crlUrls: readonly string[]
}

/** Positions in `keyUsage`. */
export const KEY_USAGE = { digitalSignature: 0, keyCertSign: 5, crlSign: 6 } as const

const MAX_CERTIFICATE_BYTES = 8192

/** Reads a name (RFC 5280 section 4.1.2.4). */
function readName(element: Tlv): Name {
  const name: { oid: string; value: string }[] = []
  for (const set of element.children())
    for (const pair of set.children()) {
      const [oid, value] = pair.children()
      if (oid?.tag !== 0x06 || !value)
        throw refuse('crypto.certificate-malformed', { why: 'attribute of a name' })
      name.push({ oid: readOid(oid), value: readText(value, 256) })
    }
  return name
}

/** Names of issuers by their bytes: few manufacturers make many cards. */
const issuerNames = new Map<string, Name>()
const MAX_ISSUER_NAMES = 200

function readIssuerName(element: Tlv): Name {
  const key = latin1(element.raw)
  let name = issuerNames.get(key)
  if (!name) {
    name = readName(element)
    if (issuerNames.size >= MAX_ISSUER_NAMES) issuerNames.clear()
    issuerNames.set(key, name)
  }
  return name
}

/** A text with a character for each byte, as a key. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

/** The value of the first attribute of a kind. */
export function attributeOf(name: Name, oid: string): string | undefined {
  return name.find((attribute) => attribute.oid === oid)?.value
}

const LETTER_Z = 0x5a

function digit(code: number): number {
  if (code < 0x30 || code > 0x39) throw refuse('crypto.certificate-malformed', { why: 'time' })
  return code - 0x30
}

/** UTCTime or GeneralizedTime in UTC, in milliseconds since 1970. The year 7496 of eUICC certificates is fine. */
export function readTime(element: Tlv): number {
  const { source, valueStart, length } = element
  // Pairs of digits, the first one or two for the year, and a Z.
  const pairs = (length - 1) / 2
  const isTime = (element.tag === 0x17 || element.tag === 0x18) && (pairs === 6 || pairs === 7)
  if (!isTime || source[element.end - 1] !== LETTER_Z)
    throw refuse('crypto.certificate-malformed', { why: 'time' })
  const pair = (n: number) => digit(source[valueStart + 2 * n]!) * 10 + digit(source[valueStart + 2 * n + 1]!)
  const first = pair(0)
  const year = pairs === 7 ? first * 100 + pair(1) : first + (first < 50 ? 2000 : 1900)
  const after = pairs - 5
  return Date.UTC(year, pair(after) - 1, pair(after + 1), pair(after + 2), pair(after + 3), pair(after + 4))
}

interface Extensions {
  subjectKeyId?: Uint8Array
  authorityKeyId?: Uint8Array
  policies: string[]
  registeredId?: string
  dnsNames: string[]
  keyUsage: number[]
  isAuthority: boolean
  pathLength?: number
  permittedNames?: Name[]
  permittedEins?: string[]
  crlUrls: string[]
}

/** One reader an extension. What stands here is understood, so it may be critical. */
const EXTENSIONS: Record<string, (value: Tlv, into: Extensions) => void> = {
  '2.5.29.14': (value, into) => {
    into.subjectKeyId = value.value
  },
  '2.5.29.35': (value, into) => {
    into.authorityKeyId = value.find(0x80)?.value
  },
  '2.5.29.15': (value, into) => {
    into.keyUsage = readBits(value)
  },
  '2.5.29.19': (value, into) => {
    const cursor = value.cursor()
    const authority = cursor.maybe(0x01)
    into.isAuthority = authority !== undefined && readBoolean(authority)
    const length = cursor.maybe(0x02)
    if (length) into.pathLength = readUint(length)
  },
  '2.5.29.32': (value, into) => {
    for (const policy of value.children()) into.policies.push(readOid(policy.cursor().take(0x06)))
  },
  '2.5.29.17': (value, into) => {
    for (const name of value.children()) {
      if (name.tag === 0x88) into.registeredId = readOid(name)
      if (name.tag === 0x82) into.dnsNames.push(readText(name, 256))
    }
  },
  '2.5.29.30': (value, into) => {
    into.permittedNames = []
    for (const subtree of value.find(0xa0)?.children() ?? []) {
      const directory = subtree.find(0xa4)
      if (directory) into.permittedNames.push(...directory.children().map(readName))
    }
  },
  '2.5.29.31': (value, into) => {
    for (const point of value.children())
      for (const uri of point.find(0xa0)?.find(0xa0)?.children() ?? [])
        if (uri.tag === 0x86) into.crlUrls.push(readText(uri, 512))
  },
  // Extended key usage is OpenSSL's to check when the certificate opens a TLS connection.
  '2.5.29.37': () => {},
  '2.23.146.1.2.2.0': (value, into) => {
    into.permittedEins = value.children().map((ein) => readText(ein, 32))
  },
}

function readExtensions(element: Tlv | undefined): Extensions {
  const into: Extensions = { policies: [], dnsNames: [], keyUsage: [], isAuthority: false, crlUrls: [] }
  const seen: string[] = []
  for (const extension of element?.children()[0]?.children() ?? []) {
    const cursor = extension.cursor()
    const oid = readOid(cursor.take(0x06))
    const criticalFlag = cursor.maybe(0x01)
    const value = cursor.take(0x04).value
    if (seen.includes(oid)) throw refuse('crypto.certificate-malformed', { why: 'extension twice', oid })
    seen.push(oid)
    const read = EXTENSIONS[oid]
    // RFC 5280 4.2: a critical extension that is not understood makes the certificate unusable.
    if (!read && criticalFlag && readBoolean(criticalFlag))
      throw refuse('crypto.certificate-malformed', { why: 'unknown critical extension', oid })
    read?.(readTlv(value), into)
  }
  return into
}

/** Reads a certificate. Checks its form only; `verifyChain` checks what it says. Throws `crypto.certificate-malformed`. */
export function readCertificate(der: Uint8Array): Certificate {
  try {
    return read(der)
  } catch (cause) {
    if (isFailure(cause) && cause.code.startsWith('crypto.')) throw cause
    throw refuse('crypto.certificate-malformed', { why: cause instanceof Error ? cause.message : '' }, cause)
  }
}

/** The bytes of a BIT STRING without unused bits. */
export function wholeBytes(element: Tlv): Uint8Array {
  if (element.value[0] !== 0) throw refuse('crypto.certificate-malformed', { why: 'unused bits' })
  return element.value.subarray(1)
}

function read(der: Uint8Array): Certificate {
  const outer = readTlv(der, 0x30, { maxBytes: MAX_CERTIFICATE_BYTES }).cursor()
  const tbs = outer.take(0x30)
  const outerAlgorithm = outer.take(0x30)
  const signature = wholeBytes(outer.take(0x03))
  const cursor = tbs.cursor()
  if (readUint(cursor.take(0xa0).require(0x02)) !== 2)
    throw refuse('crypto.certificate-malformed', { why: 'not version 3' })
  const serialNumber = cursor.take(0x02)
  const algorithm = cursor.take(0x30)
  if (!bytesEqual(algorithm.raw, outerAlgorithm.raw) || readOid(algorithm.require(0x06)) !== ECDSA_SHA256)
    throw refuse('crypto.certificate-malformed', { why: 'not signed by ECDSA with SHA-256' })
  const issuer = cursor.take(0x30)
  const validity = cursor.take(0x30).cursor()
  const subject = cursor.take(0x30)
  const spki = cursor.take(0x30).cursor()
  const [, curveOid] = spki.take(0x30).children()
  if (curveOid?.tag !== 0x06) throw refuse('crypto.unsupported-curve', { oid: 'none' })
  const curve = curveOfOid(readOid(curveOid))
  const publicPoint = wholeBytes(spki.take(0x03))
  cursor.maybe(0x81)
  cursor.maybe(0x82)
  const extensions = readExtensions(cursor.maybe(0xa3))
  return {
    der,
    tbs: tbs.raw,
    signature,
    serialNumber: Buffer.from(serialNumber.value).toString('hex'),
    issuer: readIssuerName(issuer),
    subject: readName(subject),
    issuerRaw: issuer.raw,
    subjectRaw: subject.raw,
    notBeforeMs: readTime(validity.any()),
    notAfterMs: readTime(validity.any()),
    curve,
    publicPoint,
    publicKey: publicKeyOfPoint(curve, publicPoint),
    role: extensions.policies.map(roleOfOid).find((role) => role !== undefined),
    ...extensions,
  }
}

/** Of the end of a certificate, by which a remembered one is found. */
const KEY_BYTES = 32

/**
 * A reader that remembers what it read last: the same manufacturers, and the same card several times in one
 * download, come again and again. What cannot be read is not remembered.
 */
export function certificateReader(maxCount = 1000): (der: Uint8Array) => Certificate {
  // Two generations: what is asked for again within one of them is found without being moved. When the younger one is
  // full, the older one goes.
  let young = new Map<string, Certificate>()
  let old = new Map<string, Certificate>()
  return (der) => {
    // The end of a certificate is its signature: short to look up, and compared as a whole before it counts.
    const key = latin1(der.subarray(-KEY_BYTES))
    const recent = young.get(key)
    if (recent && bytesEqual(recent.der, der)) return recent
    const before = old.get(key)
    const found = before && bytesEqual(before.der, der) ? before : readCertificate(new Uint8Array(der))
    if (young.size >= maxCount / 2) {
      old = young
      young = new Map()
    }
    young.set(key, found)
    return found
  }
}

/** ecdsa-with-SHA256 (RFC 5758). */
export const ECDSA_SHA256 = '1.2.840.10045.4.3.2'

/** Who was found to have signed a certificate. */
const verified = new WeakMap<Certificate, Certificate>()

/** Whether the issuer signed a certificate. Both are immutable, so a signature that held once is not checked again. */
export function issuedBy(certificate: Certificate, issuer: Certificate): boolean {
  if (verified.get(certificate) === issuer) return true
  if (!signedBy(issuer, certificate.tbs, certificate.signature)) return false
  verified.set(certificate, issuer)
  return true
}

/** Whether the issuer's key signed these bytes; the signature is in DER, as certificates and lists carry it. */
export function signedBy(issuer: Certificate, tbs: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify('sha256', tbs, issuer.publicKey, signature)
  } catch {
    return false
  }
}

/** The EID that an eUICC certificate is for, 32 digits. Throws `crypto.certificate-malformed`. */
export function eidOfCertificate(certificate: Certificate): string {
  const eid = attributeOf(certificate.subject, NAME.serialNumber)
  if (!eid || !/^\d{32}$/.test(eid))
    throw refuse('crypto.certificate-malformed', { whose: 'euicc', why: 'no EID in the subject' })
  return eid
}
