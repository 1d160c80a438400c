import {
  createCipheriv,
  createECDH,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  ECDH,
} from 'node:crypto'
import { concatBytes, fromHex, refuse } from '@gesim/base'
import { x963Kdf } from '@gesim/crypto'

/** Protection schemes of TS 33.501, annex C: none, profile A (X25519) and profile B (P-256). */
export type ProtectionScheme = 'null' | 'a' | 'b'
export const PROTECTION_SCHEMES: readonly ProtectionScheme[] = ['null', 'a', 'b']

// RFC 8410: the DER around a raw key of X25519.
const X25519_PRIVATE = fromHex('302e020100300506032b656e04220420')
const X25519_PUBLIC = fromHex('302a300506032b656e032100')
const KEY_BYTES = 32

interface Agreement {
  readonly ephemeral: Uint8Array
  readonly secret: Uint8Array
}

function agreeX25519(homeKey: Uint8Array, scalar: Uint8Array): Agreement {
  const privateKey = createPrivateKey({
    key: Buffer.concat([X25519_PRIVATE, scalar]),
    format: 'der',
    type: 'pkcs8',
  })
  const publicKey = createPublicKey({
    key: Buffer.concat([X25519_PUBLIC, homeKey]),
    format: 'der',
    type: 'spki',
  })
  const own = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return {
    ephemeral: Uint8Array.from(own.subarray(own.length - KEY_BYTES)),
    secret: Uint8Array.from(diffieHellman({ privateKey, publicKey })),
  }
}

function agreeP256(homeKey: Uint8Array, scalar: Uint8Array): Agreement {
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(scalar)
  const point = ECDH.convertKey(homeKey, 'prime256v1', undefined, undefined, 'uncompressed') as Buffer
  return {
    ephemeral: Uint8Array.from(ecdh.getPublicKey(null, 'compressed')),
    secret: Uint8Array.from(ecdh.computeSecret(point)),
  }
}

/**
 * The scheme output for a subscription identifier: the ephemeral key, what it conceals, and its MAC (TS 33.501,
 * C.3.2). `scalar` are 32 random octets that are used once. Throws `euicc.suci-key`.
 */
export function conceal(
  scheme: ProtectionScheme,
  plain: Uint8Array,
  homeKey: Uint8Array,
  scalar: Uint8Array,
): Uint8Array {
  if (scheme === 'null') return plain
  let agreed: Agreement
  try {
    agreed = scheme === 'a' ? agreeX25519(homeKey, scalar) : agreeP256(homeKey, scalar)
  } catch (cause) {
    throw refuse('euicc.suci-key', { scheme, bytes: homeKey.length }, cause)
  }
  const { ephemeral, secret } = agreed
  // C.3.4.1: 16 octets of key and 16 of initial counter for AES-128-CTR, 32 of key for HMAC-SHA-256.
  const keys = x963Kdf(secret, ephemeral, 64)
  const cipher = createCipheriv('aes-128-ctr', keys.subarray(0, 16), keys.subarray(16, 32))
  const concealed = Uint8Array.from(cipher.update(plain))
  const mac = createHmac('sha256', keys.subarray(32)).update(concealed).digest()
  return concatBytes(ephemeral, concealed, mac.subarray(0, 8))
}
