import { createPublicKey } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from '@gesim/base'
import {
  type Certificate,
  type CertificateAuthority,
  type CertificateRequest,
  type Curve,
  certificatePem,
  generateKey,
  type Identity,
  identitiesOf,
  KEY_USAGE,
  NAME,
  type Name,
  type Pki,
  privateKeyPem,
  readCertificate,
  systemRandom,
  writeCertificate,
} from '@gesim/crypto'
import { writing } from './files.ts'

const DAY_MS = 86_400_000
const SUFFIX = { nist: 'NIST', brainpool: 'BRP' } as const

/** What a server's TLS certificate is made for. */
export interface TlsWish {
  readonly role: 'dp-tls' | 'ds-tls'
  readonly curves: readonly Curve[]
  /** Host names and IPv4 addresses; the first is the server's own. */
  readonly hosts: readonly string[]
  readonly lifeMs: number
}

/** What was made, and under whom. */
export interface MadeTls {
  readonly curve: Curve
  readonly path: string
  /** The authority that clients must trust, when it is not an issuer that was there. */
  readonly authorityPath?: string
}

const isAddress = (host: string) => /^\d+\.\d+\.\d+\.\d+$/.test(host)

function make(
  request: Omit<CertificateRequest, 'publicKey' | 'serialNumber'>,
  curve: Curve,
  authority: CertificateAuthority | 'itself',
): Identity {
  const privateKey = generateKey(curve)
  const serial = systemRandom(9)
  serial[0] = (serial[0]! & 0x7f) | 0x40
  const publicKey = createPublicKey(privateKeyPem(privateKey))
  const signer = authority === 'itself' ? { subject: request.subject, privateKey } : authority
  const der = writeCertificate({ ...request, serialNumber: toHex(serial), publicKey }, signer)
  return { certificate: readCertificate(der), privateKey }
}

function save(folder: string, stem: string, { certificate, privateKey }: Identity): string {
  const path = join(folder, `CERT_${stem}.pem`)
  writing(path, () => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, `SK_${stem}.pem`), privateKeyPem(privateKey), { mode: 0o600 })
    writeFileSync(join(folder, `CERT_${stem}.der`), certificate.der)
    writeFileSync(path, certificatePem(certificate))
  })
  return path
}

function named(commonName: string): Name {
  return [
    { oid: NAME.organization, value: 'GeSIM test PKI' },
    { oid: NAME.commonName, value: commonName },
  ]
}

const authorityOf = ({ certificate, privateKey }: Identity): CertificateAuthority => ({
  subject: certificate.subject,
  privateKey,
})

/** Who can sign for TLS on a curve: an issuer whose key is there, or an authority of this machine that is made. */
function signer(
  directory: string,
  pki: Pki,
  curve: Curve,
): { by: CertificateAuthority; authorityPath?: string } {
  const stem = `LOCAL_TLS_CA_${SUFFIX[curve]}`
  const known = (certificate: Certificate) =>
    certificate.curve === curve && certificate.notAfterMs > Date.now() + DAY_MS && certificate.isAuthority
  const issuers = pki.identities.filter(({ certificate }) => known(certificate))
  const issuer = issuers.find(({ certificate }) => certificate.role === 'ci')
  if (issuer) return { by: authorityOf(issuer) }
  const folder = join(directory, 'LocalTls')
  const local = issuers.find(({ certificate }) =>
    certificate.subject.some(({ value }) => value === `GeSIM local TLS ${SUFFIX[curve]}`),
  )
  if (local) return { by: authorityOf(local), authorityPath: join(folder, `CERT_${stem}.pem`) }
  const authority = make(
    {
      subject: named(`GeSIM local TLS ${SUFFIX[curve]}`),
      notBeforeMs: Date.now() - DAY_MS,
      notAfterMs: Date.now() + 3650 * DAY_MS,
      keyUsage: [KEY_USAGE.keyCertSign, KEY_USAGE.crlSign],
      pathLength: 0,
    },
    curve,
    'itself',
  )
  return { by: authorityOf(authority), authorityPath: save(folder, stem, authority) }
}

/** Whether a certificate is good for a server for another day. */
function serves({ certificate }: Identity, host: string): boolean {
  const names = certificate.dnsNames.map((name) => name.toLowerCase())
  // IPv4 addresses are not among the names that our reader keeps: such a certificate is made anew.
  return certificate.notAfterMs > Date.now() + DAY_MS && names.includes(host.toLowerCase())
}

/**
 * Makes a short-lived TLS certificate on each curve where none is in force for the server's name, signed by the issuer
 * in the directory or, where its key is not there, by an authority of this machine. Throws `rsp.file-unwritable`.
 */
export function ensureTls(directory: string, pki: Pki, wish: TlsWish): MadeTls[] {
  const { role, hosts, lifeMs } = wish
  const kind = role === 'dp-tls' ? 'DP' : 'DS'
  return wish.curves.flatMap((curve): MadeTls[] => {
    if (identitiesOf(pki, role, curve).some((identity) => serves(identity, hosts[0]!))) return []
    const [auth] = identitiesOf(pki, role === 'dp-tls' ? 'dp-auth' : 'ds-auth', curve)
    const { by, authorityPath } = signer(directory, pki, curve)
    const identity = make(
      {
        role,
        subject: named(`SM-${kind}${kind === 'DP' ? '+' : ''} TLS`),
        notBeforeMs: Date.now() - DAY_MS,
        notAfterMs: Date.now() + lifeMs,
        registeredId: auth?.certificate.registeredId ?? (role === 'dp-tls' ? '2.999.10' : '2.999.15'),
        dnsNames: hosts.filter((host) => !isAddress(host)),
        ipAddresses: hosts.filter(isAddress),
        keyUsage: [KEY_USAGE.digitalSignature],
        forTls: true,
      },
      curve,
      by,
    )
    const path = save(join(directory, `${kind}tls`), `S_SM_${kind}_TLS_${SUFFIX[curve]}_SHORT`, identity)
    return [{ curve, path, ...(authorityPath ? { authorityPath } : {}) }]
  })
}
