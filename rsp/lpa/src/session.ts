import { refuse } from '@gesim/base'
import { readCertificate } from '@gesim/crypto'
import {
  AUTHENTICATE_ERRORS,
  type ContextParams,
  callFunction,
  type DeviceInfo,
  ES9PLUS,
  type Peer,
  type RequestOf,
  type ResponseOf,
  type RspFunction,
  readServerSigned1,
  resultName,
  writeAuthenticateServerRequest,
} from '@gesim/sgp22'
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
}

type AuthenticateClient = RspFunction<
  (typeof ES9PLUS)['authenticateClient']['request'],
  RspFunction['response']
>

/** An address without its port, as it is compared. */
const hostOf = (address: string) => address.toLowerCase().replace(/:\d+$/, '')

/**
 * Common mutual authentication (SGP.22, 3.0.1): the card's challenge, the server's proof, the card's proof. The last
 * answer is that of `authenticateClient`, which SM-DP+ and SM-DS give in their own words.
 */
export async function authenticateMutually<F extends AuthenticateClient>(
  isdr: Isdr,
  wish: AuthenticationWish,
  authenticateClient: F,
): Promise<{ transactionId: Uint8Array; response: ResponseOf<F> }> {
  const { address, peer, device, matchingId } = wish
  const euiccInfo1 = (await isdr.getInfo1()).raw
  const euiccChallenge = await isdr.getChallenge()
  const initiated = await callFunction(peer, ES9PLUS.initiateAuthentication, {
    euiccChallenge,
    euiccInfo1,
    smdpAddress: address,
  })
  const signed = readServerSigned1(initiated.serverSigned1)
  if (hostOf(signed.serverAddress) !== hostOf(address))
    throw refuse('lpa.server-address', { asked: address, signed: signed.serverAddress })
  if (wish.smdpOid !== undefined) {
    const { registeredId } = readCertificate(initiated.serverCertificate)
    if (registeredId !== wish.smdpOid)
      throw refuse('lpa.server-identity', { expected: wish.smdpOid, found: registeredId })
  }
  const context: ContextParams = { matchingId, device }
  const { raw, answer } = await isdr.authenticateServer(
    writeAuthenticateServerRequest({
      serverSigned1: initiated.serverSigned1,
      serverSignature1: initiated.serverSignature1,
      euiccCiPkId: initiated.euiccCiPKIdToBeUsed,
      serverCertificate: initiated.serverCertificate,
      context,
    }),
  )
  const { transactionId } = initiated
  const body = { transactionId, authenticateServerResponse: raw } as unknown as RequestOf<F>
  if (answer.error !== undefined) {
    // The server learns what the card said and closes its session; what it answers changes nothing here.
    await callFunction(peer, authenticateClient, body).catch(() => undefined)
    throw refuse('lpa.server-refused-by-card', {
      function: 'AuthenticateServer',
      error: resultName(AUTHENTICATE_ERRORS, answer.error),
      address,
    })
  }
  const response = await callFunction(peer, authenticateClient, body)
  return { transactionId, response }
}
