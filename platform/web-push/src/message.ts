import { createCipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto'
import { refuse } from '@gesim/base'

/** Bytes of an uncompressed P-256 point, of the secret that a browser shares, and of the salt. */
export const POINT_BYTES = 65
export const AUTH_BYTES = 16
const SALT_BYTES = 16
/** One record holds a whole message: push services take no more than 4096 bytes (RFC 8030, section 7.2). */
const RECORD_BYTES = 4096
const TAG_BYTES = 16
/** Behind the last record's content (RFC 8188, section 2). */
const LAST_RECORD = 2

/** Keys that a browser made for one subscription. */
export interface BrowserKeys {
  /** P-256 point, uncompressed. */
  readonly p256dh: Uint8Array
  readonly auth: Uint8Array
}

/** What is drawn for each message; a known answer passes its own. */
export interface MessageChance {
  /** P-256 scalar, 32 bytes. */
  readonly privateKey: Uint8Array
  readonly salt: Uint8Array
}

const draw = (): MessageChance => ({ privateKey: randomBytes(32), salt: randomBytes(SALT_BYTES) })

const bytesOf = (...args: Parameters<typeof hkdfSync>) => Buffer.from(hkdfSync(...args))

/**
 * Encrypts a message so that only the browser of a subscription reads it, not the service that carries it (RFC 8291 in
 * `aes128gcm` of RFC 8188). Throws `web-push.keys-wrong` when the browser's key is no point of P-256.
 */
export function encryptMessage(plain: Uint8Array, to: BrowserKeys, chance = draw()): Buffer {
  if (plain.length > RECORD_BYTES - TAG_BYTES - 1) throw new RangeError('a message is one record')
  const own = createECDH('prime256v1')
  own.setPrivateKey(chance.privateKey)
  const ownPoint = own.getPublicKey()
  let shared: Buffer
  try {
    shared = own.computeSecret(to.p256dh)
  } catch (cause) {
    throw refuse('web-push.keys-wrong', {}, cause)
  }
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), to.p256dh, ownPoint])
  const secret = bytesOf('sha256', shared, to.auth, info, 32)
  const key = bytesOf('sha256', secret, chance.salt, 'Content-Encoding: aes128gcm\0', 16)
  const nonce = bytesOf('sha256', secret, chance.salt, 'Content-Encoding: nonce\0', 12)
  const cipher = createCipheriv('aes-128-gcm', key, nonce)
  const body = [
    cipher.update(plain),
    cipher.update(Buffer.of(LAST_RECORD)),
    cipher.final(),
    cipher.getAuthTag(),
  ]
  const head = Buffer.alloc(SALT_BYTES + 5)
  head.set(chance.salt)
  head.writeUInt32BE(RECORD_BYTES, SALT_BYTES)
  head[SALT_BYTES + 4] = ownPoint.length
  return Buffer.concat([head, ownPoint, ...body])
}
