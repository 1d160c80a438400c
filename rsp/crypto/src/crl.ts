import { bytesEqual, refuse, toHex } from '@gesim/base'
import { readBigUint, readBoolean, readOid, readText, readTlv, readUint, type Tlv } from '@gesim/tlv'
import { type Certificate, KEY_USAGE, readTime, signedBy, wholeBytes } from './certificate.ts'

/** What part of an issuer's certificates a list is about, when it is not about all (RFC 5280, 5.2.5; SGP.22, 4.6). */
export interface RevocationScope {
  /** The places at which certificates say that their list is. */
  readonly urls: readonly string[]
  /** Only authorities' certificates, or only others'. */
  readonly only?: 'authorities' | 'others'
}

/** A certificate revocation list of a certificate issuer (SGP.22 section 4.5.2.2). */
export interface RevocationList {
  readonly der: Uint8Array
  readonly tbs: Uint8Array
  readonly signature: Uint8Array
  readonly issuerRaw: Uint8Array
  readonly thisUpdateMs: number
  readonly nextUpdateMs?: number
  readonly number?: bigint
  readonly authorityKeyId?: Uint8Array
  readonly scope?: RevocationScope
  /** Which part of how many of the list with this number it is. */
  readonly part?: { readonly number: number; readonly of: number }
  /** Serial numbers, hex of their content bytes. */
  readonly revoked: ReadonlySet<string>
}

const ISSUING_DISTRIBUTION_POINT = '2.5.29.28'
const TOTAL_PARTIAL_NUMBER = '2.23.146.1.2.0.2'
const PARTIAL_NUMBER = '2.23.146.1.2.0.3'
/** Extensions that are understood here or by LoadCRL: key of the issuer, number, delta, scope, freshest, parts. */
const KNOWN = ['2.5.29.35', '2.5.29.20', '2.5.29.27', ISSUING_DISTRIBUTION_POINT, '2.5.29.46']
KNOWN.push(TOTAL_PARTIAL_NUMBER, PARTIAL_NUMBER)
/** Extensions of an entry: reason, date, and the expiry date of SGP.22. Another certificate issuer's are not taken. */
const KNOWN_OF_ENTRY = ['2.5.29.21', '2.5.29.24', '2.23.146.1.2.0.1']

/** Parts of one list; more is nobody's. */
const MAX_PARTS = 255

interface Extension {
  readonly oid: string
  readonly value: Uint8Array
}

/** RFC 5280, 5.2 and 5.3: a list with something critical that nobody here knows cannot be used. */
function readExtensions(element: Tlv | undefined, known: readonly string[]): Extension[] {
  return (element?.children() ?? []).map((extension) => {
    const cursor = extension.cursor()
    const oid = readOid(cursor.take(0x06))
    const critical = cursor.maybe(0x01)
    if (critical && readBoolean(critical) && !known.includes(oid))
      throw refuse('crypto.crl-malformed', { why: 'unknown critical extension', oid })
    return { oid, value: cursor.take(0x04).value }
  })
}

function readScope(element: Tlv): RevocationScope {
  const is = (tag: number) => element.find(tag) !== undefined
  // Lists of several issuers, and of certificates for attributes, are not those of SGP.22.
  if (is(0x84) || is(0x85)) throw refuse('crypto.crl-malformed', { why: 'scope' })
  const names = element.find(0xa0)?.find(0xa0)?.children() ?? []
  const only = is(0x82) ? 'authorities' : is(0x81) ? 'others' : undefined
  return {
    urls: names.flatMap((name) => (name.tag === 0x86 ? readText(name, 512) : [])),
    ...(only ? { only } : {}),
  }
}

/** Reads a revocation list. Throws `crypto.crl-malformed`. */
export function readRevocationList(der: Uint8Array): RevocationList {
  try {
    const outer = readTlv(der, 0x30).cursor()
    const tbs = outer.take(0x30)
    outer.take(0x30)
    const signature = wholeBytes(outer.take(0x03))
    const cursor = tbs.cursor()
    cursor.maybe(0x02)
    cursor.take(0x30)
    const issuer = cursor.take(0x30)
    const thisUpdateMs = readTime(cursor.any())
    const next = cursor.maybe(0x17) ?? cursor.maybe(0x18)
    const revoked = new Set<string>()
    for (const entry of cursor.maybe(0x30)?.children() ?? []) {
      const parts = entry.cursor()
      revoked.add(toHex(parts.take(0x02).value))
      parts.any()
      readExtensions(parts.maybe(0x30), KNOWN_OF_ENTRY)
    }
    let number: bigint | undefined
    let authorityKeyId: Uint8Array | undefined
    let scope: RevocationScope | undefined
    let total = 0
    let part = 0
    for (const { oid, value: bytes } of readExtensions(cursor.maybe(0xa0)?.children()[0], KNOWN)) {
      const value = readTlv(bytes)
      if (oid === ISSUING_DISTRIBUTION_POINT) scope = readScope(value)
      if (oid === TOTAL_PARTIAL_NUMBER) total = readUint(value)
      if (oid === PARTIAL_NUMBER) part = readUint(value)
      if (oid === '2.5.29.20') number = readBigUint(value)
      if (oid === '2.5.29.35') authorityKeyId = value.find(0x80)?.value
    }
    return {
      der,
      tbs: tbs.raw,
      signature,
      issuerRaw: issuer.raw,
      thisUpdateMs,
      nextUpdateMs: next && readTime(next),
      number,
      authorityKeyId,
      revoked,
      ...(scope ? { scope } : {}),
      ...(part > 0 && part <= total && total <= MAX_PARTS ? { part: { number: part, of: total } } : {}),
    }
  } catch (cause) {
    throw refuse('crypto.crl-malformed', {}, cause)
  }
}

/** Whether a list is about a certificate: one of a part of its issuer's certificates says nothing of the others. */
export function covers({ scope }: RevocationList, { crlUrls, isAuthority }: Certificate): boolean {
  if (!scope) return true
  if (scope.only && (scope.only === 'authorities') !== isAuthority) return false
  // A certificate that names no list could be in any.
  return scope.urls.length === 0 || crlUrls.length === 0 || scope.urls.some((url) => crlUrls.includes(url))
}

/**
 * Whether a list names a certificate and was signed by the certificate's issuer. A list past its next update still
 * counts: what was revoked stays so (RFC 5280 section 3.3).
 */
export function revokes(list: RevocationList, certificate: Certificate, issuer: Certificate): boolean {
  return (
    list.revoked.has(certificate.serialNumber) &&
    covers(list, certificate) &&
    bytesEqual(list.issuerRaw, certificate.issuerRaw) &&
    issuer.keyUsage.includes(KEY_USAGE.crlSign) &&
    signedBy(issuer, list.tbs, list.signature)
  )
}

/** Checks who signed a list and that it is in force. Throws `crypto.certificate-*` and `crypto.issuer-unknown`. */
export function verifyRevocationList(
  list: RevocationList,
  roots: readonly Certificate[],
  atMs: number,
): Certificate {
  const issuer = roots.find((root) => bytesEqual(root.subjectRaw, list.issuerRaw))
  if (!issuer) throw refuse('crypto.issuer-unknown')
  if (!issuer.keyUsage.includes(KEY_USAGE.crlSign))
    throw refuse('crypto.certificate-usage', { role: issuer.role })
  if (!signedBy(issuer, list.tbs, list.signature)) throw refuse('crypto.certificate-signature')
  if (atMs < list.thisUpdateMs || (list.nextUpdateMs !== undefined && atMs > list.nextUpdateMs))
    throw refuse('crypto.certificate-expired', { what: 'revocation list' })
  return issuer
}
