import { X509Certificate } from 'node:crypto'
import { refuse } from '@gesim/base'
import type { Caller } from '@gesim/sgp22'

/** Whose certificates are believed, and who may order. */
export interface Callers {
  /** PEM of the authority of operators. */
  readonly operators: readonly string[]
  /** PEM of the authorities of SM-DP+ servers. */
  readonly servers: readonly string[]
  readonly customerId: string
  readonly nowMs: () => number
}

/** Refuses whoever is not the GeSIM operator. TLS asked for the certificate, it is judged here. */
export function requireCustomer(callers: Callers, caller: Caller): void {
  const certificate = certificateOf(callers, caller, callers.operators)
  const id = certificate && registeredIdOf(certificate)
  if (id !== callers.customerId || caller.header?.functionRequesterIdentifier !== id)
    throw refuse('carrier.not-allowed')
}

/** Refuses whoever is no SM-DP+ and no operator. */
export function requireSmdp(callers: Callers, caller: Caller): void {
  if (!certificateOf(callers, caller, [...callers.servers, ...callers.operators]))
    throw refuse('carrier.not-allowed')
}

function certificateOf(
  callers: Callers,
  caller: Caller,
  authorities: readonly string[],
): X509Certificate | undefined {
  if (!caller.certificate) return undefined
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(caller.certificate)
  } catch {
    return undefined
  }
  const now = callers.nowMs()
  const valid = now >= Date.parse(certificate.validFrom) && now <= Date.parse(certificate.validTo)
  const trusted = authorities.some((pem) => {
    const authority = new X509Certificate(pem)
    return certificate.checkIssued(authority) && certificate.verify(authority.publicKey)
  })
  return valid && trusted ? certificate : undefined
}

function registeredIdOf(certificate: X509Certificate): string | undefined {
  return /Registered ID:([\d.]+)/.exec(certificate.subjectAltName ?? '')?.[1]
}
