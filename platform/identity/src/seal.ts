import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { broken } from '@gesim/base'

const VERSION = 1

/**
 * Envelope encryption at rest: a fresh data key for each text (AES-256-GCM), itself sealed by the key of the settings.
 * `context` is bound as associated data, so that a row copied to another owner does not open.
 */
export function seal(key: Uint8Array, context: string, text: string): Buffer {
  const dataKey = randomBytes(32)
  return Buffer.concat([
    Buffer.of(VERSION),
    encrypt(key, context, dataKey),
    encrypt(dataKey, context, Buffer.from(text)),
  ])
}

/** Opens what `seal` made. Throws `identity.share-broken`. */
export function unseal(key: Uint8Array, context: string, sealed: Uint8Array): string {
  try {
    if (sealed[0] !== VERSION) throw new TypeError('unknown version')
    // Nonce 12, key 32, tag 16.
    const dataKey = decrypt(key, context, sealed.subarray(1, 61))
    return decrypt(dataKey, context, sealed.subarray(61)).toString('utf8')
  } catch (cause) {
    throw broken('identity.share-broken', {}, cause)
  }
}

function encrypt(key: Uint8Array, context: string, plain: Uint8Array): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(context))
  const body = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([nonce, body, cipher.getAuthTag()])
}

function decrypt(key: Uint8Array, context: string, sealed: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(sealed.subarray(sealed.length - 16))
  return Buffer.concat([decipher.update(sealed.subarray(12, sealed.length - 16)), decipher.final()])
}
