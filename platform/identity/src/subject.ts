import { createHash, createHmac } from 'node:crypto'
import type { Hex } from '@gesim/journey'

/** A key of subject references with its version. Kept out of the database. */
export interface Pepper {
  readonly version: string
  readonly key: Uint8Array
}

/** Random bytes of a person's own, in their reference. */
export const SALT_BYTES = 32

/**
 * By what a sign-in is found again: HMAC-SHA256(pepper, iss ‖ 0x00 ‖ sub). Keyed, because a provider's `sub` is often a
 * short number: a plain hash beside its salt could be enumerated.
 */
export function lookupOf(pepper: Pepper, issuer: string, subject: string): string {
  const mac = createHmac('sha256', pepper.key).update(issuer).update('\0').update(subject).digest('base64url')
  return `${pepper.version}:${mac}`
}

/**
 * Who signed in, as rows name it. The salt stands in the person's row only: once that is deleted, nobody can compute the
 * reference again, pepper or not, and the same sign-in gets another one.
 */
export function subjectRef(pepper: Pepper, salt: Uint8Array, lookup: string): string {
  const mac = createHmac('sha256', pepper.key).update('person\0').update(salt).update(lookup)
  return `${pepper.version}:${mac.digest('base64url')}`
}

/** What stands on chain in the soulbound token: commits to the subject without revealing it. */
export function commitmentOf(pepper: Pepper, ref: string): Hex {
  return `0x${createHmac('sha256', pepper.key).update('commitment\0').update(ref).digest('hex')}`
}

/** The first characters of a reference, for the traveller's own eyes. */
export function prefixOf(ref: string): string {
  return ref.slice(0, 11)
}

/** SHA-256: how a bearer secret of 256 random bits is stored. */
export function secretHash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}
