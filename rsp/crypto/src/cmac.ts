import { AesBlocks, BLOCK_BYTES, CbcEncryption } from './aes.ts'

/** AES-128 of one block, without padding. */
export function aesBlock(key: Uint8Array, block: Uint8Array): Uint8Array {
  return Uint8Array.from(new AesBlocks(key).encrypt(block))
}

function double(block: Uint8Array): Uint8Array {
  const out = new Uint8Array(16)
  for (let i = 0; i < 16; i++) out[i] = ((block[i]! << 1) | ((block[i + 1] ?? 0) >> 7)) & 0xff
  // NIST SP 800-38B 6.1: R128 is 0^120 10000111.
  if (block[0]! & 0x80) out[15]! ^= 0x87
  return out
}

/** AES-CMAC (RFC 4493) with a key that is used many times: its subkeys are derived once. */
export class Cmac {
  readonly #cbc: CbcEncryption
  readonly #whole: Uint8Array
  readonly #padded: Uint8Array
  constructor(key: Uint8Array) {
    this.#cbc = new CbcEncryption(key)
    // RFC 4493 2.3: the subkeys come of a block of zeros.
    this.#whole = double(this.#cbc.encrypt(new Uint8Array(16)))
    this.#padded = double(this.#whole)
  }

  /** The MAC, 16 bytes, of the parts joined. */
  of(...parts: readonly Uint8Array[]): Uint8Array {
    const input = roomFor(paddedLength(lengthOf(parts)))
    this.#write(input, 0, parts)
    // The MAC is the last block of CBC over the masked input: one call of the cipher for any length.
    return new Uint8Array(this.#cbc.encrypt(input).subarray(input.length - 16))
  }

  /**
   * Authenticates messages that stand one after another from an offset, each preceded by the MAC of the one before, the
   * first one by the given block; the beginning of each MAC goes to the end of its message, where there is room for it.
   * Gives the last MAC, whole. One call of the cipher for all: CBC masks a block with the one before it, so that a block of
   * zeros after a MAC is encrypted as that MAC is at the beginning of a message of its own.
   */
  sealChain(
    first: Uint8Array,
    whole: Uint8Array,
    from: number,
    ends: readonly number[],
    macBytes: number,
  ): Uint8Array {
    let length = 0
    let start = from
    for (const end of ends) {
      length += paddedLength(BLOCK_BYTES + end - start - macBytes)
      start = end
    }
    if (length === 0) return first
    const input = roomFor(length)
    let at = 0
    start = from
    for (const end of ends) {
      if (start === from) input.set(first)
      else input.fill(0, at, at + BLOCK_BYTES)
      input.set(whole.subarray(start, end - macBytes), at + BLOCK_BYTES)
      at = this.#finish(input, at, at + BLOCK_BYTES + end - start - macBytes)
      start = end
    }
    const output = this.#cbc.encrypt(input)
    at = 0
    start = from
    for (const end of ends) {
      at += paddedLength(BLOCK_BYTES + end - start - macBytes)
      for (let i = 0; i < macBytes; i++) whole[end - macBytes + i] = output[at - BLOCK_BYTES + i]!
      start = end
    }
    return new Uint8Array(output.subarray(at - BLOCK_BYTES, at))
  }

  /** Writes one message, padded and masked. */
  #write(input: Uint8Array, from: number, parts: readonly Uint8Array[]): void {
    let at = from
    for (const part of parts) {
      input.set(part, at)
      at += part.length
    }
    this.#finish(input, from, at)
  }

  /** Pads and masks the message that ends at an offset; gives the end of its last block. */
  #finish(input: Uint8Array, from: number, at: number): number {
    const end = from + paddedLength(at - from)
    const isWhole = end === at
    if (!isWhole) {
      input[at] = 0x80
      input.fill(0, at + 1, end)
    }
    const mask = isWhole ? this.#whole : this.#padded
    for (let i = 0; i < 16; i++) input[end - 16 + i]! ^= mask[i]!
    return end
  }
}

/** Where messages are put together, one after another. What is authenticated goes out as it is: it holds no secret. */
const ROOM = new Uint8Array(32 << 10)

function roomFor(length: number): Uint8Array {
  return length > ROOM.length ? new Uint8Array(length) : ROOM.subarray(0, length)
}

function lengthOf(parts: readonly Uint8Array[]): number {
  let length = 0
  for (const part of parts) length += part.length
  return length
}

/** Whole blocks, at least one. */
function paddedLength(length: number): number {
  return Math.max(16, Math.ceil(length / 16) * 16)
}

/** AES-CMAC of one message. */
export function aesCmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  return new Cmac(key).of(message)
}
