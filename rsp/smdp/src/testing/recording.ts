import { fromBase64, fromHex } from '@gesim/base'
import { ecdsaVerify, generateKey, type Identity, type Pki, readCertificate } from '@gesim/crypto'
import type { Eid, ES9PLUS, Iccid } from '@gesim/sgp22'
import type { SignerOf } from '../identities.ts'
import type { Chance, Profile } from '../index.ts'

/** One download as it went over the wire, with everything that chance had a hand in. Public parts only: no private key. */
export interface Recording {
  /** The time of all steps, milliseconds since 1970. */
  readonly atMs: number
  readonly iccid: Iccid
  readonly eid: Eid
  readonly matchingId: string
  /** DER in base64. */
  readonly certificates: {
    readonly ci: string
    readonly eum: string
    readonly euicc: string
    readonly dpAuth: string
    readonly dpPb: string
  }
  /** The unprotected package, base64. */
  readonly package: string
  /** Random bytes of the server in the order of their use, hex. */
  readonly draws: readonly string[]
  /** Signatures of the server in the order of their making, hex. */
  readonly signatures: readonly string[]
  /** The one-time private key of the card, hex: with it the package can be opened. */
  readonly euiccOtsk: string
  readonly steps: readonly {
    readonly name: keyof typeof ES9PLUS
    readonly request: unknown
    readonly status: number
    readonly response: string
  }[]
}

/** The profile of a recording, ordered and released. */
export function releasedProfile(
  recording: Pick<Recording, 'iccid' | 'matchingId' | 'package' | 'atMs'>,
): Profile {
  return {
    iccid: recording.iccid,
    operator: '2.999.20',
    profileType: 'data',
    state: 'Released',
    metadata: { serviceProviderName: 'Aurora', profileName: 'Aurora data' },
    package: fromBase64(recording.package),
    order: {
      callId: 'recorded',
      matchingId: recording.matchingId,
      confirmationTries: 0,
      downloadTries: 0,
      expiresAtMs: recording.atMs + 86_400_000,
    },
    downloads: [],
    updatedAtMs: recording.atMs,
  }
}

/** The certificates of a recording as a PKI; its private keys are strangers, for nothing is signed with them. */
export function pkiOf(recording: Recording): Pki {
  const { ci, eum, euicc, dpAuth, dpPb } = recording.certificates
  const certificates = [ci, eum, euicc, dpAuth, dpPb].map((der) => readCertificate(fromBase64(der)))
  const [issuer, , , auth, binding] = certificates
  const privateKey = generateKey('nist')
  const identities: Identity[] = [auth!, binding!].map((certificate) => ({ certificate, privateKey }))
  return { issuers: [issuer!], certificates, identities, revocations: [], unreadable: [] }
}

/** Chance that gives again what was drawn, and refuses to give anything else. */
export function replayedChance(recording: Recording): Chance & { readonly left: () => number } {
  const draws = recording.draws.map((hex) => fromHex(hex))
  return {
    nowMs: () => recording.atMs,
    random: (length) => {
      const draw = draws.shift()
      if (draw?.length !== length) throw new Error(`a draw of ${length} bytes was not recorded`)
      return draw
    },
    left: () => draws.length,
  }
}

/**
 * Signers that give again the recorded signatures. Each is verified over what is to be signed now: ECDSA
 * draws a fresh number for each signature, so equal signed bytes are shown this way and not by signing again.
 */
export function replayedSigners(recording: Recording): SignerOf {
  const signatures = recording.signatures.map((hex) => fromHex(hex))
  return (certificate) => ({
    sign: async (data) => {
      const signature = signatures.shift()
      if (!signature || !ecdsaVerify(certificate.publicKey, data, signature))
        throw new Error('other bytes are signed than were recorded')
      return signature
    },
  })
}
