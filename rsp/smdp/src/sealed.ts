import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { broken } from '@gesim/base'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Encrypts what is stored and makes the columns by which it is found, with keys that are never stored. */
export class Sealer {
  readonly #sealKey: Uint8Array
  readonly #lookupKey: Uint8Array

  /** `dataKey` has 32 bytes; two keys are derived from it, so that one use says nothing about the other. */
  constructor(dataKey: Uint8Array) {
    const derive = (purpose: string) =>
      new Uint8Array(hkdfSync('sha256', dataKey, new Uint8Array(), `gesim smdp ${purpose}`, 32))
    this.#sealKey = derive('seal')
    this.#lookupKey = derive('lookup')
  }

  /** A keyed hash: equal values are found, and nobody without the key can try all ICCIDs. */
  lookup(kind: string, value: string): Buffer {
    return createHmac('sha256', this.#lookupKey).update(`${kind}\0${value}`).digest()
  }

  /** AES-256-GCM; `place` ties the result to its row and column. */
  seal(plain: Uint8Array, place: Uint8Array): Buffer {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#sealKey, nonce).setAAD(place)
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  }

  /** Opens what `seal` made at the same place. Throws `smdp.state-unreadable`. */
  open(sealed: Uint8Array, place: Uint8Array): Buffer {
    try {
      const nonce = sealed.subarray(0, NONCE_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', this.#sealKey, nonce).setAAD(place)
      decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
      const body = sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)
      return Buffer.concat([decipher.update(body), decipher.final()])
    } catch (cause) {
      throw broken('smdp.state-unreadable', {}, cause)
    }
  }
}
