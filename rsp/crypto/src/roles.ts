/** What a certificate of SGP.22 is for (section 4.5.2.1). */
export type CertificateRole = 'ci' | 'euicc' | 'eum' | 'dp-tls' | 'dp-auth' | 'dp-pb' | 'ds-tls' | 'ds-auth'

/** The arc of the GSMA roles; the last number is the role. */
const ROLE_ARC = '2.23.146.1.2.1.'

const ROLES: readonly CertificateRole[] = [
  'ci',
  'euicc',
  'eum',
  'dp-tls',
  'dp-auth',
  'dp-pb',
  'ds-tls',
  'ds-auth',
]

/** The policy identifier of a role. */
export function oidOfRole(role: CertificateRole): string {
  return ROLE_ARC + ROLES.indexOf(role)
}

/** The role of a policy identifier, when it is one. */
export function roleOfOid(oid: string): CertificateRole | undefined {
  return oid.startsWith(ROLE_ARC) ? ROLES[Number(oid.slice(ROLE_ARC.length))] : undefined
}
