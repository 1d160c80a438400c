import { concatBytes, isFailure, refuse, toHex } from '@gesim/base'
import { readHeader, Tlv, tagName } from '@gesim/tlv'
import { showCertificate, showRevocationList } from './certificate.ts'
import { shapeOf, universalShape } from './server-shapes.ts'
import type { Inside, Shape, Shown } from './shape.ts'

const LIMITS = { maxBytes: 16 << 20, maxDepth: 32, maxCount: 65_536 }

/** One element of an input that may be cut or damaged. */
interface Found {
  readonly element: Tlv
  /** Bytes that its header announces and that are not there. */
  readonly missing: number
}

/** Elements one after another, as far as they can be read. */
function elementsIn(
  source: Uint8Array,
  start: number,
  end: number,
  depth: number,
): { found: Found[]; damage?: string } {
  const found: Found[] = []
  let at = start
  try {
    while (at < end) {
      if (found.length === LIMITS.maxCount) throw refuse('tlv.too-many', { maxCount: LIMITS.maxCount })
      if (depth > LIMITS.maxDepth) throw refuse('tlv.too-deep', { maxDepth: LIMITS.maxDepth })
      const header = readHeader(source, at, end)
      if (!header) throw refuse('tlv.truncated', { offset: at })
      const valueStart = at + header.headerLength
      const announced = valueStart + header.length
      const last = Math.min(announced, end)
      found.push({
        element: new Tlv(source, header.tag, at, valueStart, last, depth, LIMITS),
        missing: announced - last,
      })
      at = last
    }
    return { found }
  } catch (error) {
    if (!isFailure(error)) throw error
    const rest = toHex(source.subarray(at, Math.min(end, at + 16))).toUpperCase()
    return { found, damage: `${error.message} at offset ${at}: ${rest}${end - at > 16 ? '…' : ''}` }
  }
}

/** The shape of an element by its place, or by itself. */
function choose(element: Tlv, inside: Inside | undefined, nth: number): Shape {
  const entry = inside?.[tagName(element.tag)]
  const known = Array.isArray(entry) ? (entry[Math.min(nth, entry.length - 1)] as Shape) : (entry as Shape)
  return known ?? shapeOf(element) ?? universalShape(element.tag)
}

function showAll(source: Uint8Array, start: number, end: number, depth: number, inside?: Inside): Shown[] {
  const { found, damage } = elementsIn(source, start, end, depth)
  const counts = new Map<number, number>()
  const shown = found.map(({ element, missing }) => {
    const nth = counts.get(element.tag) ?? 0
    counts.set(element.tag, nth + 1)
    const one = show(element, choose(element, inside, nth))
    // Told where it is: an element around one that is cut is cut too.
    return missing && !isDamaged(one.inside ?? [])
      ? { ...one, damage: `${missing} byte${missing === 1 ? ' is' : 's are'} missing at its end` }
      : one
  })
  return damage ? [...shown, { name: '', damage }] : shown
}

function show(element: Tlv, shape: Shape): Shown {
  const base = {
    tag: tagName(element.tag),
    name: shape.name,
    offset: element.start,
    length: element.length,
  }
  if (shape.as === 'certificate' || shape.as === 'revocation-list') {
    const read = shape.as === 'certificate' ? showCertificate : showRevocationList
    const fields = read(element.raw)
    // What our reader does not understand, such as another algorithm, is still shown as it is built.
    if (fields) return { ...base, inside: fields }
  }
  if (shape.nested) {
    const inner = showAll(
      element.source,
      element.valueStart,
      element.end,
      element.depth + 1,
      shape.nested as Inside,
    )
    return { ...base, inside: inner }
  }
  if (element.constructed) {
    const inside = typeof shape.inside === 'function' ? shape.inside(element) : shape.inside
    const children = showAll(element.source, element.valueStart, element.end, element.depth + 1, inside)
    const extra = shape.as === 'bound-metadata' ? boundMetadata(element) : []
    return { ...base, inside: [...children, ...extra] }
  }
  const hex = toHex(element.value).toUpperCase()
  try {
    const value = shape.shows?.(element)
    return value === undefined ? { ...base, hex } : { ...base, value, ...(value === hex ? {} : { hex }) }
  } catch {
    return { ...base, hex, ...(shape.name ? { damage: 'the content is not of its type' } : {}) }
  }
}

/** The metadata in a bound package has a MAC but is not encrypted: content, then eight bytes of MAC a segment. */
function boundMetadata(list: Tlv): Shown[] {
  const { found } = elementsIn(list.source, list.valueStart, list.end, list.depth + 1)
  const plain = concatBytes(
    ...found
      .filter(({ element }) => element.tag === 0x88)
      .map(({ element }) => element.value.subarray(0, -8)),
  )
  return plain.length ? showAll(plain, 0, plain.length, 0) : []
}

/** Shows every element of an input. What is damaged is marked; what stands before it is shown. */
export function showMessage(bytes: Uint8Array): Shown[] {
  return showAll(bytes, 0, bytes.length, 0)
}

/** Whether anything shown is damaged. */
export function isDamaged(shown: readonly Shown[]): boolean {
  return shown.some((one) => one.damage !== undefined || isDamaged(one.inside ?? []))
}
