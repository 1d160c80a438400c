/** Joins byte strings into a fresh one. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const out = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Whether two byte strings are equal, in time that depends on their length only. */
export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}

/** The value of each hex digit by its character code; what is no digit has none. */
const DIGITS: readonly (number | undefined)[] = Array.from({ length: 103 }, (_, code) => {
  const digit = Number.parseInt(String.fromCharCode(code), 16)
  return Number.isNaN(digit) ? undefined : digit
})
/** Each byte in hex. */
const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Lower-case hex without prefix. */
export function toHex(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; i++) out += PAIRS[bytes[i]!]!
  return out
}

/** Bytes of hex digits, with or without `0x`, any case. Throws a `TypeError` on anything else. */
export function fromHex(hex: string): Uint8Array {
  const start = hex.startsWith('0x') ? 2 : 0
  const length = (hex.length - start) / 2
  if (!Number.isInteger(length)) throw new TypeError('not an even number of hex digits')
  const out = new Uint8Array(length)
  for (let i = 0, at = start; i < length; i++, at += 2) {
    const high = DIGITS[hex.charCodeAt(at)]
    const low = DIGITS[hex.charCodeAt(at + 1)]
    if (high === undefined || low === undefined) throw new TypeError('not an even number of hex digits')
    out[i] = high * 16 + low
  }
  return out
}

/** Standard base64 with padding (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Bytes of standard base64. Throws a `TypeError` on anything else, white space included. */
export function fromBase64(text: string): Uint8Array {
  if (!BASE64.test(text)) throw new TypeError('not base64')
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

/** URL-safe base64 without padding (RFC 4648, section 5). */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Bytes of URL-safe base64 without padding. Throws a `TypeError` on anything else. */
export function fromBase64Url(text: string): Uint8Array {
  if (/[+/=]/.test(text)) throw new TypeError('not base64url')
  const standard = text.replaceAll('-', '+').replaceAll('_', '/')
  return fromBase64(standard + '='.repeat((4 - (standard.length % 4)) % 4))
}

/** UTF-8 bytes of a string. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
