import {
  type Cipheriv,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type Decipheriv,
} from 'node:crypto'

/** Bytes of a block of AES. */
export const BLOCK_BYTES = 16
const ZERO_BLOCK = new Uint8Array(BLOCK_BYTES)

function xorInto(target: Uint8Array, mask: Uint8Array): void {
  for (let i = 0; i < BLOCK_BYTES; i++) target[i]! ^= mask[i]!
}

/*
 * Making a cipher object costs as much as encrypting kilobytes with it, and a profile is many short segments; of a key
 * in plain bytes it costs ten times that of a key object, as Node first finds out that the bytes are no key object.
 * These classes make one object for a key and use it for every message: CBC goes on from the last block that
 * it put out, so what the first block is masked with is the wanted vector and that last block together.
 */

/** AES-128 of blocks on their own (ECB) with one key, without padding. */
export class AesBlocks {
  readonly #cipher: Cipheriv

  constructor(key: Uint8Array) {
    this.#cipher = createCipheriv('aes-128-ecb', createSecretKey(key), null).setAutoPadding(false)
  }

  /** Encrypts one block or several. */
  encrypt(blocks: Uint8Array): Uint8Array {
    return this.#cipher.update(blocks)
  }
}

/** AES-128-CBC encryption of messages of whole blocks with one key, each as from a vector of zeros. */
export class CbcEncryption {
  readonly #cipher: Cipheriv
  #last: Uint8Array = ZERO_BLOCK

  constructor(key: Uint8Array) {
    this.#cipher = createCipheriv('aes-128-cbc', createSecretKey(key), ZERO_BLOCK).setAutoPadding(false)
  }

  /** Encrypts a message of at least one block; the bytes given are used up. */
  encrypt(message: Uint8Array): Uint8Array {
    xorInto(message, this.#last)
    const encrypted = this.#cipher.update(message)
    this.#last = encrypted.subarray(encrypted.length - BLOCK_BYTES)
    return encrypted
  }
}

/** AES-128-CBC decryption of messages of whole blocks with one key, each with a vector of its own. */
export class CbcDecryption {
  readonly #decipher: Decipheriv
  #last: Uint8Array = ZERO_BLOCK

  constructor(key: Uint8Array) {
    this.#decipher = createDecipheriv('aes-128-cbc', createSecretKey(key), ZERO_BLOCK).setAutoPadding(false)
  }

  decrypt(message: Uint8Array, vector: Uint8Array): Uint8Array {
    const plain = this.#decipher.update(message)
    xorInto(plain, this.#last)
    xorInto(plain, vector)
    this.#last = message.slice(message.length - BLOCK_BYTES)
    return plain
  }
}
