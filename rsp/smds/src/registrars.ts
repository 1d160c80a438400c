import { isFailure, refuse } from '@gesim/base'
import { type Certificate, readCertificate, type Trust, verifyChain } from '@gesim/crypto'
import { type Caller, claimsAnother } from '@gesim/sgp22'

/** Names the server that calls, whose certificate is of the role; throws what `requireRegistrar` throws. */
export type RequireRegistrar = (caller: Caller, role: 'dp-tls' | 'ds-tls') => string

/**
 * The server that calls, by its identifier (SGP.22 section 5.9): an SM-DP+ on ES12, an SM-DS on ES15, each with
 * its TLS certificate under a trusted issuer. Throws `smds.no-server`, `smds.not-the-server`.
 */
export function requireRegistrar(caller: Caller, role: 'dp-tls' | 'ds-tls', trust: Trust): string {
  if (!caller.certificate) throw refuse('smds.no-server', { why: 'no certificate' })
  let certificate: Certificate
  try {
    certificate = readCertificate(caller.certificate)
    verifyChain(certificate, role, trust)
  } catch (cause) {
    throw refuse('smds.no-server', { why: isFailure(cause) ? cause.code : 'certificate' }, cause)
  }
  const { registeredId } = certificate
  if (registeredId === undefined) throw refuse('smds.no-server', { why: 'no identifier' })
  if (claimsAnother(caller.header?.functionRequesterIdentifier, registeredId))
    throw refuse('smds.not-the-server')
  return registeredId
}
