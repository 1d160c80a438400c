import { fromHex, refuse, toHex } from '@gesim/base'

/** Identifier of a profile: 18 to 20 digits, without padding. Made by `parseIccid` only. */
export type Iccid = string & { readonly __brand: 'Iccid' }
/** Identifier of an eUICC: 32 digits. Made by `parseEid` only. */
export type Eid = string & { readonly __brand: 'Eid' }
/** The token by which an SM-DP+ finds an order. Made by `parseMatchingId` only. */
export type MatchingId = string & { readonly __brand: 'MatchingId' }

/** An ICCID as people and ES2+ write it; an F at the end is padding and left out. Throws `sgp22.not-iccid`. */
export function parseIccid(text: string): Iccid {
  if (!/^\d{18,19}[\dFf]$|^\d{18,19}$/.test(text)) throw refuse('sgp22.not-iccid')
  return text.replace(/f$/i, '') as Iccid
}

/** An ICCID as cards hold it: ten bytes, digits swapped in each, padded with F. */
export function iccidToBytes(iccid: Iccid): Uint8Array {
  return fromHex(swapNibbles(iccid.padEnd(20, 'f')))
}

/** Reads the ten bytes of a card. Throws `sgp22.not-iccid`. */
export function iccidOfBytes(bytes: Uint8Array): Iccid {
  if (bytes.length !== 10) throw refuse('sgp22.not-iccid')
  return parseIccid(swapNibbles(toHex(bytes)).replace(/f{1,2}$/, ''))
}

/** An ICCID with its padding, as ES2+ writes it: 20 characters when 19 digits are padded. */
export function iccidPadded(iccid: Iccid): string {
  return iccid.length % 2 ? `${iccid}F` : iccid
}

function swapNibbles(hex: string): string {
  let out = ''
  for (let i = 0; i < hex.length; i += 2) out += `${hex[i + 1]}${hex[i]}`
  return out
}

/** Throws `sgp22.not-eid`. Does not check the check digits: many test cards have none. */
export function parseEid(text: string): Eid {
  if (!/^\d{32}$/.test(text)) throw refuse('sgp22.not-eid')
  return text as Eid
}

/** An EID as `5A` and the key derivation carry it: 16 bytes, digits in order. */
export function eidToBytes(eid: Eid): Uint8Array {
  return fromHex(eid)
}

/** Throws `sgp22.not-eid`. */
export function eidOfBytes(bytes: Uint8Array): Eid {
  return parseEid(toHex(bytes))
}

/** Whether the last two digits of an EID are its check digits (SGP.29: the number modulo 97 is 1). */
export function hasEidCheckDigits(eid: Eid): boolean {
  return BigInt(eid) % 97n === 1n
}

/** Completes 30 digits to an EID with its check digits. Throws `sgp22.not-eid`. */
export function eidWithCheckDigits(digits: string): Eid {
  if (!/^\d{30}$/.test(digits)) throw refuse('sgp22.not-eid')
  const check = 98n - ((BigInt(digits) * 100n) % 97n)
  return parseEid(digits + check.toString().padStart(2, '0'))
}

/**
 * Whether the header of a call (SGP.22 section 6.5.1.3) claims an identifier other than that of the caller's certificate. It
 * may also hold a name in words, which claims nothing.
 */
export function claimsAnother(named: string | undefined, oid: string): boolean {
  return named !== undefined && named !== oid && /^\d+(?:\.\d+)+$/.test(named)
}

/** Throws `sgp22.not-matching-id`. */
export function parseMatchingId(text: string): MatchingId {
  if (!/^[A-Z0-9-]{1,255}$/.test(text)) throw refuse('sgp22.not-matching-id')
  return text as MatchingId
}
