import type { Certificate, Curve, OneTimeKey } from '@gesim/crypto'
import type { Credential } from './credentials.ts'

/** A server that proved itself, and what the card signed for it. */
export interface Authenticated {
  readonly transactionId: Uint8Array
  readonly serverAddress: string
  readonly certificate: Certificate
  readonly issuer: Certificate
  readonly credential: Credential
  readonly euiccSignature1: Uint8Array
}

/** The certificate for binding was checked and a one-time key is ready. */
export interface Prepared {
  readonly certificate: Certificate
  readonly curve: Curve
  readonly oneTimeKey: OneTimeKey
}

/** Who takes the pieces of a bound profile package. */
export interface PackageLoader {
  /** Whether bytes of an element wait for their rest. */
  readonly isMidElement: boolean
  /** Gives the signed result when the load ended with this piece. */
  push(bytes: Uint8Array): Uint8Array | undefined
}

/** One session with a server. It lives in RAM: a reset ends it (SGP.22, 3.1). */
export interface Session {
  /** Used once. */
  challenge?: Uint8Array
  authenticated?: Authenticated
  prepared?: Prepared
  loader?: PackageLoader
}
