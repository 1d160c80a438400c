import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { refuse } from '@gesim/base'
import type { Hex } from '@gesim/journey'

/** Whose passkeys we take: the host they belong to, and the pages on which they may be used. */
export interface RelyingParty {
  readonly id: string
  readonly origins: readonly string[]
}

/** What a browser hands over of a ceremony, decoded from base64url. */
export interface Ceremony {
  readonly clientData: Uint8Array
  readonly authenticatorData: Uint8Array
}

/** A passkey as it was made. */
export interface NewPasskey {
  readonly credentialId: string
  readonly publicKey: Hex
  readonly signCount: number
}

// Bits of the authenticator data (WebAuthn level 3, section 6.1).
const USER_PRESENT = 0x01
const USER_VERIFIED = 0x04
const MAY_BE_BACKED_UP = 0x08
const IS_BACKED_UP = 0x10
const HAS_CREDENTIAL = 0x40

const HEAD_BYTES = 37
const AAGUID_BYTES = 16

/** An ES256 key as CTAP2's canonical CBOR writes it, and no other form: kty 2, alg -7, crv 1, then x and y. */
const COSE_HEAD = Buffer.from('a5010203262001215820', 'hex')
const COSE_MIDDLE = Buffer.from('225820', 'hex')
const COSE_BYTES = COSE_HEAD.length + 32 + COSE_MIDDLE.length + 32

/** The challenge that a ceremony answers, as base64url. Throws `identity.passkey-wrong`; nothing else is checked yet. */
export function challengeOf({ clientData }: Pick<Ceremony, 'clientData'>): string {
  const { challenge } = readClientData(clientData)
  return typeof challenge === 'string' ? challenge : wrong('challenge')
}

/**
 * Checks how a passkey was made (WebAuthn level 3, section 7.1; attestation `none`) and gives its key. The challenge is
 * the caller's to check. Throws `identity.passkey-wrong`.
 */
export function readNewPasskey(party: RelyingParty, made: Ceremony, credentialId: string): NewPasskey {
  checkClientData(party, made.clientData, 'webauthn.create')
  const { flags, signCount, rest } = checkAuthenticatorData(party, made.authenticatorData)
  if (!(flags & HAS_CREDENTIAL) || rest.length < AAGUID_BYTES + 2) wrong('no credential')
  const length = rest.readUInt16BE(AAGUID_BYTES)
  const id = rest.subarray(AAGUID_BYTES + 2, AAGUID_BYTES + 2 + length)
  if (id.length !== length || id.toString('base64url') !== credentialId) wrong('credential id')
  const cose = rest.subarray(AAGUID_BYTES + 2 + length).subarray(0, COSE_BYTES)
  const yAt = COSE_HEAD.length + 32 + COSE_MIDDLE.length
  if (
    cose.length !== COSE_BYTES ||
    !cose.subarray(0, COSE_HEAD.length).equals(COSE_HEAD) ||
    !cose.subarray(COSE_HEAD.length + 32, yAt).equals(COSE_MIDDLE)
  )
    wrong('kind of key')
  const x = cose.subarray(COSE_HEAD.length, COSE_HEAD.length + 32)
  const publicKey: Hex = `0x${Buffer.concat([x, cose.subarray(yAt)]).toString('hex')}`
  keyOf(publicKey)
  return { credentialId, publicKey, signCount }
}

/**
 * Checks that a passkey signed (WebAuthn level 3, section 7.2): the page, the host, presence and verification of the
 * person, the signature, and that the counter of the authenticator does not go back. Gives the counter as it stands now.
 * The challenge is the caller's to check. Throws `identity.passkey-wrong`.
 */
export function checkAssertion(
  party: RelyingParty,
  known: { readonly publicKey: Hex; readonly signCount: number },
  signed: Ceremony & { readonly signature: Uint8Array },
): number {
  checkClientData(party, signed.clientData, 'webauthn.get')
  const { signCount } = checkAuthenticatorData(party, signed.authenticatorData)
  const message = Buffer.concat([signed.authenticatorData, sha256(signed.clientData)])
  if (!verify('sha256', message, keyOf(known.publicKey), signed.signature)) wrong('signature')
  // Zero and zero: the authenticator counts nothing. Anything else must grow, else there is a copy of it somewhere.
  if ((signCount !== 0 || known.signCount !== 0) && signCount <= known.signCount) wrong('counter')
  return signCount
}

function checkClientData(party: RelyingParty, clientData: Uint8Array, type: string): void {
  const said = readClientData(clientData)
  if (said.type !== type) wrong('type')
  if (typeof said.origin !== 'string' || !party.origins.includes(said.origin)) wrong('origin')
  if (said.crossOrigin === true || said.topOrigin !== undefined) wrong('framed')
}

function readClientData(clientData: Uint8Array): Record<string, unknown> {
  try {
    const said: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(clientData))
    if (typeof said === 'object' && said !== null) return said as Record<string, unknown>
  } catch {}
  return wrong('client data')
}

function checkAuthenticatorData(party: RelyingParty, bytes: Uint8Array) {
  if (bytes.length < HEAD_BYTES) wrong('authenticator data')
  const data = Buffer.from(bytes)
  if (!data.subarray(0, 32).equals(sha256(Buffer.from(party.id)))) wrong('host')
  const flags = data[32]!
  if (!(flags & USER_PRESENT)) wrong('nobody present')
  if (!(flags & USER_VERIFIED)) wrong('nobody verified')
  if (flags & IS_BACKED_UP && !(flags & MAY_BE_BACKED_UP)) wrong('backup')
  return { flags, signCount: data.readUInt32BE(33), rest: data.subarray(HEAD_BYTES) }
}

/** Throws for coordinates that are no point of the curve. */
function keyOf(publicKey: Hex): KeyObject {
  const bytes = Buffer.from(publicKey.slice(2), 'hex')
  const [x, y] = [bytes.subarray(0, 32), bytes.subarray(32)].map((half) => half.toString('base64url'))
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x!, y: y! }, format: 'jwk' })
  } catch (cause) {
    throw refuse('identity.passkey-wrong', { why: 'key' }, cause)
  }
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function wrong(why: string): never {
  throw refuse('identity.passkey-wrong', { why })
}
