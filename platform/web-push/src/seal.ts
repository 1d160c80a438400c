import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** What a browser gave: where its messages go and the keys that only it can use. */
export interface Subscription {
  readonly endpoint: string
  readonly p256dh: string
  readonly auth: string
}

/** Seals a subscription (AES-256-GCM) under its name, so that a row copied to another does not open. */
export function sealSubscription(key: Uint8Array, name: string, given: Subscription): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name))
  const body = Buffer.concat([cipher.update(JSON.stringify(given), 'utf8'), cipher.final()])
  return Buffer.concat([nonce, body, cipher.getAuthTag()])
}

/** Opens what was sealed; nothing when it was sealed by another key, or changed. */
export function openSubscription(
  key: Uint8Array,
  name: string,
  sealed: Uint8Array,
): Subscription | undefined {
  const end = sealed.length - TAG_BYTES
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES))
    decipher.setAAD(Buffer.from(name)).setAuthTag(sealed.subarray(end))
    const text = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final()])
    return JSON.parse(text.toString('utf8')) as Subscription
  } catch {
    return undefined
  }
}
