import { refuse } from '@gesim/base'
import { node, readBytes, readText, readTlv, type Tlv, tagName } from '@gesim/tlv'

/** A signed part of a message beside the bytes that were received: a signature covers these. */
export type Received<T> = T & { readonly raw: Uint8Array }

/** Tags that many messages share. */
export const TAG = {
  signature: 0x5f37,
  oneTimeKey: 0x5f49,
  iccid: 0x5a,
  sequence: 0x30,
  octets: 0x04,
} as const

/** A signature of r and s as messages carry it, `5F37 40 …`. */
export function writeSignature(signature: Uint8Array): Uint8Array {
  return node(TAG.signature, signature)
}

/** The 64 bytes of a signature. Throws `tlv.bad-value`. */
export function readSignature(element: Tlv): Uint8Array {
  return readBytes(element, 64)
}

/** A name that people read; the module of SGP.22 limits its characters, which may have up to four bytes. Throws `tlv.bad-value`. */
export function readLabel(element: Tlv, maxCharacters: number): string {
  const text = readText(element, maxCharacters * 4)
  if (text.length > maxCharacters && [...text].length > maxCharacters)
    throw refuse('tlv.bad-value', { tag: tagName(element.tag), type: 'UTF8String' })
  return text
}

/** A version of three bytes as `2.5.0`. Throws `tlv.bad-value`. */
export function readVersion(element: Tlv): string {
  const [major, minor, revision] = readBytes(element, 3)
  return `${major}.${minor}.${revision}`
}

/** Writes `2.5.0` as three bytes. Throws `tlv.bad-value`. */
export function writeVersion(tag: number, version: string): Uint8Array {
  const numbers = version.split('.').map(Number)
  if (numbers.length !== 3 || numbers.some((part) => !(part >= 0 && part <= 255)))
    throw refuse('tlv.bad-value', { type: 'VersionType' })
  return node(tag, Uint8Array.from(numbers))
}

/** Reads bytes or takes an element that was read before; checks the tag either way. */
export function elementOf(input: Uint8Array | Tlv, tag: number): Tlv {
  return readTlv(input instanceof Uint8Array ? input : input.raw, tag)
}

/** The answer of a function of the eUICC: what was asked for, or an error number of its table. */
export type Answer<T> =
  | { readonly ok: T; readonly error?: undefined }
  | { readonly error: number; readonly ok?: undefined }

/** A transaction identifier has 1 to 16 bytes. */
export function readTransactionId(element: Tlv): Uint8Array {
  return readBytes(element, 1, 16)
}
