import { keccak_256 } from '@noble/hashes/sha3.js'
import { BATCH, type Kernel } from './layout.ts'

const TAG = keccak_256(new TextEncoder().encode('GeSIM leaf v1'))

/** The kernel in TypeScript: the same bytes, some twenty-five times slower. */
export class PlainKernel implements Kernel {
  readonly name = 'typescript'
  readonly input = new Int32Array(24 * BATCH)
  readonly links = new Uint32Array(BATCH)
  readonly output = new Int32Array(12 * BATCH)
  readonly #in = new Uint8Array(this.input.buffer)
  readonly #out = new Uint8Array(this.output.buffer)
  readonly #sumsOut = new DataView(this.output.buffer)
  readonly #leaf = new Uint8Array(128)
  readonly #pair = new Uint8Array(96)
  readonly #pairView = new DataView(this.#pair.buffer)

  constructor() {
    this.#leaf.set(TAG)
  }

  leaves(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#leaf.set(this.#in.subarray(96 * i, 96 * i + 96), 32)
      this.#out.set(keccak_256(this.#leaf), 48 * i)
      this.#out.set(this.#leaf.subarray(64, 80), 48 * i + 32)
    }
  }

  nodes(count: number, base: number): number {
    let carries = 0
    for (let i = 0; i < count; i++) {
      const link = this.links[i]!
      let at = 48 * ((link >>> 2) - base)
      this.#pair.fill(0)
      for (const side of [0, 1]) {
        if (((link >> side) & 1) === 0) continue
        this.#pair.set(this.#in.subarray(at, at + 48), 48 * side)
        at += 48
      }
      this.#out.set(keccak_256(this.#pair), 48 * i)
      for (const lane of [32, 40]) {
        const sum = this.#pairView.getBigUint64(lane) + this.#pairView.getBigUint64(48 + lane)
        if (sum >> 64n) carries |= lane === 32 ? 1 : 2
        this.#sumsOut.setBigUint64(48 * i + lane, BigInt.asUintN(64, sum))
      }
    }
    return carries
  }
}
