import { refuse } from '@gesim/base'
import { type Tlv, tagName } from './read.ts'

function bad(element: Tlv, type: string): never {
  throw refuse('tlv.bad-value', { tag: tagName(element.tag), type })
}

/** An INTEGER that is not negative and at most `max` (default 2^31 - 1). Throws `tlv.bad-value`. */
export function readUint(element: Tlv, max = 0x7fffffff): number {
  if (element.length === 1) {
    const byte = element.source[element.valueStart]!
    if (byte < 0x80 && byte <= max) return byte
  }
  const value = readBigUint(element)
  return value > BigInt(max) ? bad(element, 'INTEGER') : Number(value)
}

/** An INTEGER of any size that is not negative. Throws `tlv.bad-value`, also when it is padded. */
export function readBigUint(element: Tlv): bigint {
  const { value } = element
  if (value.length === 0 || value.length > 64 || value[0]! >= 0x80) return bad(element, 'INTEGER')
  if (value.length > 1 && value[0] === 0 && value[1]! < 0x80) return bad(element, 'INTEGER')
  let out = 0n
  for (const byte of value) out = (out << 8n) | BigInt(byte)
  return out
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A text in UTF-8 of at most `maxBytes`. Throws `tlv.bad-value`. */
export function readText(element: Tlv, maxBytes = 1024): string {
  if (element.length > maxBytes) return bad(element, 'UTF8String')
  try {
    return UTF8.decode(element.value)
  } catch {
    return bad(element, 'UTF8String')
  }
}

/** Bytes of an exact length, or of a length in a range. Throws `tlv.bad-value`. */
export function readBytes(element: Tlv, minLength: number, maxLength = minLength): Uint8Array {
  if (element.length < minLength || element.length > maxLength) return bad(element, 'OCTET STRING')
  return element.value
}

/** A BOOLEAN: 00 is false, FF true (DER); other values are true in BER and accepted. Throws `tlv.bad-value`. */
export function readBoolean(element: Tlv): boolean {
  if (element.length !== 1) return bad(element, 'BOOLEAN')
  return element.value[0] !== 0
}

/** The positions of the bits that are set, the first bit being 0. Throws `tlv.bad-value`. */
export function readBits(element: Tlv): number[] {
  const { value } = element
  const unused = value[0]
  if (unused === undefined || unused > 7 || (value.length === 1 && unused !== 0))
    return bad(element, 'BIT STRING')
  const out: number[] = []
  const count = (value.length - 1) * 8 - unused
  for (let i = 0; i < count; i++) if (value[1 + (i >> 3)]! & (0x80 >> (i & 7))) out.push(i)
  return out
}

/** An object identifier in dotted form. Throws `tlv.bad-value`. */
export function readOid(element: Tlv): string {
  const { value } = element
  if (value.length === 0 || value.length > 64 || value[value.length - 1]! >= 0x80)
    return bad(element, 'OBJECT IDENTIFIER')
  let dotted = ''
  let arc: number | bigint = 0
  let fresh = true
  for (let i = 0; i < value.length; i++) {
    const byte = value[i]!
    if (fresh && byte === 0x80) return bad(element, 'OBJECT IDENTIFIER')
    // Arcs of any size are allowed; those that anybody uses fit a number, which is several times as fast.
    if (typeof arc === 'number' && arc > MAX_FAST_ARC) arc = BigInt(arc)
    arc = typeof arc === 'number' ? arc * 128 + (byte & 0x7f) : (arc << 7n) | BigInt(byte & 0x7f)
    fresh = byte < 0x80
    if (!fresh) continue
    if (dotted === '') {
      const first: number = arc < 40 ? 0 : arc < 80 ? 1 : 2
      dotted = `${first}.${typeof arc === 'number' ? arc - first * 40 : arc - BigInt(first * 40)}`
    } else dotted += `.${arc}`
    arc = 0
  }
  return dotted
}

/** Shifted by seven bits it is still a safe integer. */
const MAX_FAST_ARC = 2 ** 45
