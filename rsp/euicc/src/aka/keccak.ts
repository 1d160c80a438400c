/** Keccak-f[1600] (FIPS 202, section 3.3), the bare permutation: TUAK uses it without a sponge. */

const ROUNDS = 24
const MASK = (1n << 64n) - 1n

const ROUND_CONSTANTS: readonly bigint[] = (() => {
  // FIPS 202, algorithm 5: a linear feedback shift register gives the bits of each constant.
  const out: bigint[] = []
  let register = 1
  for (let round = 0; round < ROUNDS; round++) {
    let constant = 0n
    for (let j = 0; j <= 6; j++) {
      if (register & 1) constant |= 1n << BigInt(2 ** j - 1)
      register = register & 0x80 ? ((register << 1) ^ 0x171) & 0xff : register << 1
    }
    out.push(constant)
  }
  return out
})()

const OFFSETS: readonly bigint[] = (() => {
  const out = new Array<bigint>(25).fill(0n)
  let [x, y] = [1, 0]
  for (let t = 0; t < 24; t++) {
    out[x + 5 * y] = BigInt(((t + 1) * (t + 2)) / 2) % 64n
    ;[x, y] = [y, (2 * x + 3 * y) % 5]
  }
  return out
})()

const rotate = (lane: bigint, by: bigint) => ((lane << by) | (lane >> (64n - by))) & MASK

/** Permutes 200 bytes in place. */
export function keccakF1600(state: Uint8Array): void {
  const view = new DataView(state.buffer, state.byteOffset, 200)
  const lanes = Array.from({ length: 25 }, (_, i) => view.getBigUint64(8 * i, true))
  const at = (x: number, y: number) => (x % 5) + 5 * (y % 5)
  for (const constant of ROUND_CONSTANTS) {
    const column = [0, 1, 2, 3, 4].map(
      (x) => lanes[x]! ^ lanes[x + 5]! ^ lanes[x + 10]! ^ lanes[x + 15]! ^ lanes[x + 20]!,
    )
    for (let x = 0; x < 5; x++) {
      const parity = column[(x + 4) % 5]! ^ rotate(column[(x + 1) % 5]!, 1n)
      for (let y = 0; y < 5; y++) lanes[at(x, y)]! ^= parity
    }
    const turned = new Array<bigint>(25)
    for (let x = 0; x < 5; x++)
      for (let y = 0; y < 5; y++) turned[at(y, 2 * x + 3 * y)] = rotate(lanes[at(x, y)]!, OFFSETS[at(x, y)]!)
    for (let x = 0; x < 5; x++)
      for (let y = 0; y < 5; y++)
        lanes[at(x, y)] = turned[at(x, y)]! ^ (~turned[at(x + 1, y)]! & MASK & turned[at(x + 2, y)]!)
    lanes[0]! ^= constant
  }
  lanes.forEach((lane, i) => {
    view.setBigUint64(8 * i, lane, true)
  })
}
