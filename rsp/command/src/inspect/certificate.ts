import { isFailure, toHex } from '@gesim/base'
import {
  type Certificate,
  KEY_USAGE,
  NAME,
  type Name,
  readCertificate,
  readRevocationList,
} from '@gesim/crypto'
import type { Shown } from './shape.ts'

const ATTRIBUTES: Readonly<Record<string, string>> = {
  [NAME.commonName]: 'CN',
  [NAME.serialNumber]: 'serialNumber',
  [NAME.country]: 'C',
  [NAME.organization]: 'O',
  '2.5.4.11': 'OU',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
}

const ROLES: Readonly<Record<NonNullable<Certificate['role']>, string>> = {
  ci: 'CERT.CI: certificate issuer',
  euicc: 'CERT.EUICC: card',
  eum: 'CERT.EUM: manufacturer of cards',
  'dp-tls': 'CERT.DP.TLS: TLS of an SM-DP+',
  'dp-auth': 'CERT.DPauth: authentication of an SM-DP+',
  'dp-pb': 'CERT.DPpb: profile binding of an SM-DP+',
  'ds-tls': 'CERT.DS.TLS: TLS of an SM-DS',
  'ds-auth': 'CERT.DSauth: authentication of an SM-DS',
}

const USAGE = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
]

const hex = (bytes: Uint8Array) => toHex(bytes).toUpperCase()

/** A name as people write it: `CN=…, O=…`. */
export function nameText(name: Name): string {
  return name.map(({ oid, value }) => `${ATTRIBUTES[oid] ?? oid}=${value}`).join(', ')
}

/** A time, in its own century: certificates of cards end in the year 7496. */
function timeText(ms: number): string {
  return new Date(ms).toISOString().replace('.000', '')
}

/** What a certificate is for, in words. */
export function roleText(certificate: Certificate): string {
  return certificate.role ? ROLES[certificate.role] : 'no role of SGP.22'
}

/** Whether a certificate is in force at a time, in words. */
export function validityText(certificate: Certificate, atMs: number): string {
  if (atMs < certificate.notBeforeMs) return 'not yet valid'
  return atMs > certificate.notAfterMs ? 'expired' : 'in force'
}

/** The fields of a certificate; nothing when it is not one that our reader understands. */
export function showCertificate(der: Uint8Array): Shown[] | undefined {
  let certificate: Certificate
  try {
    certificate = readCertificate(der)
  } catch (error) {
    if (!isFailure(error)) throw error
    return undefined
  }
  const { pathLength, permittedNames, permittedEins, subjectKeyId, authorityKeyId } = certificate
  const fields: [string, string | undefined][] = [
    ['role', roleText(certificate)],
    ['subject', nameText(certificate.subject)],
    ['issuer', nameText(certificate.issuer)],
    ['serialNumber', certificate.serialNumber.toUpperCase()],
    ['notBefore', timeText(certificate.notBeforeMs)],
    ['notAfter', `${timeText(certificate.notAfterMs)} (${validityText(certificate, Date.now())})`],
    ['publicKey', `${certificate.curve} ${hex(certificate.publicPoint)}`],
    ['subjectKeyIdentifier', subjectKeyId && hex(subjectKeyId)],
    ['authorityKeyIdentifier', authorityKeyId && hex(authorityKeyId)],
    ['keyUsage', certificate.keyUsage.map((bit) => USAGE[bit] ?? `bit ${bit}`).join(', ') || undefined],
    [
      'basicConstraints',
      certificate.isAuthority
        ? `certificate authority${pathLength === undefined ? '' : `, path length ${pathLength}`}`
        : undefined,
    ],
    ['policies', certificate.policies.join(', ') || undefined],
    ['registeredID', certificate.registeredId],
    ['dnsNames', certificate.dnsNames.join(', ') || undefined],
    ...(permittedNames ?? []).map((name): [string, string] => ['permittedName', nameText(name)]),
    ['permittedEins', permittedEins?.join(', ')],
    ['crlDistributionPoints', certificate.crlUrls.join(', ') || undefined],
    ['signature', `ECDSA with SHA-256 ${hex(certificate.signature)}`],
  ]
  return fields.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]))
}

/** The fields of a revocation list. */
export function showRevocationList(der: Uint8Array): Shown[] | undefined {
  try {
    const list = readRevocationList(der)
    return [
      { name: 'number', value: String(list.number ?? 'none') },
      { name: 'thisUpdate', value: timeText(list.thisUpdateMs) },
      ...(list.nextUpdateMs === undefined
        ? []
        : [{ name: 'nextUpdate', value: timeText(list.nextUpdateMs) }]),
      ...(list.authorityKeyId ? [{ name: 'authorityKeyIdentifier', value: hex(list.authorityKeyId) }] : []),
      { name: 'revoked', value: [...list.revoked].map((one) => one.toUpperCase()).join(', ') || 'none' },
    ]
  } catch (error) {
    if (!isFailure(error)) throw error
    return undefined
  }
}

/** Whether a certificate may sign others. */
export function signsCertificates(certificate: Certificate): boolean {
  return certificate.keyUsage.includes(KEY_USAGE.keyCertSign)
}
