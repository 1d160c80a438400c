import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { broken, fromBase64Url, toBase64Url } from '@gesim/base'

/** A key that wraps the keys of records. The first of a list seals, all of them open: so keys can be replaced. */
export interface SealingKey {
  readonly id: string
  readonly key: Uint8Array
}

const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Seals a text for one purchase: AES-256-GCM under a key of its own, which is wrapped by the first sealing key. Both
 * layers are bound to `context` (the intent id), so a row copied to another purchase does not open.
 */
export function seal(keys: readonly SealingKey[], context: string, text: string): string {
  const [wrapping] = keys
  if (!wrapping) throw broken('provisioner.sealed-differs', { keys: 0 })
  const own = randomBytes(32)
  const wrapped = encrypt(wrapping.key, `${wrapping.id}|${context}`, own)
  const sealed = encrypt(own, context, Buffer.from(text, 'utf8'))
  return `v1.${wrapping.id}.${toBase64Url(wrapped)}.${toBase64Url(sealed)}`
}

/** Opens what `seal` made for the same purchase. Throws `provisioner.sealed-differs`. */
export function unseal(keys: readonly SealingKey[], context: string, sealed: string): string {
  const [version, id, wrapped, body] = sealed.split('.')
  const wrapping = keys.find((one) => one.id === id)
  if (version !== 'v1' || !wrapping || !wrapped || !body)
    throw broken('provisioner.sealed-differs', { key: id })
  try {
    const own = decrypt(wrapping.key, `${wrapping.id}|${context}`, fromBase64Url(wrapped))
    return decrypt(own, context, fromBase64Url(body)).toString('utf8')
  } catch (cause) {
    throw broken('provisioner.sealed-differs', { key: id }, cause)
  }
}

function encrypt(key: Uint8Array, context: string, plain: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context, 'utf8'))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Uint8Array, context: string, sealed: Uint8Array): Buffer {
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const tag = sealed.subarray(sealed.length - TAG_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce)
    .setAAD(Buffer.from(context, 'utf8'))
    .setAuthTag(tag)
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
}

/**
 * A keyed commitment to an ICCID. Keyed, because ICCIDs are few enough to try them all: a bare hash would hide
 * nothing.
 */
export function commitIccid(key: Uint8Array, iccid: string): string {
  const digits = iccid.replace(/f+$/i, '')
  return createHmac('sha256', key).update(`iccid|${digits}`).digest('hex')
}
