import { bytesEqual, refuse } from '@gesim/base'
import {
  type Certificate,
  CURVES,
  type Curve,
  certificateIssuers,
  eidOfCertificate,
  type Identity,
  type Pki,
  type RevocationList,
  verifyEuicc,
} from '@gesim/crypto'

/** With what a card signs under one certificate issuer. */
export interface Credential {
  readonly curve: Curve
  /** Key identifier of the issuer's certificate. */
  readonly issuerKeyId: Uint8Array
  readonly euicc: Identity
  readonly eum: Certificate
}

/** Everything of the public key infrastructure that a card carries. */
export interface CardCredentials {
  readonly eid: string
  /** The preferred first. */
  readonly credentials: readonly Credential[]
  readonly issuers: readonly Certificate[]
  /** Lists that were in the directory; more are loaded by LoadCRL. */
  readonly revocations: readonly RevocationList[]
}

export interface CredentialWish {
  /** In the order of preference. Default: every curve that the directory serves. */
  readonly curves?: readonly Curve[]
  /** Which card, when the directory holds several. Default: the first. */
  readonly eid?: string
  readonly atMs?: number
}

function manufacturerOf(pki: Pki, euicc: Certificate, atMs: number): Credential | undefined {
  for (const eum of pki.certificates) {
    if (eum.role !== 'eum' || !bytesEqual(eum.subjectRaw, euicc.issuerRaw)) continue
    try {
      const { issuer } = verifyEuicc(euicc, eum, { issuers: pki.issuers, atMs })
      const identity = pki.identities.find(({ certificate }) => certificate === euicc)
      if (!issuer.subjectKeyId || !identity) continue
      return { curve: euicc.curve, issuerKeyId: issuer.subjectKeyId, euicc: identity, eum }
    } catch {
      // A directory of test cases also holds manufacturers that do not fit.
    }
  }
  return undefined
}

/**
 * Finds a card in a directory of certificates: its own certificates with keys, one a curve, that lead through a
 * manufacturer to an issuer. Throws `euicc.pki-incomplete`.
 */
export function cardCredentials(pki: Pki, wish: CredentialWish = {}): CardCredentials {
  const { curves = CURVES, atMs = Date.now() } = wish
  const found: Credential[] = []
  let { eid } = wish
  for (const curve of curves) {
    const candidates = pki.identities.filter(
      ({ certificate }) => certificate.role === 'euicc' && certificate.curve === curve,
    )
    for (const { certificate } of candidates) {
      const own = eidOfCertificate(certificate)
      if (eid !== undefined && own !== eid) continue
      const credential = manufacturerOf(pki, certificate, atMs)
      if (!credential) continue
      found.push(credential)
      eid = own
      break
    }
  }
  if (!eid || found.length === 0)
    throw refuse('euicc.pki-incomplete', { curves: curves.join(' '), eid: wish.eid !== undefined })
  const issuers = certificateIssuers(pki.issuers).filter((issuer) => curves.includes(issuer.curve))
  return { eid, credentials: found, issuers, revocations: pki.revocations }
}
