import { AesBlocks, CbcEncryption } from './aes.ts'

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
    let length = 0
    for (const part of parts) length += part.length
    const full = length > 0 && length % 16 === 0
    const input = new Uint8Array(full ? length : length - (length % 16) + 16)
    let at = 0
    for (const part of parts) {
      input.set(part, at)
      at += part.length
    }
    if (!full) input[length] = 0x80
    const mask = full ? this.#whole : this.#padded
    const last = input.length - 16
    for (let i = 0; i < 16; i++) input[last + i]! ^= mask[i]!
    // The MAC is the last block of CBC over the masked input: one call of the cipher for any length.
    return new Uint8Array(this.#cbc.encrypt(input).subarray(last))
  }
}

/** AES-CMAC of one message. */
export function aesCmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  return new Cmac(key).of(message)
}
