// The kernel: two functions over batches in a memory of their own. No stack in memory, no allocation, no imports, so
// instances share nothing whichever number of workers holds one.
import { keccak_256 } from '@noble/hashes/sha3.js'
import { type Code, type Func, I32, moduleOf, op, V128 } from './assemble.ts'
import { constantBytes, type KeccakLocals, keccakLocals, permute } from './keccak-code.ts'
import { AT, PAGES, RECORD_BYTES } from './layout.ts'

const NODE = 48

/** The bytes of the module. */
export function kernelModule(): Uint8Array {
  const tag = [...keccak_256(new TextEncoder().encode('GeSIM leaf v1'))]
  const bytes = [...constantBytes(), ...Array.from({ length: NODE }, () => 0), ...tag]
  return moduleOf(PAGES, { at: AT.constants, bytes }, [leaves(), nodes()])
}

/** Two hashes a turn: of an odd number the last turn makes its hash twice. */
function inPairs(count: number, i: number, j: number, body: Code): number[] {
  return [
    ...op.loop,
    // j = i + 1 < count ? i + 1 : i
    ...op.get(i),
    ...op.i32.const(1),
    ...op.i32.add,
    ...op.get(i),
    ...op.get(i),
    ...op.i32.const(1),
    ...op.i32.add,
    ...op.get(count),
    ...op.i32.ltU,
    ...op.select,
    ...op.set(j),
    ...body,
    ...op.get(i),
    ...op.i32.const(2),
    ...op.i32.add,
    ...op.tee(i),
    ...op.get(count),
    ...op.i32.ltU,
    ...op.brIf(0),
    ...op.end,
  ]
}

/** target = start + size * index */
function address(target: number, start: number, size: number, index: number): number[] {
  return [
    ...op.get(index),
    ...op.i32.const(size),
    ...op.i32.mul,
    ...op.i32.const(start),
    ...op.i32.add,
    ...op.set(target),
  ]
}

/** A word of two preimages side by side. */
function words(lane: number, a: number, b: number, offset: number): number[] {
  return [
    ...op.get(b),
    ...op.get(a),
    ...op.v128.load64Zero(offset),
    ...op.v128.load64Lane(offset, 1),
    ...op.set(lane),
  ]
}

const both = (word: bigint): number[] => op.v128.const(word, word)
/** pad10*1 with the domain bit of Keccak (not SHA-3): 01 behind the message, 80 in the last byte of 136. */
const FIRST_PAD = 1n
const LAST_PAD = 1n << 63n

/** The first four lanes of both states to two nodes. */
function storeHashes({ state }: KeccakLocals, a: number, b: number): number[] {
  return [0, 1, 2, 3].flatMap((word) => [
    ...[...op.get(a), ...op.get(state[word]!), ...op.v128.store64Lane(8 * word, 0)],
    ...[...op.get(b), ...op.get(state[word]!), ...op.v128.store64Lane(8 * word, 1)],
  ])
}

/** leaves(count): the first `count` records of the input become nodes in the output. */
function leaves(): Func {
  const [count, i, j, cursor, recordA, recordB, nodeA, nodeB] = [0, 1, 2, 3, 4, 5, 6, 7]
  const locals = keccakLocals(8)
  const { state } = locals
  const zero = new Set([17, 18, 19, 20, 21, 22, 23, 24])
  // A node's sums are the first sixteen bytes of the packed figures.
  const copySums = (record: number, node: number) => [
    ...op.get(node),
    ...op.get(record),
    ...op.v128.load(32),
    ...op.v128.store(32),
  ]
  const body = [
    ...address(recordA, AT.input, RECORD_BYTES, i),
    ...address(recordB, AT.input, RECORD_BYTES, j),
    ...[0, 1, 2, 3].flatMap((word) => [
      ...op.i32.const(AT.tag),
      ...op.v128.load64Splat(8 * word),
      ...op.set(state[word]!),
    ]),
    ...Array.from({ length: 12 }, (_, word) => words(state[4 + word]!, recordA, recordB, 8 * word)).flat(),
    // 128 bytes: both pads meet in the last word of the block.
    ...both(FIRST_PAD | LAST_PAD),
    ...op.set(state[16]!),
    ...permute(locals, cursor, zero, AT.constants),
    ...address(nodeA, AT.output, NODE, i),
    ...address(nodeB, AT.output, NODE, j),
    ...storeHashes(locals, nodeA, nodeB),
    ...copySums(recordA, nodeA),
    ...copySums(recordB, nodeB),
  ]
  return {
    name: 'leaves',
    parameters: 1,
    locals: [
      { count: 7, type: I32 },
      { count: locals.count, type: V128 },
    ],
    body: [...inPairs(count, i, j, body), ...op.i32.const(0)],
  }
}

/** nodes(count, base): parents by their links; the result is not 0 when a sum did not fit 64 bits. */
function nodes(): Func {
  const [count, base, i, j, cursor, leftA, rightA, leftB, rightB, nodeA, nodeB, link] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
  ]
  const locals = keccakLocals(12)
  const { state } = locals
  const [carries, l, r, sum] = [0, 1, 2, 3].map((n) => 12 + locals.count + n) as [
    number,
    number,
    number,
    number,
  ]
  const zero = new Set([13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24])
  const children = (index: number, left: number, right: number) => [
    ...op.get(index),
    ...op.i32.const(2),
    ...op.i32.shl,
    ...op.i32.load(AT.links),
    ...op.tee(link),
    ...op.i32.const(2),
    ...op.i32.shrU,
    ...op.get(base),
    ...op.i32.sub,
    ...op.i32.const(NODE),
    ...op.i32.mul,
    ...op.i32.const(AT.input),
    ...op.i32.add,
    ...op.set(left),
    // right: behind the left child, in its place, or nowhere
    ...op.get(left),
    ...op.get(link),
    ...op.i32.const(1),
    ...op.i32.and,
    ...op.i32.const(NODE),
    ...op.i32.mul,
    ...op.i32.add,
    ...op.i32.const(AT.empty),
    ...op.get(link),
    ...op.i32.const(2),
    ...op.i32.and,
    ...op.select,
    ...op.set(right),
    ...op.get(left),
    ...op.i32.const(AT.empty),
    ...op.get(link),
    ...op.i32.const(1),
    ...op.i32.and,
    ...op.select,
    ...op.set(left),
  ]
  // Two sums of 64 bits, big-endian in memory.
  const swap = op.i8x16.shuffle([7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8])
  const readSums = (node: number, into: number) => [
    ...op.get(node),
    ...op.v128.load(32),
    ...op.tee(into),
    ...op.get(into),
    ...swap,
    ...op.set(into),
  ]
  const addSums = (left: number, right: number, node: number) => [
    ...readSums(left, l),
    ...readSums(right, r),
    ...op.get(l),
    ...op.get(r),
    ...op.i64x2.add,
    ...op.set(sum),
    ...op.get(node),
    ...op.get(sum),
    ...op.get(sum),
    ...swap,
    ...op.v128.store(32),
    // The carry out of the top bit: (l & r) | ((l | r) & ~sum)
    ...op.get(l),
    ...op.get(r),
    ...op.v128.and,
    ...op.get(l),
    ...op.get(r),
    ...op.v128.or,
    ...op.get(sum),
    ...op.v128.andnot,
    ...op.v128.or,
    ...op.get(carries),
    ...op.v128.or,
    ...op.set(carries),
  ]
  const body = [
    ...children(i, leftA, rightA),
    ...children(j, leftB, rightB),
    ...[0, 1, 2, 3, 4, 5].flatMap((word) => words(state[word]!, leftA, leftB, 8 * word)),
    ...[0, 1, 2, 3, 4, 5].flatMap((word) => words(state[6 + word]!, rightA, rightB, 8 * word)),
    ...both(FIRST_PAD),
    ...op.set(state[12]!),
    ...both(LAST_PAD),
    ...op.set(state[16]!),
    ...permute(locals, cursor, zero, AT.constants),
    ...address(nodeA, AT.output, NODE, i),
    ...address(nodeB, AT.output, NODE, j),
    ...storeHashes(locals, nodeA, nodeB),
    ...addSums(leftA, rightA, nodeA),
    ...addSums(leftB, rightB, nodeB),
  ]
  return {
    name: 'nodes',
    parameters: 2,
    locals: [
      { count: 10, type: I32 },
      { count: locals.count + 4, type: V128 },
    ],
    body: [...inPairs(count, i, j, body), ...op.get(carries), ...op.i64x2.bitmask],
  }
}
