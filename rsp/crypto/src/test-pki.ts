import { createPublicKey, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { refuse, toHex } from '@gesim/base'
import { NAME, type Name, readCertificate } from './certificate.ts'
import { type Curve, generateKey, privateKeyOfPem } from './keys.ts'
import { certificatePem, type Identity, privateKeyPem } from './pki-directory.ts'
import {
  CA_USAGE,
  type CertificateAuthority,
  type CertificateRequest,
  LEAF_USAGE,
  writeCertificate,
  writeRevocationList,
} from './write-certificate.ts'

/** What a test PKI is made for. */
export interface TestPkiOptions {
  /** Default: the NIST curve only. */
  readonly curves?: readonly Curve[]
  /** Host names and IPv4 addresses of the SM-DP+. Default `localhost` and `127.0.0.1`. */
  readonly smdpHosts?: readonly string[]
  /** Host names and IPv4 addresses of the SM-DS. Default `localhost` and `127.0.0.1`. */
  readonly smdsHosts?: readonly string[]
  /** Default: the EID of the test cards of SGP.26. */
  readonly eid?: string
  readonly nowMs?: number
  /** Life of the TLS certificates, which are made anew by each call. Default 30 days. */
  readonly tlsLifeMs?: number
}

const DAY_MS = 86_400_000
const YEAR_MS = 365 * DAY_MS
/** Issuer identification number at the head of the EIDs that the test manufacturer may issue. */
export const TEST_EIN = '89049032'
export const TEST_EID = '89049032123451234512345678901235'
const MANUFACTURER = 'RSP Test EUM'
const LOOPBACK = ['localhost', '127.0.0.1']
const SUFFIX = { nist: 'NIST', brainpool: 'BRP' } as const

function serial(): string {
  const bytes = randomBytes(9)
  bytes[0] = (bytes[0]! & 0x7f) | 0x40
  return toHex(bytes)
}

function name(commonName: string, organization: string, extra: Name = []): Name {
  return [
    { oid: NAME.country, value: 'ES' },
    { oid: NAME.organization, value: organization },
    ...extra,
    { oid: NAME.commonName, value: commonName },
  ]
}

function hostsOf(hosts: readonly string[]): Pick<CertificateRequest, 'dnsNames' | 'ipAddresses'> {
  const isAddress = (host: string) => /^\d+\.\d+\.\d+\.\d+$/.test(host)
  return { dnsNames: hosts.filter((host) => !isAddress(host)), ipAddresses: hosts.filter(isAddress) }
}

function writeFile(path: string, content: string | Uint8Array, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, content, { mode })
  renameSync(`${path}.new`, path)
}

function read(stem: string, keyStem: string): Identity | undefined {
  if (!existsSync(`${stem}.der`) || !existsSync(`${keyStem}.pem`)) return undefined
  return {
    certificate: readCertificate(Uint8Array.from(readFileSync(`${stem}.der`))),
    privateKey: privateKeyOfPem(readFileSync(`${keyStem}.pem`, 'utf8')),
  }
}

type Wanted = Omit<CertificateRequest, 'publicKey' | 'serialNumber'>

interface Place {
  readonly directory: string
  readonly folder: string
  /** File name without `CERT_` and `SK_`. */
  readonly stem: string
  readonly curve: Curve
}

/** Makes a certificate with its key unless both are there, or always when asked for a fresh one. */
function issue(
  place: Place,
  wanted: Wanted,
  authority: CertificateAuthority | 'itself',
  fresh = false,
): Identity {
  const folder = join(place.directory, place.folder)
  const stem = join(folder, `CERT_${place.stem}`)
  const keyStem = join(folder, `SK_${place.stem}`)
  const found = fresh ? undefined : read(stem, keyStem)
  if (found) return found
  const privateKey = generateKey(place.curve)
  const signer = authority === 'itself' ? { subject: wanted.subject, privateKey } : authority
  const request = { ...wanted, serialNumber: serial(), publicKey: createPublicKey(privateKeyPem(privateKey)) }
  const certificate = readCertificate(writeCertificate(request, signer))
  writeFile(`${keyStem}.pem`, privateKeyPem(privateKey), 0o600)
  writeFile(`${stem}.der`, certificate.der)
  writeFile(`${stem}.pem`, certificatePem(certificate))
  return { certificate, privateKey }
}

function authorityOf(identity: Identity): CertificateAuthority {
  return { subject: identity.certificate.subject, privateKey: identity.privateKey }
}

/**
 * Makes a complete test PKI in the layout of SGP.26, or completes one: issuer, manufacturer with name
 * constraints, a card, the servers' certificates, a revocation list, and an authority for operators.
 * What is there stays; the TLS certificates and the list are made anew, so that they never expire on a
 * server that is started now and then. The keys lie in the directory unencrypted: for tests only.
 */
export function makeTestPki(directory: string, options: TestPkiOptions = {}): void {
  const { curves = ['nist'], nowMs = Date.now(), tlsLifeMs = 30 * DAY_MS } = options
  const notBeforeMs = nowMs - DAY_MS
  for (const curve of curves) {
    const suffix = SUFFIX[curve]
    const at = (folder: string, stem: string): Place => ({ directory, folder, stem, curve })
    const ci = issue(
      at('CertificateIssuer', `CI_ECDSA_${suffix}`),
      {
        role: 'ci',
        subject: name(`GeSIM Test CI ${suffix}`, 'GeSIM test PKI'),
        notBeforeMs,
        notAfterMs: notBeforeMs + 35 * YEAR_MS,
        registeredId: '2.999.1',
        keyUsage: CA_USAGE,
        pathLength: null,
      },
      'itself',
    )
    const authority = authorityOf(ci)
    const crlUrl = `http://ci.test.example.com/CRL-${suffix}.crl`
    issue(
      at('EUM', `EUM_ECDSA_${suffix}`),
      {
        role: 'eum',
        subject: name('EUM Test', MANUFACTURER),
        notBeforeMs,
        notAfterMs: notBeforeMs + 35 * YEAR_MS,
        registeredId: '2.999.5',
        keyUsage: CA_USAGE,
        pathLength: 0,
        permittedNames: [
          [
            { oid: NAME.organization, value: MANUFACTURER },
            { oid: NAME.serialNumber, value: TEST_EIN },
          ],
        ],
        crlUrl,
      },
      authority,
    )
    issueEuicc(directory, { eid: options.eid ?? TEST_EID, curve, nowMs, stem: `EUICC_ECDSA_${suffix}` })
    const server = { notBeforeMs, notAfterMs: notBeforeMs + 3 * YEAR_MS, keyUsage: LEAF_USAGE, crlUrl }
    const smdp = { ...server, registeredId: '2.999.10' }
    const smds = { ...server, registeredId: '2.999.15' }
    const tls = { notAfterMs: nowMs + tlsLifeMs, forTls: true }
    const dp = (what: string) => name(`TEST SM-DP+ ${what}`, 'GeSIM test SM-DP+')
    const ds = (what: string) => name(`TEST SM-DS ${what}`, 'GeSIM test SM-DS')
    const dpHosts = hostsOf(options.smdpHosts ?? LOOPBACK)
    const dsHosts = hostsOf(options.smdsHosts ?? LOOPBACK)
    const requests: [string, string, Wanted, boolean][] = [
      ['DPauth', `S_SM_DPauth_ECDSA_${suffix}`, { ...smdp, role: 'dp-auth', subject: dp('auth') }, false],
      ['DPpb', `S_SM_DPpb_ECDSA_${suffix}`, { ...smdp, role: 'dp-pb', subject: dp('pb') }, false],
      [
        'DPtls',
        `S_SM_DP_TLS_${suffix}`,
        { ...smdp, role: 'dp-tls', subject: dp('TLS'), ...tls, ...dpHosts },
        true,
      ],
      ['DSauth', `S_SM_DSauth_ECDSA_${suffix}`, { ...smds, role: 'ds-auth', subject: ds('auth') }, false],
      [
        'DStls',
        `S_SM_DS_TLS_${suffix}`,
        { ...smds, role: 'ds-tls', subject: ds('TLS'), ...tls, ...dsHosts },
        true,
      ],
    ]
    for (const [folder, stem, wanted, fresh] of requests) issue(at(folder, stem), wanted, authority, fresh)
    const list = {
      number: Math.floor(nowMs / 1000),
      thisUpdateMs: notBeforeMs,
      nextUpdateMs: nowMs + YEAR_MS,
      revoked: [],
    }
    writeFile(join(directory, 'CRL', `CRL_${suffix}.crl`), writeRevocationList(list, authority))
  }
  operatorAuthority(directory, nowMs)
}

function operatorAuthority(directory: string, nowMs: number): Identity {
  const place: Place = { directory, folder: 'Operators', stem: 'CA_OPERATORS', curve: 'nist' }
  return issue(
    place,
    {
      subject: name('GeSIM Test Operators CA', 'GeSIM test PKI'),
      notBeforeMs: nowMs - DAY_MS,
      notAfterMs: nowMs + 35 * YEAR_MS,
      keyUsage: CA_USAGE,
      pathLength: null,
    },
    'itself',
  )
}

/** One card of the test manufacturer. */
export interface EuiccRequest {
  readonly eid: string
  readonly curve?: Curve
  readonly nowMs?: number
  /** File name without `CERT_`; default `EUICC_<eid>`. */
  readonly stem?: string
}

/** Makes the certificate and key of a card of the test manufacturer, unless it is there. Throws `crypto.pki-incomplete`. */
export function issueEuicc(directory: string, request: EuiccRequest): Identity {
  const { eid, curve = 'nist', nowMs = Date.now() } = request
  const suffix = SUFFIX[curve]
  const stem = join(directory, 'EUM')
  const manufacturer = read(join(stem, `CERT_EUM_ECDSA_${suffix}`), join(stem, `SK_EUM_ECDSA_${suffix}`))
  if (!manufacturer) throw refuse('crypto.pki-incomplete', { role: 'eum', curve })
  return issue(
    { directory, folder: 'eUICC', stem: request.stem ?? `EUICC_${eid}_${suffix}`, curve },
    {
      role: 'euicc',
      subject: name('Test eUICC', MANUFACTURER, [{ oid: NAME.serialNumber, value: eid }]),
      notBeforeMs: nowMs - DAY_MS,
      notAfterMs: Date.UTC(7496, 0, 24, 9, 24, 23),
      keyUsage: LEAF_USAGE,
    },
    authorityOf(manufacturer),
  )
}

/** One operator: who it is on ES2+, and where its server for notifications answers. */
export interface OperatorRequest {
  /** Short name for the files and the subject, such as `aurora`. */
  readonly name: string
  /** SGP.22 identifier of the operator, dotted, such as `2.999.20`. */
  readonly registeredId: string
  /** Default `localhost` and `127.0.0.1`. */
  readonly hosts?: readonly string[]
  readonly nowMs?: number
}

/** Makes the certificate and key with which an operator calls ES2+ and serves its notifications, unless it is there. */
export function issueOperator(directory: string, request: OperatorRequest): Identity {
  const nowMs = request.nowMs ?? Date.now()
  return issue(
    { directory, folder: 'Operators', stem: `OPERATOR_${request.name}`, curve: 'nist' },
    {
      subject: name(request.name, 'GeSIM test operators'),
      notBeforeMs: nowMs - DAY_MS,
      notAfterMs: nowMs + 3 * YEAR_MS,
      registeredId: request.registeredId,
      keyUsage: LEAF_USAGE,
      forTls: true,
      ...hostsOf(request.hosts ?? LOOPBACK),
    },
    authorityOf(operatorAuthority(directory, nowMs)),
  )
}
