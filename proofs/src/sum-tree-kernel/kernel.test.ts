import { readFileSync } from 'node:fs'
import { keccak_256 } from '@noble/hashes/sha3.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BYTES_PATH, bytesFile } from './build.ts'
import { wasmKernel } from './kernel.ts'
import { BATCH, type Kernel } from './layout.ts'
import { PlainKernel } from './plain.ts'

const wasm = wasmKernel()!
const plain = new PlainKernel()
const bytesOf = (words: Int32Array, count: number) => new Uint8Array(words.buffer, words.byteOffset, count)

/** Writes the same bytes into both kernels' input. */
function fill(bytes: Uint8Array): void {
  for (const one of [wasm, plain]) bytesOf(one.input, bytes.length).set(bytes)
}

/** Children with sums around 2^63 and 2^64, where carries begin. */
const child = fc
  .tuple(
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
    fc.constantFrom(0n, 1n, 1n << 63n, (1n << 63n) - 1n, (1n << 64n) - 1n, 0x0102030405060708n),
    fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  )
  .map(([hash, total, coSigned]) => {
    const node = new Uint8Array(48)
    node.set(hash)
    const view = new DataView(node.buffer)
    view.setBigUint64(32, total)
    view.setBigUint64(40, coSigned)
    return node
  })

describe('the kernel of the sum tree', () => {
  it('is committed as its sources make it (remake: node proofs/src/sum-tree-kernel/build.ts)', () => {
    expect(readFileSync(BYTES_PATH, 'utf8') === bytesFile()).toBe(true)
  })

  it('runs as WebAssembly here', () => {
    expect(wasm.name).toBe('wasm')
  })

  it('makes leaves in WebAssembly as in TypeScript, and as keccak256 of tag and record', () => {
    const tag = keccak_256(new TextEncoder().encode('GeSIM leaf v1'))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.infiniteStream(fc.nat(255)), (count, stream) => {
        const records = Uint8Array.from({ length: 96 * count }, () => stream.next().value)
        fill(records)
        for (const one of [wasm, plain]) one.leaves(count)
        expect(bytesOf(wasm.output, 48 * count)).toEqual(bytesOf(plain.output, 48 * count))
        const last = records.subarray(96 * (count - 1))
        const node = bytesOf(wasm.output, 48 * count).slice(48 * (count - 1))
        expect(node).toEqual(
          Uint8Array.from([...keccak_256(Uint8Array.from([...tag, ...last])), ...last.subarray(32, 48)]),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('makes parents and finds carries in WebAssembly as in TypeScript', () => {
    const family = fc.array(fc.tuple(fc.constantFrom(1, 2, 3), child, child), { minLength: 1, maxLength: 9 })
    let carries = 0
    fc.assert(
      fc.property(family, fc.nat(1000), (parents, base) => {
        const nodes = parents.flatMap(([sides, left, right]) => (sides === 3 ? [left, right] : [left]))
        fill(Uint8Array.from(nodes.flatMap((node) => [...node])))
        let first = base
        parents.forEach(([sides], i) => {
          for (const one of [wasm, plain]) one.links[i] = 4 * first + sides
          first += sides === 3 ? 2 : 1
        })
        const found = wasm.nodes(parents.length, base)
        expect(found).toBe(plain.nodes(parents.length, base))
        if (found) carries++
        expect(bytesOf(wasm.output, 48 * parents.length)).toEqual(bytesOf(plain.output, 48 * parents.length))
      }),
      { numRuns: 200 },
    )
    expect(carries).toBeGreaterThan(20)
  })

  it('fills a whole batch and not a byte more', () => {
    const records = new Int32Array(24 * BATCH).map((_, i) => Math.imul(i, 0x9e3779b1))
    for (const one of [wasm, plain] satisfies Kernel[]) {
      one.input.set(records)
      one.leaves(BATCH)
      expect(one.input).toEqual(records)
    }
    expect(wasm.output).toEqual(plain.output)
  })
})
