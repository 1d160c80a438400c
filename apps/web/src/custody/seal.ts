import { concatBytes, fromBase64Url, refuse, toBase64Url, utf8 } from '@gesim/base'

const NONCE_BYTES = 12

/** A key that leaves the browser's key store for nobody: not for our own script either. */
export function newDeviceKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

/** The sealing key of a passkey: HKDF-SHA256 over the authenticator's PRF output. */
export async function passkeySealingKey(prfOutput: Uint8Array): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', owned(prfOutput), 'HKDF', false, ['deriveKey'])
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info: owned(utf8('gesim/seed-seal/v1')) },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  )
}

/** Seals bytes with AES-256-GCM; `context` is authenticated, so a blob cannot be moved to another wallet. */
export async function seal(key: CryptoKey, context: string, plain: Uint8Array): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData: owned(utf8(context)) },
    key,
    owned(plain),
  )
  return toBase64Url(concatBytes(nonce, new Uint8Array(sealed)))
}

/** Opens what {@link seal} made. Throws `web.seal-does-not-open` for another key, another context or a changed byte. */
export async function open(key: CryptoKey, context: string, sealed: string): Promise<Uint8Array> {
  try {
    const bytes = fromBase64Url(sealed)
    const plain = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: owned(bytes.slice(0, NONCE_BYTES)), additionalData: owned(utf8(context)) },
      key,
      owned(bytes.slice(NONCE_BYTES)),
    )
    return new Uint8Array(plain)
  } catch (cause) {
    throw refuse('web.seal-does-not-open', {}, cause)
  }
}

/** Web Crypto's types ask for bytes over an ArrayBuffer of their own, which shared memory is not. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}
