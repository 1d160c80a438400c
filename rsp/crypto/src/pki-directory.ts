import { createPublicKey, type KeyObject } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { bytesEqual, refuse, toHex } from '@gesim/base'
import { type Certificate, readCertificate } from './certificate.ts'
import { findIssuer, verifyChain } from './chain.ts'
import { type RevocationList, readRevocationList } from './crl.ts'
import { type Curve, curveOfKey, pointOfKey, privateKeyOfPem } from './keys.ts'
import type { CertificateRole } from './roles.ts'
import { toPem } from './write-certificate.ts'

/** A certificate with its private key. */
export interface Identity {
  readonly certificate: Certificate
  readonly privateKey: KeyObject
}

/** What a directory of certificates and keys holds, whoever made it and however it is laid out. */
export interface Pki {
  /** Self-signed certificate issuers. */
  readonly issuers: readonly Certificate[]
  readonly certificates: readonly Certificate[]
  /** Certificates whose private key is here too, in the order of their file names. */
  readonly identities: readonly Identity[]
  readonly revocations: readonly RevocationList[]
  /** Files of certificates, keys and lists in which nothing could be read, or not everything. */
  readonly unreadable: readonly string[]
}

const MAX_FILES = 2000
const MAX_FILE_BYTES = 64 * 1024

function filesBelow(directory: string, depth = 0): string[] {
  if (depth > 6) return []
  return readdirSync(directory, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name)
      return entry.isDirectory() ? filesBelow(path, depth + 1) : [path]
    })
}

function pemBlocks(text: string, label: string): Uint8Array[] {
  const pattern = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`, 'g')
  return [...text.matchAll(pattern)].map((match) => Uint8Array.from(Buffer.from(match[1]!, 'base64')))
}

/** Reads something that may be unfit: a foreign directory also holds keys on other curves and broken test cases. */
function attempt<T>(read: () => T, onUnfit?: () => void): T[] {
  try {
    return [read()]
  } catch {
    onUnfit?.()
    return []
  }
}

/**
 * Reads every certificate, key and revocation list below a directory, in DER or PEM. Certificates are
 * told apart by their policies and matched with keys by their public points, so that any layout is
 * understood, that of SGP.26 too. What cannot be read is left out, and named.
 */
export function loadPki(directory: string): Pki {
  const certificates: Certificate[] = []
  const keys: KeyObject[] = []
  const revocations: RevocationList[] = []
  const unreadable: string[] = []
  for (const path of filesBelow(directory).slice(0, MAX_FILES)) {
    if (statSync(path).size > MAX_FILE_BYTES) continue
    const bytes = readFileSync(path)
    const kind = extname(path).toLowerCase()
    const isUnfit = () => {
      if (unreadable.at(-1) !== path) unreadable.push(path)
    }
    if (kind === '.crl')
      revocations.push(...attempt(() => readRevocationList(Uint8Array.from(bytes)), isUnfit))
    else if (kind === '.der' || kind === '.cer')
      certificates.push(...attempt(() => readCertificate(Uint8Array.from(bytes)), isUnfit))
    else if (kind === '.pem' || kind === '.crt' || kind === '.key') {
      const text = bytes.toString('latin1')
      for (const der of pemBlocks(text, 'CERTIFICATE'))
        certificates.push(...attempt(() => readCertificate(der), isUnfit))
      for (const der of pemBlocks(text, 'X509 CRL'))
        revocations.push(...attempt(() => readRevocationList(der), isUnfit))
      if (text.includes('PRIVATE KEY-----')) keys.push(...attempt(() => privateKeyOfPem(text), isUnfit))
      // Such as a file that is being written.
      if (!/-----END [A-Z0-9 ]+-----/.test(text)) isUnfit()
    }
  }
  const unique = [
    ...new Map(certificates.map((certificate) => [toHex(certificate.der), certificate])).values(),
  ]
  const usable = keys.filter((key) => attempt(() => curveOfKey(key)).length === 1)
  const byPoint = new Map(usable.map((key) => [toHex(pointOfKey(key)), key]))
  return {
    issuers: unique.filter(
      (certificate) =>
        certificate.isAuthority &&
        certificate.role !== 'eum' &&
        bytesEqual(certificate.subjectRaw, certificate.issuerRaw),
    ),
    certificates: unique,
    identities: unique.flatMap((certificate) => {
      const privateKey = byPoint.get(toHex(certificate.publicPoint))
      return privateKey ? [{ certificate, privateKey }] : []
    }),
    revocations,
    unreadable,
  }
}

/**
 * The identities of a role on a curve that hold at a time: valid, and leading to an issuer in the
 * directory. A directory of test cases also holds broken ones; they are left out.
 */
export function identitiesOf(pki: Pki, role: CertificateRole, curve: Curve, atMs = Date.now()): Identity[] {
  const manufacturers = pki.certificates.filter((certificate) => certificate.role === 'eum')
  return pki.identities.filter(({ certificate }) => {
    if (certificate.role !== role || certificate.curve !== curve) return false
    const manufacturer = role === 'euicc' ? findIssuer(manufacturers, certificate.authorityKeyId) : undefined
    const trust = { issuers: pki.issuers, atMs }
    return attempt(() => verifyChain(certificate, role, trust, manufacturer)).length === 1
  })
}

/** The first of `identitiesOf`. Throws `crypto.pki-incomplete`. */
export function identityOf(pki: Pki, role: CertificateRole, curve: Curve, atMs?: number): Identity {
  const [first] = identitiesOf(pki, role, curve, atMs)
  if (!first) throw refuse('crypto.pki-incomplete', { role, curve })
  return first
}

/** Certificate and key in PEM, as Node's TLS takes them. */
export function tlsPemOf(identity: Identity): { cert: string; key: string } {
  return { cert: certificatePem(identity.certificate), key: privateKeyPem(identity.privateKey) }
}

export function certificatePem(certificate: Certificate): string {
  return toPem('CERTIFICATE', certificate.der)
}

export function privateKeyPem(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }) as string
}

/** Whether a private key belongs to a certificate. */
export function keyMatches(certificate: Certificate, key: KeyObject): boolean {
  return bytesEqual(
    pointOfKey(createPublicKey(key.export({ format: 'pem', type: 'pkcs8' }))),
    certificate.publicPoint,
  )
}
