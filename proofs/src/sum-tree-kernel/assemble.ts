// Just enough of the WebAssembly binary format (Core Specification 2.0, chapter 5) to write the kernel's module.

/** Instructions and immediates, as bytes. */
export type Code = readonly number[]

/** Value types (5.3.1, 5.3.2). */
export const I32 = 0x7f
export const V128 = 0x7b

/** Unsigned LEB128 (5.2.2). */
export function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.push((rest % 128) | (rest >= 128 ? 0x80 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return bytes
}

/** Signed LEB128 of a number that an i32 holds. */
function signed(value: number): number[] {
  const bytes: number[] = []
  let rest = value | 0
  for (;;) {
    const low = rest & 0x7f
    rest >>= 7
    const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)
    bytes.push(isLast ? low : low | 0x80)
    if (isLast) return bytes
  }
}

const simd = (opcode: number, ...immediates: number[]): number[] => [0xfd, ...unsigned(opcode), ...immediates]
// The alignment hint is 0 (none): nodes of 48 bytes and records of 96 lie as they come.
const at = (offset: number): number[] => [0, ...unsigned(offset)]

/** The instructions the kernel uses, by their names in the specification. */
export const op = {
  end: [0x0b],
  loop: [0x03, 0x40],
  brIf: (depth: number): number[] => [0x0d, ...unsigned(depth)],
  select: [0x1b],
  get: (local: number): number[] => [0x20, ...unsigned(local)],
  set: (local: number): number[] => [0x21, ...unsigned(local)],
  tee: (local: number): number[] => [0x22, ...unsigned(local)],
  i32: {
    load: (offset: number): number[] => [0x28, ...at(offset)],
    const: (value: number): number[] => [0x41, ...signed(value)],
    eq: [0x46],
    ltU: [0x49],
    geU: [0x4f],
    add: [0x6a],
    sub: [0x6b],
    mul: [0x6c],
    and: [0x71],
    shl: [0x74],
    shrU: [0x76],
  },
  v128: {
    load: (offset: number): number[] => simd(0x00, ...at(offset)),
    load64Splat: (offset: number): number[] => simd(0x0a, ...at(offset)),
    store: (offset: number): number[] => simd(0x0b, ...at(offset)),
    const: (low: bigint, high: bigint): number[] => simd(0x0c, ...littleEndian(low), ...littleEndian(high)),
    and: simd(0x4e),
    andnot: simd(0x4f),
    or: simd(0x50),
    xor: simd(0x51),
    load64Lane: (offset: number, lane: number): number[] => simd(0x57, ...at(offset), lane),
    store64Lane: (offset: number, lane: number): number[] => simd(0x5b, ...at(offset), lane),
    load64Zero: (offset: number): number[] => simd(0x5d, ...at(offset)),
  },
  i8x16: { shuffle: (lanes: readonly number[]): number[] => simd(0x0d, ...lanes) },
  i64x2: { bitmask: simd(0xc4), shl: simd(0xcb), shrU: simd(0xcd), add: simd(0xce) },
} as const

/** Eight bytes, the lowest first. */
export function littleEndian(value: bigint): number[] {
  return Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn))
}

/** A function: parameters and result are i32. */
export interface Func {
  readonly name: string
  readonly parameters: number
  readonly locals: readonly { readonly count: number; readonly type: number }[]
  readonly body: Code
}

/** A module with its own memory, exported like the functions, and bytes in it from the start. */
export function moduleOf(
  pages: number,
  data: { at: number; bytes: Code },
  functions: readonly Func[],
): Uint8Array {
  const types = functions.map((one) => [
    0x60,
    ...list(Array.from({ length: one.parameters }, () => [I32])),
    1,
    I32,
  ])
  const codes = functions.map((one) => {
    const locals = list(one.locals.map(({ count, type }) => [...unsigned(count), type]))
    const content = [...locals, ...one.body, ...op.end]
    return [...unsigned(content.length), ...content]
  })
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list(types)),
    ...section(3, list(functions.map((_, i) => unsigned(i)))),
    ...section(5, list([[0x01, ...unsigned(pages), ...unsigned(pages)]])),
    ...section(
      7,
      list([[...text('memory'), 2, 0], ...functions.map((one, i) => [...text(one.name), 0, ...unsigned(i)])]),
    ),
    ...section(10, list(codes)),
    ...section(
      11,
      list([[0, ...op.i32.const(data.at), ...op.end, ...unsigned(data.bytes.length), ...data.bytes]]),
    ),
  ])
}

function section(id: number, content: Code): number[] {
  return [id, ...unsigned(content.length), ...content]
}

function list(items: readonly Code[]): number[] {
  return [...unsigned(items.length), ...items.flat()]
}

function text(value: string): number[] {
  return [...unsigned(value.length), ...new TextEncoder().encode(value)]
}
