import { bytesEqual, refuse } from '@gesim/base'
import { attributeOf, type Certificate, eidOfCertificate, issuedBy, KEY_USAGE, NAME } from './certificate.ts'
import type { RevocationList } from './crl.ts'
import type { CertificateRole } from './roles.ts'

/** Whom a verifier trusts, and when. */
export interface Trust {
  /** Certificates of the certificate issuers. */
  readonly issuers: readonly Certificate[]
  /** Verified revocation lists. */
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
    if (bytesEqual(list.issuerRaw, certificate.issuerRaw) && list.revoked.has(certificate.serialNumber))
      throw refuse('crypto.certificate-revoked', { role })
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

function checkNameConstraints(euicc: Certificate, manufacturer: Certificate, eid: string): void {
  const { permittedNames, permittedEins } = manufacturer
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
    if (!inside) throw refuse('crypto.name-constraint')
  }
  if (permittedEins && !permittedEins.some((ein) => eid.startsWith(ein)))
    throw refuse('crypto.name-constraint')
}
