import { isFailure, refuse } from '@gesim/base'
import { readCertificate } from '@gesim/crypto'
import {
  AUTHENTICATE_ERRORS,
  type ContextParams,
  callFunction,
  type DeviceInfo,
  ES9PLUS,
  ES11,
  hostOfAddress,
  type Peer,
  type ResponseOf,
  readServerSigned1,
  resultName,
  writeAuthenticateServerRequest,
} from '@gesim/sgp22'
import { type CancelReason, cancelNumber, notWanted } from './consent.ts'
import type { Isdr } from './isdr.ts'

/** A server to be authenticated to, and what the phone says of itself. */
export interface AuthenticationWish {
  readonly address: string
  readonly peer: Peer
  /** Matching or event identifier; empty for what waits for this card without one. */
  readonly matchingId: string
  readonly device: DeviceInfo
  /** Identifier that the server's certificate must carry, when the activation code names one. */
  readonly smdpOid?: string
  /** Only a discovery server will do. */
  readonly discovery?: boolean
}

/** What the two kinds of server answer once card and server know each other. */
export type Authenticated = { readonly transactionId: Uint8Array } & (
  | { readonly server: 'smdp'; readonly response: ResponseOf<typeof ES9PLUS.authenticateClient> }
  | { readonly server: 'smds'; readonly response: ResponseOf<typeof ES11.authenticateClient> }
)

/** Reads what a server sent; what cannot be read is the server's fault and named so. */
export function readServerAnswer<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!isFailure(cause)) throw cause
    throw refuse('lpa.server-answer', { function: name, why: cause.message }, cause)
  }
}

/** A session with an SM-DP+ that both sides hold open. The signal of the peer ends it. */
export interface OpenSession {
  readonly isdr: Isdr
  readonly peer: Peer
  readonly smdpAddress: string
  readonly transactionId: Uint8Array
}

/** Ends a session on both sides and says why (SGP.22, 3.0.2). */
export async function cancel(session: OpenSession, reason: CancelReason): Promise<void> {
  const { isdr, peer, transactionId } = session
  const { signal: _, ...stillAsked } = peer
  const { raw, error } = await isdr.cancelSession(transactionId, cancelNumber(reason))
  if (error !== undefined) return
  // A server that cannot be told now forgets the session by itself.
  await callFunction(stillAsked, ES9PLUS.cancelSession, { transactionId, cancelSessionResponse: raw }).catch(
    () => undefined,
  )
}

/**
 * Works in a session before its package is loaded, when it can still be ended. Once the signal of the peer is aborted
 * both sides are told "postponed", for nobody said no and the order shall stay (SGP.22, 3.0.2). Throws `lpa.not-wanted`.
 */
export async function whileWanted<T>(session: OpenSession, work: () => Promise<T>): Promise<T> {
  const { signal } = session.peer
  try {
    const done = await work()
    if (!signal?.aborted) return done
  } catch (error) {
    // What ended the session by itself, such as a refusal, stays what it is.
    if (!signal?.aborted || !isFailure(error, 'sgp22.no-answer')) throw error
  }
  const { reason, failure } = notWanted('later')
  await cancel(session, reason)
  throw failure
}

/**
 * Common mutual authentication (SGP.22, 3.0.1): the card's challenge, the server's proof, the card's proof. The
 * certificate of the server says whether it is an SM-DP+ or an SM-DS: an event of a discovery server may lead to another
 * one (3.6.2), and the last answer is that of the kind.
 */
export async function authenticateMutually(isdr: Isdr, wish: AuthenticationWish): Promise<Authenticated> {
  const { address, peer, device, matchingId } = wish
  const euiccInfo1 = (await isdr.getInfo1()).raw
  const euiccChallenge = await isdr.getChallenge()
  const initiated = await callFunction(peer, ES9PLUS.initiateAuthentication, {
    euiccChallenge,
    euiccInfo1,
    smdpAddress: address,
  })
  const { signed, certificate } = readServerAnswer('initiateAuthentication', () => ({
    signed: readServerSigned1(initiated.serverSigned1),
    certificate: readCertificate(initiated.serverCertificate),
  }))
  if (hostOfAddress(signed.serverAddress) !== hostOfAddress(address))
    throw refuse('lpa.server-address', { asked: address, signed: signed.serverAddress })
  if (wish.smdpOid !== undefined && certificate.registeredId !== wish.smdpOid)
    throw refuse('lpa.server-identity', { expected: wish.smdpOid, found: certificate.registeredId })
  const isDiscovery = certificate.role === 'ds-auth'
  if (wish.discovery && !isDiscovery) throw refuse('lpa.no-discovery-server', { address })
  const context: ContextParams = { matchingId, device }
  const { raw, error } = await isdr.authenticateServer(
    writeAuthenticateServerRequest({
      serverSigned1: initiated.serverSigned1,
      serverSignature1: initiated.serverSignature1,
      euiccCiPkId: initiated.euiccCiPKIdToBeUsed,
      serverCertificate: initiated.serverCertificate,
      context,
    }),
  )
  const { transactionId } = initiated
  const body = { transactionId, authenticateServerResponse: raw }
  if (error !== undefined) {
    // The server learns what the card said and closes its session; what it answers changes nothing here.
    await callFunction(peer, ES9PLUS.authenticateClient, body).catch(() => undefined)
    throw refuse('lpa.server-refused-by-card', {
      function: 'AuthenticateServer',
      error: resultName(AUTHENTICATE_ERRORS, error),
      address,
    })
  }
  if (isDiscovery)
    return {
      transactionId,
      server: 'smds',
      response: await callFunction(peer, ES11.authenticateClient, body),
    }
  const session: OpenSession = { isdr, peer, smdpAddress: address, transactionId }
  const response = await whileWanted(session, () => callFunction(peer, ES9PLUS.authenticateClient, body))
  return { transactionId, server: 'smdp', response }
}
