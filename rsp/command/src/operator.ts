import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isFailure, refuse } from '@gesim/base'
import { attributeOf, certificatePem, loadPki, NAME, readCertificate } from '@gesim/crypto'
import type { CallHeader, Peer } from '@gesim/sgp22'
import { notUnderstood, type OptionTable, type Values } from './command.ts'
import { readBytes, reading, readLines } from './files.ts'
import { HOME_OPTION, placesOf } from './places.ts'
import { milliseconds, readAuthorities } from './servers.ts'

/** Who orders, and where. */
export const OPERATOR_OPTIONS = {
  smdp: { type: 'string', value: 'HOST or URL', means: 'the SM-DP+; default localhost:8443' },
  cert: {
    type: 'string',
    value: 'FILE',
    means: 'certificate of the operator, PEM; default the one of the test PKI',
  },
  key: { type: 'string', value: 'FILE', means: 'its key, PEM' },
  requester: {
    type: 'string',
    value: 'OID',
    means: 'functionRequesterIdentifier; default the identifier in the certificate',
  },
  'call-id': {
    type: 'string',
    value: 'TEXT',
    means: 'functionCallIdentifier; the same again is the same order. Default: drawn at random',
  },
  ca: {
    type: 'string',
    value: 'FILE',
    many: true,
    means:
      'certificate or directory that the server’s must lead to; default that of the test PKI, else the system',
  },
  insecure: { type: 'boolean', means: 'accept any server certificate: for test peers only' },
  timeout: { type: 'string', value: 'SECONDS', means: 'how long the server may take to answer; default 30' },
  pki: { type: 'string', value: 'DIR', means: 'the test PKI; default pki in the home folder' },
  ...HOME_OPTION,
} as const satisfies OptionTable

/** An operator, ready to call. */
export interface OperatorCall {
  readonly peer: Peer
  readonly header: CallHeader
  /** Address of the server, for an activation code when the server does not tell its own. */
  readonly smdpAddress: string
}

/** The first operator's certificate in a test PKI. */
export function operatorCertificate(directory: string): string | undefined {
  const folder = join(directory, 'Operators')
  if (!existsSync(folder)) return undefined
  const name = readdirSync(folder)
    .sort()
    .find((one) => /^CERT_OPERATOR_.*\.pem$/.test(one))
  return name && join(folder, name)
}

/** The identifier of an operator: registeredID of its certificate, or else its common name. */
function identifierOf(pem: string): string | undefined {
  const body = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/.exec(pem)?.[1]
  try {
    const certificate = readCertificate(Uint8Array.from(Buffer.from(body ?? '', 'base64')))
    return certificate.registeredId ?? attributeOf(certificate.subject, NAME.commonName)
  } catch (error) {
    if (!isFailure(error)) throw error
    // Any certificate opens TLS; one that our reader does not know only does not say who it is.
    return undefined
  }
}

/** Reads who orders and where. Throws `rsp.no-operator`. */
export function operatorCall(values: Values<typeof OPERATOR_OPTIONS>): OperatorCall {
  const directory = values.pki ?? placesOf(values.home).pki
  const certFile = values.cert ?? operatorCertificate(directory)
  if (!certFile) throw refuse('rsp.no-operator', { looked: directory })
  const keyFile = values.key ?? certFile.replace(/CERT_([^/\\]*)$/, 'SK_$1')
  if (keyFile === certFile) throw notUnderstood('--cert needs --key')
  const cert = readLines(certFile)
  const requester = values.requester ?? identifierOf(cert)
  if (!requester)
    throw refuse('rsp.no-operator', { cert: certFile, why: 'it names no identifier: give --requester' })
  const where = values.smdp ?? 'localhost:8443'
  const url = /^https?:\/\//.test(where) ? where : `https://${where}`
  if (!URL.canParse(url)) throw notUnderstood(`--smdp ${where} is neither a host nor a URL`)
  const named = values.ca.flatMap(readAuthorities)
  const issuers = () => reading(directory, () => loadPki(directory)).issuers.map(certificatePem)
  const ca = named.length ? named : existsSync(directory) ? issuers() : undefined
  const timeoutMs = milliseconds('timeout', values.timeout)
  return {
    smdpAddress: new URL(url).host,
    peer: {
      url,
      cert,
      key: new TextDecoder().decode(readBytes(keyFile)),
      verifyTls: !values.insecure,
      userAgent: 'gesim-rsp',
      ...(ca ? { ca } : {}),
      ...(timeoutMs ? { timeoutMs } : {}),
    },
    header: {
      functionRequesterIdentifier: requester,
      functionCallIdentifier: values['call-id'] ?? `gesim-rsp-${crypto.randomUUID()}`,
    },
  }
}
