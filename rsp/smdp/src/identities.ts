import { bytesEqual, refuse } from '@gesim/base'
import {
  type Certificate,
  CURVES,
  checkEuicc,
  ecdsaVerify,
  type Identity,
  identitiesOf,
  localSigner,
  type Pki,
  type Signer,
  type Trust,
} from '@gesim/crypto'
import { refusalOfCheck, type ServerIdentity, type VerifiedEuicc } from '@gesim/sgp22'

/** A certificate pair of this server under one issuer: to prove itself, and to bind packages. */
export interface SmdpIdentity extends ServerIdentity {
  readonly auth: Identity
  readonly binding: Identity
  /** Identifier in both certificates, dotted. */
  readonly oid: string
  readonly signBinding: (data: Uint8Array) => Promise<Uint8Array>
}

/** Makes a signer of a key; a module that keeps its keys passes its own. */
export type SignerOf = (certificate: Certificate, role: 'auth' | 'binding') => Signer | undefined

/**
 * The certificate pairs of an identifier in a directory: CERT.DPauth with the CERT.DPpb of the same issuer, NIST first.
 * Throws `crypto.pki-incomplete` when there is no pair.
 */
export function smdpIdentities(
  pki: Pki,
  oid: string,
  atMs: number,
  signerOf: SignerOf = () => undefined,
): SmdpIdentity[] {
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
      if (!binding || !authorityKeyId || registeredId !== oid) return []
      const authSigner = signerOf(auth.certificate, 'auth') ?? localSigner(auth.privateKey)
      const bindingSigner = signerOf(binding.certificate, 'binding') ?? localSigner(binding.privateKey)
      return [
        {
          ciKeyId: authorityKeyId,
          certificate: auth.certificate.der,
          sign: (data) => authSigner.sign(data),
          auth,
          binding,
          oid,
          signBinding: (data) => bindingSigner.sign(data),
        },
      ]
    })
  })
  if (pairs.length === 0) throw refuse('crypto.pki-incomplete', { role: 'dp-auth and dp-pb', oid })
  return pairs
}

/**
 * The identities of a server that runs: those in use, and those that were replaced, for as long as sessions that were
 * begun with them may be open.
 */
export class Identities {
  #current: readonly SmdpIdentity[]
  #replaced: readonly { readonly identity: SmdpIdentity; readonly untilMs: number }[] = []
  readonly #sessionLifeMs: number
  readonly #nowMs: () => number

  constructor(first: readonly SmdpIdentity[], sessionLifeMs: number, nowMs: () => number) {
    this.#current = first
    this.#sessionLifeMs = sessionLifeMs
    this.#nowMs = nowMs
  }

  /** What new sessions are begun with, the preferred first. */
  get current(): readonly SmdpIdentity[] {
    return this.#current
  }

  /** Takes others into use. */
  replace(by: readonly SmdpIdentity[]): void {
    const nowMs = this.#nowMs()
    const untilMs = nowMs + this.#sessionLifeMs
    const open = this.#replaced.filter((each) => each.untilMs > nowMs)
    this.#replaced = [...this.#current.map((identity) => ({ identity, untilMs })), ...open]
    this.#current = by
  }

  /** The identity with which a session was begun; nothing once it is long replaced, or another server's. */
  withCertificate(der: Uint8Array): SmdpIdentity | undefined {
    const has = ({ certificate }: SmdpIdentity) => bytesEqual(certificate, der)
    return this.#current.find(has) ?? this.#replaced.find(({ identity }) => has(identity))?.identity
  }
}

/** The certificates of a card, checked against a trust; `read` may remember what it read. Throws `sgp22.auth-*`. */
export function verifiedEuicc(
  shown: { readonly euicc: Uint8Array; readonly eum: Uint8Array },
  trust: Trust,
  read: (der: Uint8Array) => Certificate,
): VerifiedEuicc {
  try {
    const { issuer, eid, euicc } = checkEuicc(shown, trust, read)
    return {
      eid,
      ciKeyId: issuer.subjectKeyId!,
      verify: (data, signature) => ecdsaVerify(euicc.publicKey, data, signature),
    }
  } catch (error) {
    throw refusalOfCheck(error)
  }
}
