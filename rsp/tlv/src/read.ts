import { refuse } from '@gesim/base'

/** What a reader accepts at most. */
export interface TlvLimits {
  /** Bytes of one whole element. Default 1 MiB: more than the largest bound profile package. */
  readonly maxBytes?: number
  /** Levels of nesting below the outermost element. Default 24. */
  readonly maxDepth?: number
  /** Children of one element, or elements of one list. Default 4096. */
  readonly maxCount?: number
}

const DEFAULTS: Required<TlvLimits> = { maxBytes: 1 << 20, maxDepth: 24, maxCount: 4096 }

/** Tag and length of an element whose content may not have arrived yet. */
export interface TlvHeader {
  /** The tag bytes as one number, such as `0xbf38`. */
  readonly tag: number
  /** Bytes of tag and length together. */
  readonly headerLength: number
  /** Bytes of content that the header announces. */
  readonly length: number
}

/** `0xbf38` as `BF38`, for messages. */
export function tagName(tag: number): string {
  const digits = tag.toString(16).toUpperCase()
  return digits.length % 2 ? `0${digits}` : digits
}

/**
 * Reads tag and length at an offset, without asking for the content: a card receives the header of a
 * bound profile package in one command and its segments in others. Returns `undefined` when the header
 * itself is not whole yet. Throws `tlv.bad-tag` and `tlv.bad-length`.
 *
 * Lengths need not be minimal (BER, X.690 section 8.1.3.5, note 2), but take at most four bytes.
 */
export function readHeader(bytes: Uint8Array, offset = 0, end = bytes.length): TlvHeader | undefined {
  let at = offset
  if (at >= end) return undefined
  let tag = bytes[at++]!
  if (tag === 0) throw refuse('tlv.bad-tag', { offset })
  if ((tag & 0x1f) === 0x1f) {
    for (let count = 0; ; count++) {
      if (count === 2) throw refuse('tlv.bad-tag', { offset })
      if (at >= end) return undefined
      const next = bytes[at++]!
      // X.690 8.1.2.4.2 (c): the first subsequent byte must not be a padding zero.
      if (count === 0 && (next & 0x7f) === 0) throw refuse('tlv.bad-tag', { offset })
      tag = tag * 256 + next
      if (next < 0x80) break
    }
  }
  if (at >= end) return undefined
  const first = bytes[at++]!
  if (first < 0x80) return { tag, headerLength: at - offset, length: first }
  const width = first & 0x7f
  if (width === 0 || width > 4) throw refuse('tlv.bad-length', { tag: tagName(tag), offset })
  if (at + width > end) return undefined
  let length = 0
  for (let i = 0; i < width; i++) length = length * 256 + bytes[at++]!
  return { tag, headerLength: at - offset, length }
}

/**
 * One element inside the bytes it was received in. Nothing is copied: `value`, `raw` and `tagBytes` are
 * views of the received bytes, so that a signature is checked over what came, never over a re-encoding.
 */
export class Tlv {
  /** The tag bytes as one number, such as `0xbf38`. */
  readonly tag: number
  /** Offset of the first tag byte in `source`. */
  readonly start: number
  /** Offset of the first content byte in `source`. */
  readonly valueStart: number
  /** Offset after the last content byte in `source`. */
  readonly end: number
  /** The bytes this element was read from. */
  readonly source: Uint8Array
  readonly depth: number
  readonly limits: Required<TlvLimits>

  constructor(
    source: Uint8Array,
    tag: number,
    start: number,
    valueStart: number,
    end: number,
    depth: number,
    limits: Required<TlvLimits>,
  ) {
    this.source = source
    this.tag = tag
    this.start = start
    this.valueStart = valueStart
    this.end = end
    this.depth = depth
    this.limits = limits
  }

  /** The content. */
  get value(): Uint8Array {
    return this.source.subarray(this.valueStart, this.end)
  }

  /** The whole element as received, tag and length included. */
  get raw(): Uint8Array {
    return this.source.subarray(this.start, this.end)
  }

  /** The tag as received. */
  get tagBytes(): Uint8Array {
    const width = this.tag > 0xffff ? 3 : this.tag > 0xff ? 2 : 1
    return this.source.subarray(this.start, this.start + width)
  }

  /** Bytes of content. */
  get length(): number {
    return this.end - this.valueStart
  }

  /** Whether the content is elements again (bit 6 of the first tag byte). */
  get constructed(): boolean {
    return (this.source[this.start]! & 0x20) !== 0
  }

  /** The elements inside, in order. Throws `tlv.not-constructed`, and what `readTlvs` throws. */
  children(): Tlv[] {
    if (!this.constructed) throw refuse('tlv.not-constructed', { tag: tagName(this.tag) })
    return readList(this.source, this.valueStart, this.end, this.depth + 1, this.limits)
  }

  /** A cursor over the elements inside. */
  cursor(): TlvCursor {
    return new TlvCursor(this.children(), this.tag)
  }

  /** The child with this tag, or `undefined`. Throws `tlv.duplicate` when there are two, and what `children` throws. */
  find(tag: number): Tlv | undefined {
    if (!this.constructed) throw refuse('tlv.not-constructed', { tag: tagName(this.tag) })
    const { source, end, limits } = this
    const depth = this.depth + 1
    let at = this.valueStart
    if (at < end) checkDepth(depth, limits)
    let found: Tlv | undefined
    let isTwice = false
    for (let count = 0; at < end; count++) {
      if (count === limits.maxCount) throw refuse('tlv.too-many', { maxCount: limits.maxCount })
      if (lookAt(source, at, end, limits) === tag) {
        if (found) isTwice = true
        found ??= new Tlv(source, tag, at, lookedValueStart, lookedEnd, depth, limits)
      }
      at = lookedEnd
    }
    if (isTwice) throw refuse('tlv.duplicate', { tag: tagName(tag), inside: tagName(this.tag) })
    return found
  }

  /** The child with this tag. Throws `tlv.missing` and `tlv.duplicate`. */
  require(tag: number): Tlv {
    const found = this.find(tag)
    if (!found) throw refuse('tlv.missing', { tag: tagName(tag), inside: tagName(this.tag) })
    return found
  }
}

function limitsOf(given: TlvLimits | undefined): Required<TlvLimits> {
  return given ? { ...DEFAULTS, ...given } : DEFAULTS
}

// Where content and end of the element are whose header was looked at last: an object for both would cost more than
// looking at it.
let lookedValueStart = 0
let lookedEnd = 0

/** Looks at the element at an offset and gives its tag. Throws what `readTlv` throws. */
function lookAt(source: Uint8Array, at: number, end: number, limits: Required<TlvLimits>): number {
  // Nearly all elements have a tag of one or two bytes and a length below 64 KiB; the rest, and what is bad, takes the
  // long way below.
  if (at + 2 <= end) {
    let tag = source[at]!
    let next = at + 1
    if ((tag & 0x1f) === 0x1f) {
      const second = source[next++]!
      tag = second > 0 && second < 0x80 && next < end ? tag * 256 + second : 0
    }
    if (tag !== 0) {
      let length = source[next++]!
      if (length === 0x81 && next < end) length = source[next++]!
      else if (length === 0x82 && next + 1 < end) {
        length = source[next]! * 256 + source[next + 1]!
        next += 2
      } else if (length >= 0x80) length = end
      const stop = next + length
      if (stop <= end && stop - at <= limits.maxBytes) {
        lookedValueStart = next
        lookedEnd = stop
        return tag
      }
    }
  }
  const header = readHeader(source, at, end)
  if (!header) throw refuse('tlv.truncated', { offset: at })
  const valueStart = at + header.headerLength
  if (header.headerLength + header.length > limits.maxBytes)
    throw refuse('tlv.too-large', { tag: tagName(header.tag), maxBytes: limits.maxBytes })
  if (header.length > end - valueStart)
    throw refuse('tlv.truncated', { tag: tagName(header.tag), offset: at })
  lookedValueStart = valueStart
  lookedEnd = valueStart + header.length
  return header.tag
}

function checkDepth(depth: number, limits: Required<TlvLimits>): void {
  if (depth > limits.maxDepth) throw refuse('tlv.too-deep', { maxDepth: limits.maxDepth })
}

function readAt(
  source: Uint8Array,
  at: number,
  end: number,
  depth: number,
  limits: Required<TlvLimits>,
): Tlv {
  checkDepth(depth, limits)
  // Most elements have one byte of tag and one of length; whatever else there is takes the long way below.
  if (at + 2 <= end) {
    const tag = source[at]!
    const length = source[at + 1]!
    const stop = at + 2 + length
    if (tag !== 0 && (tag & 0x1f) !== 0x1f && length < 0x80 && stop <= end && stop - at <= limits.maxBytes)
      return new Tlv(source, tag, at, at + 2, stop, depth, limits)
  }
  const tag = lookAt(source, at, end, limits)
  return new Tlv(source, tag, at, lookedValueStart, lookedEnd, depth, limits)
}

function readList(
  source: Uint8Array,
  start: number,
  end: number,
  depth: number,
  limits: Required<TlvLimits>,
): Tlv[] {
  const out: Tlv[] = []
  for (let at = start; at < end; ) {
    if (out.length === limits.maxCount) throw refuse('tlv.too-many', { maxCount: limits.maxCount })
    const element = readAt(source, at, end, depth, limits)
    out.push(element)
    at = element.end
  }
  return out
}

/**
 * Reads exactly one element, with the expected tag when one is given. Throws `tlv.truncated` for every
 * proper prefix of an element, `tlv.trailing-bytes`, `tlv.unexpected-tag`, `tlv.bad-tag`,
 * `tlv.bad-length`, `tlv.too-large`.
 *
 * ```ts
 * const response = readTlv(fromHex('bf2e12801000112233445566778899aabbccddeeff'), 0xbf2e)
 * response.require(0x80).value // the 16 bytes of the challenge
 * ```
 */
export function readTlv(bytes: Uint8Array, expectedTag?: number, limits?: TlvLimits): Tlv {
  const element = readAt(bytes, 0, bytes.length, 0, limitsOf(limits))
  if (expectedTag !== undefined && element.tag !== expectedTag)
    throw refuse('tlv.unexpected-tag', { tag: tagName(element.tag), expected: tagName(expectedTag) })
  if (element.end !== bytes.length)
    throw refuse('tlv.trailing-bytes', { tag: tagName(element.tag), count: bytes.length - element.end })
  return element
}

/** Reads elements one after another to the end of the bytes; none at all is an empty list. */
export function readTlvs(bytes: Uint8Array, limits?: TlvLimits): Tlv[] {
  return readList(bytes, 0, bytes.length, 0, limitsOf(limits))
}

/**
 * Takes elements in the order of the specification. Unknown elements after the last known one are
 * skipped (the modules say EXTENSIBILITY IMPLIED); a known one out of its place is refused by `finish`.
 */
export class TlvCursor {
  readonly #elements: readonly Tlv[]
  readonly #inside: number
  /** Tags that were asked for in vain: of the others the elements before the place tell. */
  #missed: number[] | undefined
  #at = 0

  constructor(elements: readonly Tlv[], inside: number) {
    this.#elements = elements
    this.#inside = inside
  }

  /** The tag of the next element, or `undefined` at the end. */
  get nextTag(): number | undefined {
    return this.#elements[this.#at]?.tag
  }

  /** The next element, which must have this tag. Throws `tlv.missing`. */
  take(tag: number): Tlv {
    const found = this.maybe(tag)
    if (!found) throw refuse('tlv.missing', { tag: tagName(tag), inside: tagName(this.#inside) })
    return found
  }

  /** The next element when it has this tag, else `undefined`. */
  maybe(tag: number): Tlv | undefined {
    const next = this.#elements[this.#at]
    if (next?.tag === tag) {
      this.#at++
      return next
    }
    if (this.#missed) this.#missed.push(tag)
    else this.#missed = [tag]
    return undefined
  }

  /** Whatever comes next. Throws `tlv.missing` at the end. */
  any(): Tlv {
    const next = this.#elements[this.#at]
    if (!next) throw refuse('tlv.missing', { inside: tagName(this.#inside) })
    this.#at++
    return next
  }

  /** All that is left. */
  rest(): readonly Tlv[] {
    const left = this.#elements.slice(this.#at)
    this.#at = this.#elements.length
    return left
  }

  /** Skips unknown trailing elements. Throws `tlv.duplicate` when a known one is among them. */
  finish(): void {
    const taken = this.#at
    for (const left of this.rest()) {
      const isTaken = this.#elements.some(({ tag }, i) => i < taken && tag === left.tag)
      if (isTaken || this.#missed?.includes(left.tag))
        throw refuse('tlv.duplicate', { tag: tagName(left.tag), inside: tagName(this.#inside) })
    }
  }
}

/** Refuses, anywhere below an element, what a strict reader refuses; returns the number of elements. */
export function checkTree(element: Tlv): number {
  if (!element.constructed) return 1
  let count = 1
  for (const child of element.children()) count += checkTree(child)
  return count
}
