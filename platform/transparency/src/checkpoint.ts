import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { concatBytes, fromHex, toBase64, toHex, utf8 } from '@gesim/base'
import type { Hex } from '@gesim/journey'

/** DER of a PKCS 8 Ed25519 key (RFC 8410) up to the seed. */
const PKCS8_PREFIX = fromHex('302e020100300506032b657004220420')

/** The log's signing key. */
export interface LogKey {
  readonly publicKey: Uint8Array
  sign(text: Uint8Array): Uint8Array
}

/** The key of a 32-byte seed in hex. */
export function logKey(seedHex: string): LogKey {
  const der = Buffer.from(concatBytes(PKCS8_PREFIX, fromHex(seedHex)))
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return {
    publicKey: new Uint8Array(spki.subarray(-32)),
    sign: (text) => new Uint8Array(sign(null, text, key)),
  }
}

/**
 * A signed head of the log, in the form of C2SP tlog-checkpoint: origin, size and root, a line each, then a blank line
 * and the signature with the key's hash. Existing witnesses and tools read it.
 */
export function signCheckpoint(origin: string, size: number, root: Uint8Array, key: LogKey) {
  const text = `${origin}\n${size}\n${toBase64(root)}\n`
  const signature = key.sign(utf8(text))
  // The key's hash: SHA-256 of name, newline, algorithm byte 1 (Ed25519) and key, first four bytes.
  const keyHash = createHash('sha256')
    .update(concatBytes(utf8(`${origin}\n`), Uint8Array.of(1), key.publicKey))
    .digest()
    .subarray(0, 4)
  return {
    origin,
    size,
    root: `0x${toHex(root)}` as Hex,
    note: `${text}\n— ${origin} ${toBase64(concatBytes(keyHash, signature))}\n`,
    publicKey: `0x${toHex(key.publicKey)}` as Hex,
    signature: `0x${toHex(signature)}` as Hex,
  }
}
