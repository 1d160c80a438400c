import { createPublicKey } from 'node:crypto'
import {
  type CertificateRequest,
  type Curve,
  generateKey,
  type Identity,
  identityOf,
  KEY_USAGE,
  NAME,
  type Pki,
  privateKeyPem,
  readCertificate,
  TEST_EID,
  TEST_EIN,
  writeCertificate,
} from '@gesim/crypto'
import { TestCard } from './card.ts'
import type { World } from './world.ts'

/** What a forged certificate says otherwise than a good one. */
export type Forgery = Partial<CertificateRequest> & {
  /** Changes the finished certificate. */
  readonly bend?: (der: Uint8Array) => Uint8Array
}

const ORGANIZATION = 'RSP Test EUM'
const YEAR_MS = 31_536_000_000
let lastSerial = 0x4000

/** A certificate with its key, made as the given authority makes them. */
function make(
  authority: Identity,
  request: Omit<CertificateRequest, 'publicKey' | 'serialNumber'>,
  forgery: Forgery,
) {
  const privateKey = generateKey(authority.certificate.curve)
  const { bend, ...changes } = forgery
  const der = writeCertificate(
    {
      ...request,
      serialNumber: (++lastSerial).toString(16),
      publicKey: createPublicKey(privateKeyPem(privateKey)),
      ...changes,
    },
    { subject: authority.certificate.subject, privateKey: authority.privateKey },
  )
  return { der: bend?.(der) ?? der, privateKey }
}

/** A certificate that cannot be read is still sent: it takes the place of a good one's bytes. */
function identityWith(der: Uint8Array, privateKey: Identity['privateKey'], stand: Identity): Identity {
  try {
    return { certificate: readCertificate(der), privateKey }
  } catch {
    return { certificate: { ...stand.certificate, der }, privateKey }
  }
}

/** The issuer of a test PKI with its key. */
export function issuerOf(pki: Pki, curve: Curve = 'nist'): Identity {
  return pki.identities.find(({ certificate }) => certificate.role === 'ci' && certificate.curve === curve)!
}

/** A manufacturer of the test issuer, or of another one. */
export function forgeEum(pki: Pki, forgery: Forgery = {}, issuer: Identity = issuerOf(pki)): Identity {
  const names = [
    { oid: NAME.organization, value: ORGANIZATION },
    { oid: NAME.serialNumber, value: TEST_EIN },
  ]
  const request = {
    role: 'eum' as const,
    subject: [
      { oid: NAME.country, value: 'ES' },
      { oid: NAME.organization, value: ORGANIZATION },
      { oid: NAME.commonName, value: `EUM ${lastSerial}` },
    ],
    notBeforeMs: Date.now() - YEAR_MS,
    notAfterMs: Date.now() + YEAR_MS,
    keyUsage: [KEY_USAGE.keyCertSign, KEY_USAGE.crlSign],
    pathLength: 0,
    permittedNames: [names],
  }
  const { der, privateKey } = make(issuer, request, forgery)
  return identityWith(der, privateKey, identityOf(pki, 'eum', 'nist'))
}

/** A card of a manufacturer. */
export function forgeEuicc(eum: Identity, forgery: Forgery = {}, eid: string = TEST_EID): Identity {
  const request = {
    role: 'euicc' as const,
    subject: [
      { oid: NAME.country, value: 'ES' },
      { oid: NAME.organization, value: ORGANIZATION },
      { oid: NAME.serialNumber, value: eid },
      { oid: NAME.commonName, value: 'Test eUICC' },
    ],
    notBeforeMs: Date.now() - YEAR_MS,
    notAfterMs: Date.UTC(7496, 0, 1),
    keyUsage: [KEY_USAGE.digitalSignature],
  }
  const { der, privateKey } = make(eum, request, forgery)
  return identityWith(der, privateKey, { certificate: eum.certificate, privateKey })
}

/** A card with any certificates, at the server of a world. */
export function cardWith(world: World, identity: Identity, eum: Identity, eid: string = TEST_EID): TestCard {
  return new TestCard({ identity, eum, eid, peer: world.phone, smdpAddress: world.smdpAddress })
}

/** The same bytes with one bit of one byte, counted from the end, turned. */
export function turned(bytes: Uint8Array, fromEnd = 1): Uint8Array {
  const out = Uint8Array.from(bytes)
  out[out.length - fromEnd]! ^= 1
  return out
}
