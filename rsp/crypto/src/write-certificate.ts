import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { fromHex } from '@gesim/base'
import { bitsNode, node, oidNode, textNode, uintNode } from '@gesim/tlv'
import { ECDSA_SHA256, KEY_USAGE, NAME, type Name } from './certificate.ts'
import { type CertificateRole, oidOfRole } from './roles.ts'

/** What a new certificate shall say. */
export interface CertificateRequest {
  readonly role?: CertificateRole
  readonly subject: Name
  /** Hex of the content bytes. */
  readonly serialNumber: string
  readonly publicKey: KeyObject
  readonly notBeforeMs: number
  readonly notAfterMs: number
  readonly registeredId?: string
  readonly dnsNames?: readonly string[]
  /** IPv4 addresses, for servers on a loopback address. */
  readonly ipAddresses?: readonly string[]
  readonly keyUsage: readonly number[]
  /** Makes it an authority with this path length; `null` sets no limit. */
  readonly pathLength?: number | null
  readonly permittedNames?: readonly Name[]
  readonly crlUrl?: string
  /** For servers and clients of TLS. */
  readonly forTls?: boolean
}

/** Who signs a new certificate: a name and a key, both its own when it signs itself. */
export interface CertificateAuthority {
  readonly subject: Name
  readonly privateKey: KeyObject
}

const SIGNATURE_ALGORITHM = node(0x30, oidNode(0x06, ECDSA_SHA256))
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'

/** Key identifier: SHA-1 of the public point (RFC 5280 section 4.2.1.2, method 1). */
export function keyIdentifierOf(key: KeyObject): Uint8Array {
  const spki = createPublicKey(key.export({ format: 'pem', type: key.type === 'private' ? 'pkcs8' : 'spki' }))
  const der = spki.export({ format: 'der', type: 'spki' })
  return Uint8Array.from(
    createHash('sha1')
      .update(der.subarray(der.length - 65))
      .digest(),
  )
}

/** A distinguished name; countries and serial numbers are PrintableString, the rest UTF8String. */
export function writeName(name: Name): Uint8Array {
  return node(
    0x30,
    ...name.map(({ oid, value }) => {
      const tag = oid === NAME.country || oid === NAME.serialNumber ? 0x13 : 0x0c
      return node(0x31, node(0x30, oidNode(0x06, oid), textNode(tag, value)))
    }),
  )
}

/** UTCTime until 2049, GeneralizedTime from 2050 on (RFC 5280 section 4.1.2.5). */
export function writeTime(atMs: number): Uint8Array {
  const digits = new Date(atMs)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '')
  const year = Number(digits.slice(0, 4))
  return year < 2050 ? textNode(0x17, digits.slice(2)) : textNode(0x18, digits)
}

/** Signs the content of a certificate or list as X.509 does. */
export function signedObject(tbs: Uint8Array, privateKey: KeyObject): Uint8Array {
  const signature = sign('sha256', tbs, privateKey)
  return node(0x30, tbs, SIGNATURE_ALGORITHM, node(0x03, Uint8Array.of(0), signature))
}

export { SIGNATURE_ALGORITHM }

/** One extension. */
export function extension(oid: string, critical: boolean, value: Uint8Array): Uint8Array {
  const flag = critical ? node(0x01, Uint8Array.of(0xff)) : undefined
  return node(0x30, oidNode(0x06, oid), flag, node(0x04, value))
}

function extensionsOf(request: CertificateRequest, authority: CertificateAuthority): Uint8Array[] {
  const out = [
    extension('2.5.29.35', false, node(0x30, node(0x80, keyIdentifierOf(authority.privateKey)))),
    extension('2.5.29.14', false, node(0x04, keyIdentifierOf(request.publicKey))),
    extension('2.5.29.15', true, bitsNode(0x03, request.keyUsage)),
  ]
  const { pathLength } = request
  if (pathLength !== undefined) {
    const limit = pathLength === null ? undefined : uintNode(0x02, pathLength)
    out.push(extension('2.5.29.19', true, node(0x30, node(0x01, Uint8Array.of(0xff)), limit)))
  }
  if (request.role)
    out.push(extension('2.5.29.32', true, node(0x30, node(0x30, oidNode(0x06, oidOfRole(request.role))))))
  const names = [
    ...(request.dnsNames ?? []).map((name) => textNode(0x82, name)),
    ...(request.ipAddresses ?? []).map((address) =>
      node(0x87, Uint8Array.from(address.split('.').map(Number))),
    ),
    ...(request.registeredId ? [oidNode(0x88, request.registeredId)] : []),
  ]
  if (names.length) out.push(extension('2.5.29.17', false, node(0x30, ...names)))
  if (request.permittedNames) {
    const subtrees = request.permittedNames.map((name) => node(0x30, node(0xa4, writeName(name))))
    out.push(extension('2.5.29.30', true, node(0x30, node(0xa0, ...subtrees))))
  }
  if (request.crlUrl) {
    const point = node(0x30, node(0xa0, node(0xa0, textNode(0x86, request.crlUrl))))
    out.push(extension('2.5.29.31', false, node(0x30, point)))
  }
  if (request.forTls)
    out.push(extension('2.5.29.37', true, node(0x30, oidNode(0x06, SERVER_AUTH), oidNode(0x06, CLIENT_AUTH))))
  return out
}

/** A certificate of version 3, in DER. */
export function writeCertificate(request: CertificateRequest, authority: CertificateAuthority): Uint8Array {
  const spki = request.publicKey.export({ format: 'der', type: 'spki' })
  const tbs = node(
    0x30,
    node(0xa0, uintNode(0x02, 2)),
    node(0x02, fromHex(request.serialNumber)),
    SIGNATURE_ALGORITHM,
    writeName(authority.subject),
    node(0x30, writeTime(request.notBeforeMs), writeTime(request.notAfterMs)),
    writeName(request.subject),
    Uint8Array.from(spki),
    node(0xa3, node(0x30, ...extensionsOf(request, authority))),
  )
  return signedObject(tbs, authority.privateKey)
}

/** What a revocation list shall say. */
export interface RevocationListRequest {
  /** The place that its certificates name: it is about these only. */
  readonly url?: string
  /** Which part of how many it is, when the list of this number comes in parts. */
  readonly part?: { readonly number: number; readonly of: number }
  readonly number: number
  readonly thisUpdateMs: number
  readonly nextUpdateMs: number
  readonly revoked: readonly { readonly serialNumber: string; readonly atMs: number }[]
}

/** A certificate revocation list of version 2, in DER. */
export function writeRevocationList(
  request: RevocationListRequest,
  authority: CertificateAuthority,
): Uint8Array {
  const entries = request.revoked.map(({ serialNumber, atMs }) =>
    node(0x30, node(0x02, fromHex(serialNumber)), writeTime(atMs)),
  )
  const extensions = node(
    0x30,
    extension('2.5.29.35', false, node(0x30, node(0x80, keyIdentifierOf(authority.privateKey)))),
    extension('2.5.29.20', false, uintNode(0x02, request.number)),
    request.url === undefined
      ? undefined
      : extension('2.5.29.28', true, node(0x30, node(0xa0, node(0xa0, textNode(0x86, request.url))))),
    request.part && extension('2.23.146.1.2.0.2', true, uintNode(0x02, request.part.of)),
    request.part && extension('2.23.146.1.2.0.3', true, uintNode(0x02, request.part.number)),
  )
  const tbs = node(
    0x30,
    uintNode(0x02, 1),
    SIGNATURE_ALGORITHM,
    writeName(authority.subject),
    writeTime(request.thisUpdateMs),
    writeTime(request.nextUpdateMs),
    entries.length ? node(0x30, ...entries) : undefined,
    node(0xa0, extensions),
  )
  return signedObject(tbs, authority.privateKey)
}

/** DER as PEM text. */
export function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

export const CA_USAGE = [KEY_USAGE.keyCertSign, KEY_USAGE.crlSign]
export const LEAF_USAGE = [KEY_USAGE.digitalSignature]
