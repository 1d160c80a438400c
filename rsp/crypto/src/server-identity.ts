import { refuse } from '@gesim/base'
import { CURVES, type Curve } from './keys.ts'
import { type Identity, identitiesOf, type Pki } from './pki-directory.ts'
import type { CertificateRole } from './roles.ts'

/** As whom a server goes. */
export interface ServerName {
  /** Identifier (registeredID) that was chosen by hand. */
  readonly oid?: string
  /** Host names that others know it by, the first above all. */
  readonly hosts: readonly string[]
  readonly atMs: number
}

function all(pki: Pki, role: CertificateRole, atMs: number): Identity[] {
  return CURVES.flatMap((curve) => identitiesOf(pki, role, curve, atMs))
}

function names(identity: Identity, hosts: readonly string[]): boolean {
  const known = identity.certificate.dnsNames.map((name) => name.toLowerCase())
  return hosts.some((host) => known.includes(host.toLowerCase()))
}

/** Orders dotted identifiers by their numbers: `2.999.9` before `2.999.10`. */
function byNumbers(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)]
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? -1) - (right[at] ?? -1)
    if (difference) return difference
  }
  return 0
}

/**
 * The identifier under which a server proves itself. A directory such as that of SGP.26 holds certificates of several
 * servers, and all of one server's carry the same identifier: the chosen one, else that of a TLS certificate for its
 * name, else the one with certificates on most curves, the lowest number first. Throws `crypto.pki-incomplete`.
 */
export function serverOidOf(
  pki: Pki,
  roles: { readonly tls: 'dp-tls' | 'ds-tls'; readonly needed: readonly CertificateRole[] },
  name: ServerName,
): string {
  const [first, ...others] = roles.needed.map(
    (role) => new Set(all(pki, role, name.atMs).map(({ certificate }) => certificate.registeredId)),
  )
  const complete = new Set(
    [...(first ?? [])].flatMap((oid) => (oid && others.every((more) => more.has(oid)) ? [oid] : [])),
  )
  if (name.oid !== undefined && complete.has(name.oid)) return name.oid
  if (name.oid !== undefined || complete.size === 0)
    throw refuse('crypto.pki-incomplete', { role: roles.needed.join(' and '), oid: name.oid })
  for (const identity of all(pki, roles.tls, name.atMs)) {
    const { registeredId } = identity.certificate
    if (registeredId && complete.has(registeredId) && names(identity, name.hosts)) return registeredId
  }
  const curvesOf = (oid: string) =>
    CURVES.filter((curve) =>
      roles.needed.every((role) =>
        identitiesOf(pki, role, curve, name.atMs).some(({ certificate }) => certificate.registeredId === oid),
      ),
    ).length
  return [...complete].sort((a, b) => curvesOf(b) - curvesOf(a) || byNumbers(a, b))[0]!
}

/**
 * The TLS certificate of a server on a curve: best one with its identifier and its name, then one with its name, then
 * one with its identifier. Throws `crypto.pki-incomplete`.
 */
export function serverTlsOf(
  pki: Pki,
  role: 'dp-tls' | 'ds-tls',
  curve: Curve,
  name: ServerName & { readonly oid: string },
): Identity {
  const found = identitiesOf(pki, role, curve, name.atMs)
  const rank = (identity: Identity) =>
    (names(identity, name.hosts) ? 2 : 0) + (identity.certificate.registeredId === name.oid ? 1 : 0)
  // Of two alike the one that holds longer: it is the newer one.
  const [best] = found.sort(
    (a, b) => rank(b) - rank(a) || b.certificate.notAfterMs - a.certificate.notAfterMs,
  )
  if (!best) throw refuse('crypto.pki-incomplete', { role, curve })
  return best
}
