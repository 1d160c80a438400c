/** What a writer takes as content: encoded bytes, or nothing for an absent optional element. */
export type TlvPart = Uint8Array | undefined

/** The bytes of a tag given as one number. */
export function tagToBytes(tag: number): Uint8Array {
  return header(tag, 0).subarray(0, tagWidth(tag))
}

/** A definite length in its shortest form. */
export function lengthToBytes(length: number): Uint8Array {
  return header(0x30, length).subarray(1)
}

/**
 * One element: tag, shortest length, the parts in order. Absent parts are left out.
 *
 * ```ts
 * node(0xbf2e, node(0x80, challenge))
 * ```
 */
export function node(tag: number, ...parts: readonly TlvPart[]): Uint8Array {
  let length = 0
  for (const part of parts) if (part) length += part.length
  const out = new Uint8Array(headerBytes(tag, length) + length)
  let at = writeHeader(out, 0, tag, length)
  for (const part of parts) {
    if (!part) continue
    out.set(part, at)
    at += part.length
  }
  return out
}

function tagWidth(tag: number): number {
  if (!Number.isInteger(tag) || tag <= 0 || tag > 0xffffff)
    throw new RangeError('a tag has one to three bytes')
  return tag > 0xffff ? 3 : tag > 0xff ? 2 : 1
}

function lengthWidth(length: number): number {
  return length < 0x80 ? 1 : length < 0x100 ? 2 : length < 0x10000 ? 3 : length < 0x1000000 ? 4 : 5
}

/** Bytes of a tag and a shortest length together. */
export function headerBytes(tag: number, length: number): number {
  return tagWidth(tag) + lengthWidth(length)
}

/** Writes tag and shortest length to an offset of bytes that have room for them; gives the offset behind them. */
export function writeHeader(out: Uint8Array, start: number, tag: number, length: number): number {
  let at = start
  if (tag > 0xffff) out[at++] = tag >> 16
  if (tag > 0xff) out[at++] = (tag >> 8) & 0xff
  out[at++] = tag & 0xff
  const width = lengthWidth(length)
  if (width === 1) {
    out[at] = length
    return at + 1
  }
  out[at] = 0x7f + width
  for (let left = length, end = at + width - 1; end > at; end--) {
    out[end] = left & 0xff
    left = Math.floor(left / 256)
  }
  return at + width
}

/** Tag and length alone, for content that is sent apart. */
export function header(tag: number, length: number): Uint8Array {
  const out = new Uint8Array(headerBytes(tag, length))
  writeHeader(out, 0, tag, length)
  return out
}

/** An INTEGER of the type's own or a context tag: two's complement, shortest form, not negative. */
export function uintNode(tag: number, value: number | bigint): Uint8Array {
  if (typeof value === 'number' && value >= 0 && value < 0x80 && Number.isInteger(value))
    return node(tag, Uint8Array.of(value))
  let left = BigInt(value)
  if (left < 0n) throw new RangeError('an integer below zero')
  const bytes: number[] = []
  do {
    bytes.unshift(Number(left & 0xffn))
    left >>= 8n
  } while (left > 0n)
  if (bytes[0]! >= 0x80) bytes.unshift(0)
  return node(tag, Uint8Array.from(bytes))
}

const UTF8 = new TextEncoder()

/** Addresses and names are short and mostly ASCII: for these the encoder's own start costs more than the bytes. */
function utf8(value: string): Uint8Array {
  const out = new Uint8Array(value.length)
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i)
    if (unit >= 0x80) return UTF8.encode(value)
    out[i] = unit
  }
  return out
}

/** A text in UTF-8. */
export function textNode(tag: number, value: string): Uint8Array {
  return node(tag, utf8(value))
}

/** An object identifier in dotted form, such as `2.999.10`. */
export function oidNode(tag: number, dotted: string): Uint8Array {
  return node(tag, oidToBytes(dotted))
}

/** The content bytes of an object identifier in dotted form. Throws a `TypeError` on anything else. */
export function oidToBytes(dotted: string): Uint8Array {
  // A server writes the same few again and again; what is handed out is a copy.
  const known = knownOids.get(dotted)
  if (known) return known.slice()
  const bytes = encodeOid(dotted)
  if (knownOids.size < MAX_KNOWN_OIDS) knownOids.set(dotted, bytes.slice())
  return bytes
}

const knownOids = new Map<string, Uint8Array>()
const MAX_KNOWN_OIDS = 200

function encodeOid(dotted: string): Uint8Array {
  if (!/^[0-2](?:\.(?:0|[1-9]\d*))+$/.test(dotted)) throw new TypeError('not a dotted object identifier')
  const arcs = dotted.split('.').map(BigInt)
  const [first, second, ...others] = arcs as [bigint, bigint, ...bigint[]]
  if (first < 2n && second > 39n) throw new TypeError('not a dotted object identifier')
  const out: number[] = []
  for (const arc of [first * 40n + second, ...others]) {
    const digits = [Number(arc & 0x7fn)]
    for (let left = arc >> 7n; left > 0n; left >>= 7n) digits.unshift(Number(left & 0x7fn) | 0x80)
    out.push(...digits)
  }
  return Uint8Array.from(out)
}

/** A BIT STRING with the bits at these positions set, trailing zero bits left out as DER asks for named bits. */
export function bitsNode(tag: number, positions: readonly number[]): Uint8Array {
  if (positions.length === 0) return node(tag, Uint8Array.of(0))
  const count = Math.max(...positions) + 1
  const out = new Uint8Array(1 + ((count + 7) >> 3))
  out[0] = (8 - (count & 7)) & 7
  for (const position of positions) out[1 + (position >> 3)]! |= 0x80 >> (position & 7)
  return node(tag, out)
}
