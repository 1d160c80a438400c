import { bytesEqual, refuse } from '@gesim/base'
import {
  type Certificate,
  CURVES,
  ecdsaVerify,
  identitiesOf,
  localSigner,
  type Pki,
  type RevocationList,
  type Signer,
  type Trust,
  verifyEuicc,
  verifyRevocationList,
} from '@gesim/crypto'
import { refusalOfCheck, type VerifiedEuicc } from '@gesim/sgp22'
import type { SmdpIdentity } from './sessions.ts'

/** Makes a signer of a key; a module that keeps its keys passes its own. */
export type SignerOf = (certificate: Certificate, role: 'auth' | 'binding') => Signer | undefined

/**
 * The certificate pairs in a directory: CERT.DPauth with the CERT.DPpb of the same issuer and the same
 * identifier, NIST first. Throws `crypto.pki-incomplete` when there is no pair.
 */
export function smdpIdentities(pki: Pki, atMs: number, signerOf: SignerOf = () => undefined): SmdpIdentity[] {
  const pairs = CURVES.flatMap((curve) => {
    const bindings = identitiesOf(pki, 'dp-pb', curve, atMs)
    return identitiesOf(pki, 'dp-auth', curve, atMs).flatMap((auth): SmdpIdentity[] => {
      const { authorityKeyId, registeredId } = auth.certificate
      const binding = bindings.find(
        ({ certificate }) =>
          certificate.registeredId === registeredId &&
          authorityKeyId !== undefined &&
          certificate.authorityKeyId !== undefined &&
          bytesEqual(certificate.authorityKeyId, authorityKeyId),
      )
      if (!binding || !authorityKeyId || registeredId === undefined) return []
      const authSigner = signerOf(auth.certificate, 'auth') ?? localSigner(auth.privateKey)
      const bindingSigner = signerOf(binding.certificate, 'binding') ?? localSigner(binding.privateKey)
      return [
        {
          ciKeyId: authorityKeyId,
          certificate: auth.certificate.der,
          sign: (data) => authSigner.sign(data),
          auth,
          binding,
          oid: registeredId,
          signBinding: (data) => bindingSigner.sign(data),
        },
      ]
    })
  })
  if (pairs.length === 0) throw refuse('crypto.pki-incomplete', { role: 'dp-auth and dp-pb' })
  return pairs
}

/** Revocation lists of a directory whose signatures hold; the others are no reason to refuse a card. */
export function heldRevocations(pki: Pki, atMs: number): RevocationList[] {
  return pki.revocations.filter((list) => {
    try {
      verifyRevocationList(list, pki.issuers, atMs)
      return true
    } catch {
      return false
    }
  })
}

/** Reads certificates; one that remembers them saves most of the work. */
export type ReadCertificate = (der: Uint8Array) => Certificate

function read(readKnown: ReadCertificate, der: Uint8Array, whose: 'euicc' | 'eum'): Certificate {
  try {
    return readKnown(der)
  } catch (cause) {
    throw refuse(`sgp22.auth-${whose}-invalid`, {}, cause)
  }
}

/** Checks the certificates of a card against a trust. Throws `sgp22.auth-*`. */
export function checkEuicc(
  readKnown: ReadCertificate,
  euiccDer: Uint8Array,
  eumDer: Uint8Array,
  trust: Trust,
): VerifiedEuicc {
  const manufacturer = read(readKnown, eumDer, 'eum')
  const euicc = read(readKnown, euiccDer, 'euicc')
  try {
    const { issuer, eid } = verifyEuicc(euicc, manufacturer, trust)
    return {
      eid,
      ciKeyId: issuer.subjectKeyId!,
      verify: (data, signature) => ecdsaVerify(euicc.publicKey, data, signature),
    }
  } catch (error) {
    throw refusalOfCheck(error)
  }
}
