import { bytesEqual, refuse, toHex } from '@gesim/base'
import { readBigUint, readOid, readTlv } from '@gesim/tlv'
import { type Certificate, KEY_USAGE, readTime, signedBy, wholeBytes } from './certificate.ts'

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
  /** Serial numbers, hex of their content bytes. */
  readonly revoked: ReadonlySet<string>
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
    for (const entry of cursor.maybe(0x30)?.children() ?? [])
      revoked.add(toHex(entry.cursor().take(0x02).value))
    let number: bigint | undefined
    let authorityKeyId: Uint8Array | undefined
    for (const extension of cursor.maybe(0xa0)?.children()[0]?.children() ?? []) {
      const parts = extension.cursor()
      const oid = readOid(parts.take(0x06))
      parts.maybe(0x01)
      const value = readTlv(parts.take(0x04).value)
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
    }
  } catch (cause) {
    throw refuse('crypto.crl-malformed', {}, cause)
  }
}

/**
 * Whether a list names a certificate and was signed by the certificate's issuer. A list past its next update still
 * counts: what was revoked stays so (RFC 5280 section 3.3).
 */
export function revokes(list: RevocationList, certificate: Certificate, issuer: Certificate): boolean {
  return (
    list.revoked.has(certificate.serialNumber) &&
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
