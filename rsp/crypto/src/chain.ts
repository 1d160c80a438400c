import { bytesEqual, refuse } from '@gesim/base'
import {
  attributeOf,
  type Certificate,
  eidOfCertificate,
  issuedBy,
  KEY_USAGE,
  NAME,
  readCertificate,
} from './certificate.ts'
import { type RevocationList, revokes } from './crl.ts'
import type { CertificateRole } from './roles.ts'

/** Whom a verifier trusts, and when. */
export interface Trust {
  /** Certificates of the certificate issuers. */
  readonly issuers: readonly Certificate[]
  /** Revocation lists of issuers and of manufacturers; one counts where its issuer's signature holds. */
  readonly revocations?: readonly RevocationList[]
  /** The time of the check, milliseconds since 1970. */
  readonly atMs: number
}

/** The trusted issuer with this key identifier. */
export function findIssuer(
  issuers: readonly Certificate[],
  keyId: Uint8Array | undefined,
): Certificate | undefined {
  if (!keyId) return undefined
  return issuers.find((issuer) => issuer.subjectKeyId && bytesEqual(issuer.subjectKeyId, keyId))
}

/**
 * The certificate issuers of a directory: those that say so by their policy; when none does, whoever signed itself. An
 * authority for other things, such as operators' certificates, is no issuer of cards.
 */
export function certificateIssuers(selfSigned: readonly Certificate[]): Certificate[] {
  const named = selfSigned.filter(({ role }) => role === 'ci')
  return named.length ? named : [...selfSigned]
}

/**
 * Checks that a certificate leads through the given one, if any, to a trusted issuer, and plays its role
 * (SGP.22 section 4.5.2.2). Returns the issuer. Throws `crypto.issuer-unknown`, `crypto.certificate-role`,
 * `-usage`, `-signature`, `-expired`, `-revoked`; it does not check name constraints: see `verifyEuicc`.
 */
export function verifyChain(
  certificate: Certificate,
  role: CertificateRole,
  trust: Trust,
  authority?: Certificate,
): Certificate {
  // What plays another role is wrong whoever issued it.
  if (!authority && certificate.role !== role)
    throw refuse('crypto.certificate-role', { role: certificate.role, expected: role })
  const issuer = authority ?? findIssuer(trust.issuers, certificate.authorityKeyId)
  if (!issuer) throw refuse('crypto.issuer-unknown', { role })
  const root = authority ? verifyChain(authority, 'eum', trust) : issuer
  if (certificate.role !== role)
    throw refuse('crypto.certificate-role', { role: certificate.role, expected: role })
  const isAuthority = role === 'eum'
  const usage = isAuthority ? KEY_USAGE.keyCertSign : KEY_USAGE.digitalSignature
  if (!certificate.keyUsage.includes(usage) || certificate.isAuthority !== isAuthority)
    throw refuse('crypto.certificate-usage', { role })
  if (!issuer.isAuthority || !issuer.keyUsage.includes(KEY_USAGE.keyCertSign))
    throw refuse('crypto.certificate-usage', { role: issuer.role })
  if (!bytesEqual(certificate.issuerRaw, issuer.subjectRaw) || !certificateSignedBy(certificate, issuer))
    throw refuse('crypto.certificate-signature', { role })
  for (const checked of [certificate, issuer])
    if (trust.atMs < checked.notBeforeMs || trust.atMs > checked.notAfterMs)
      throw refuse('crypto.certificate-expired', { role: checked.role })
  for (const list of trust.revocations ?? [])
    if (revokes(list, certificate, issuer)) throw refuse('crypto.certificate-revoked', { role })
  return root
}

function certificateSignedBy(certificate: Certificate, issuer: Certificate): boolean {
  const { authorityKeyId } = certificate
  if (authorityKeyId && issuer.subjectKeyId && !bytesEqual(authorityKeyId, issuer.subjectKeyId)) return false
  return issuedBy(certificate, issuer)
}

/**
 * Checks the pair of certificates that an eUICC shows: manufacturer to trusted issuer, eUICC to
 * manufacturer, EID and organisation inside the manufacturer's name constraints (SGP.22 section 4.5.2.1).
 * Returns the issuer and the EID. Throws what `verifyChain` throws and `crypto.name-constraint`.
 */
export function verifyEuicc(
  euicc: Certificate,
  manufacturer: Certificate,
  trust: Trust,
): { issuer: Certificate; eid: string } {
  const issuer = verifyChain(euicc, 'euicc', trust, manufacturer)
  const eid = eidOfCertificate(euicc)
  checkNameConstraints(euicc, manufacturer, eid)
  return { issuer, eid }
}

/**
 * The same for certificates as a card sends them; `read` may remember what it read. Throws what `verifyEuicc` throws,
 * and `crypto.certificate-malformed` with the fact `whose`.
 */
export function checkEuicc(
  certificates: { readonly euicc: Uint8Array; readonly eum: Uint8Array },
  trust: Trust,
  read: (der: Uint8Array) => Certificate = readCertificate,
): { issuer: Certificate; eid: string; euicc: Certificate } {
  const readAs = (whose: 'euicc' | 'eum') => {
    try {
      return read(certificates[whose])
    } catch (cause) {
      throw refuse('crypto.certificate-malformed', { whose }, cause)
    }
  }
  const manufacturer = readAs('eum')
  const euicc = readAs('euicc')
  return { ...verifyEuicc(euicc, manufacturer, trust), euicc }
}

function checkNameConstraints(euicc: Certificate, manufacturer: Certificate, eid: string): void {
  const { permittedNames, permittedEins } = manufacturer
  // SGP.22 4.5.2.1: a manufacturer is bound to its name and its range of EIDs; one that is bound to nothing could
  // make any card.
  if (!permittedNames && !permittedEins) throw refuse('crypto.name-constraint', { whose: 'eum' })
  if (permittedNames) {
    const organization = attributeOf(euicc.subject, NAME.organization)
    // The serial number of a permitted name is a prefix of the EIDs: the issuer identification number of the EUM.
    const inside = permittedNames.some((name) => {
      const permittedOrganization = attributeOf(name, NAME.organization)
      const prefix = attributeOf(name, NAME.serialNumber)
      return (
        (permittedOrganization === undefined || permittedOrganization === organization) &&
        (prefix === undefined || eid.startsWith(prefix))
      )
    })
    if (!inside) throw refuse('crypto.name-constraint', { whose: 'euicc' })
  }
  if (permittedEins && !permittedEins.some((ein) => eid.startsWith(ein)))
    throw refuse('crypto.name-constraint', { whose: 'euicc' })
}
