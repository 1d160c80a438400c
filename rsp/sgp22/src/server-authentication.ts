import { bytesEqual, isFailure, refuse } from '@gesim/base'
import {
  type AuthenticateServerOk,
  readAuthenticateServerResponse,
  writeServerSigned1,
} from './es10b-authenticate.ts'
import { readEuiccInfo1 } from './euicc-info.ts'
import { type Eid, parseEid } from './identifiers.ts'
import type { StatusCode } from './status.ts'

/** A certificate with which a server proves itself, and who signs with it. */
export interface ServerIdentity {
  /** Key identifier of the issuer that the certificate leads to. */
  readonly ciKeyId: Uint8Array
  /** DER. */
  readonly certificate: Uint8Array
  readonly sign: (data: Uint8Array) => Promise<Uint8Array>
}

/** An eUICC whose certificates were checked. */
export interface VerifiedEuicc {
  readonly eid: string
  /** Key identifier of the issuer that its certificates lead to. */
  readonly ciKeyId: Uint8Array
  readonly verify: (data: Uint8Array, signature: Uint8Array) => boolean
}

/** What the two servers bring to the common mutual authentication (SGP.22 section 3.0.1). */
export interface AuthenticationPorts {
  /** Own certificates, the preferred first. */
  readonly identities: readonly ServerIdentity[]
  /** Key identifiers of the issuers whose cards are trusted. */
  readonly trustedCiKeyIds: readonly Uint8Array[]
  /** Own addresses as phones know them, with or without a port. */
  readonly serverAddresses: readonly string[]
  readonly random: (length: number) => Uint8Array
  /** Checks both certificates; throws `sgp22.auth-*`. */
  readonly verifyEuicc: (euiccCertificate: Uint8Array, eumCertificate: Uint8Array) => VerifiedEuicc
}

/** What a server remembers between the two functions: plain data, so that another process can go on. */
export interface AuthenticationSession {
  readonly transactionId: Uint8Array
  readonly serverChallenge: Uint8Array
  /** The address as the phone wrote it, which it has the card sign. */
  readonly serverAddress: string
  readonly ciKeyId: Uint8Array
  /** DER of the certificate that the server proved itself with. */
  readonly serverCertificate: Uint8Array
}

/** The two servers answer the same refusals under different subjects (SGP.22 tables 18 and 33). */
export type AuthenticationRefusal =
  | 'sgp22.auth-address'
  | 'sgp22.auth-version'
  | 'sgp22.auth-issuer-unsupported'
  | 'sgp22.auth-no-certificate'
  | 'sgp22.auth-transaction'
  | 'sgp22.auth-eum-invalid'
  | 'sgp22.auth-eum-expired'
  | 'sgp22.auth-euicc-invalid'
  | 'sgp22.auth-euicc-expired'
  | 'sgp22.auth-issuer-unknown'
  | 'sgp22.auth-signature'

/** Status codes of the refusals that both servers share; the rest is `8.8.x` for one and `8.9.x` for the other. */
export function authenticationStatus(
  server: '8.8' | '8.9',
): Readonly<Record<AuthenticationRefusal, StatusCode>> {
  return {
    'sgp22.auth-address': `${server}.1/3.8`,
    'sgp22.auth-issuer-unsupported': `${server}.2/3.1`,
    'sgp22.auth-version': `${server}.3/3.1`,
    'sgp22.auth-no-certificate': `${server}.4/3.7`,
    'sgp22.auth-transaction': '8.10.1/3.9',
    'sgp22.auth-eum-invalid': '8.1.2/6.1',
    'sgp22.auth-eum-expired': '8.1.2/6.3',
    'sgp22.auth-euicc-invalid': '8.1.3/6.1',
    'sgp22.auth-euicc-expired': '8.1.3/6.3',
    'sgp22.auth-issuer-unknown': '8.11.1/3.9',
    'sgp22.auth-signature': '8.1/6.1',
  }
}

/** The host of an address: without its port and the dot of the root, in lower case (RFC 4343). */
export function hostOfAddress(address: string): string {
  return address
    .toLowerCase()
    .replace(/:\d{1,5}$/, '')
    .replace(/\.$/, '')
}

/**
 * Whether an address that a phone sent means a server's own. The port is no part of the name: one server listens on
 * several, and one behind a proxy does not know the outer one.
 */
export function sameAddress(sent: string, own: string): boolean {
  return hostOfAddress(sent) === hostOfAddress(own)
}

/** The first half: chooses issuer and certificate as the card can check them, signs its challenge. */
export async function initiateAuthentication(
  ports: AuthenticationPorts,
  request: {
    readonly euiccChallenge: Uint8Array
    readonly euiccInfo1: Uint8Array
    readonly smdpAddress: string
  },
): Promise<{
  session: AuthenticationSession
  response: {
    transactionId: Uint8Array
    serverSigned1: Uint8Array
    serverSignature1: Uint8Array
    euiccCiPKIdToBeUsed: Uint8Array
    serverCertificate: Uint8Array
  }
}> {
  if (!ports.serverAddresses.some((own) => sameAddress(request.smdpAddress, own)))
    throw refuse('sgp22.auth-address')
  const info = readEuiccInfo1(request.euiccInfo1)
  if (!info.svn.startsWith('2.')) throw refuse('sgp22.auth-version', { svn: info.svn })
  // SGP.22 5.6.1: the lists are in the order that the card prefers.
  const ciKeyId = info.signingKeyIds.find((id) =>
    ports.trustedCiKeyIds.some((trusted) => bytesEqual(trusted, id)),
  )
  if (!ciKeyId) throw refuse('sgp22.auth-issuer-unsupported')
  const identity = info.verificationKeyIds
    .flatMap((id) => ports.identities.filter((own) => bytesEqual(own.ciKeyId, id)))
    .at(0)
  if (!identity) throw refuse('sgp22.auth-no-certificate')
  const transactionId = ports.random(16)
  const serverChallenge = ports.random(16)
  const serverCertificate = identity.certificate
  // As the phone wrote it: strict phones compare it with the activation code, character by character.
  const serverAddress = request.smdpAddress
  const serverSigned1 = writeServerSigned1({
    transactionId,
    euiccChallenge: request.euiccChallenge,
    serverAddress,
    serverChallenge,
  })
  return {
    session: { transactionId, serverChallenge, serverAddress, ciKeyId, serverCertificate },
    response: {
      transactionId,
      serverSigned1,
      serverSignature1: await identity.sign(serverSigned1),
      euiccCiPKIdToBeUsed: ciKeyId,
      serverCertificate,
    },
  }
}

/** A card that proved itself in a session, with what it said. */
export interface AuthenticatedEuicc extends AuthenticateServerOk {
  readonly eid: Eid
  readonly verify: VerifiedEuicc['verify']
}

/**
 * The second half: certificates, signature over the received bytes, challenge, address. Everything that
 * cannot be read counts as a signature that does not hold.
 */
export function authenticateClient(
  ports: AuthenticationPorts,
  session: AuthenticationSession,
  authenticateServerResponse: Uint8Array,
): AuthenticatedEuicc {
  const response = readSigned(() => readAuthenticateServerResponse(authenticateServerResponse))
  if (response.error !== undefined) throw refuse('sgp22.auth-signature', { euiccError: response.error })
  const { euiccSigned1, euiccSignature1, euiccCertificate, eumCertificate } = response.ok
  const euicc = ports.verifyEuicc(euiccCertificate, eumCertificate)
  if (!euicc.verify(euiccSigned1.raw, euiccSignature1))
    throw refuse('sgp22.auth-signature', { why: 'signature' })
  if (!bytesEqual(euiccSigned1.transactionId, session.transactionId)) throw refuse('sgp22.auth-transaction')
  if (!bytesEqual(euiccSigned1.serverChallenge, session.serverChallenge))
    throw refuse('sgp22.auth-signature', { why: 'challenge' })
  if (euiccSigned1.serverAddress !== session.serverAddress)
    throw refuse('sgp22.auth-signature', { why: 'address' })
  // The card was told which issuer to use; another chain of its own is not an answer to that.
  if (!bytesEqual(euicc.ciKeyId, session.ciKeyId)) throw refuse('sgp22.auth-issuer-unknown')
  return { ...response.ok, eid: parseEid(euicc.eid), verify: euicc.verify }
}

/** Reads something that the card signed; what cannot be read was not signed. */
export function readSigned<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw refuse('sgp22.auth-signature', { why: 'form' }, cause)
  }
}

/** A failed check of a card's certificates in the words of the specification: whose certificate, and how it failed. */
export function refusalOfCheck(error: unknown): unknown {
  if (!isFailure(error)) return error
  if (error.code === 'crypto.issuer-unknown') return refuse('sgp22.auth-issuer-unknown', {}, error)
  const { whose, expected, role } = error.facts
  const ofEuicc = (whose ?? expected ?? role) === 'euicc'
  const expired = error.code === 'crypto.certificate-expired'
  return refuse(
    `sgp22.auth-${ofEuicc ? 'euicc' : 'eum'}-${expired ? 'expired' : 'invalid'}`,
    { why: error.code },
    error,
  )
}
