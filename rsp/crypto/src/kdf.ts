import { hash } from 'node:crypto'
import { concatBytes } from '@gesim/base'

/** SHA-256. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts
  const whole = parts.length === 1 && only ? only : concatBytes(...parts)
  return new Uint8Array(hash('sha256', whole, 'buffer'))
}

/** The key derivation of ANSI X9.63 with SHA-256: H(Z, counter from 1, shared info), cut to length. */
export function x963Kdf(secret: Uint8Array, sharedInfo: Uint8Array, length: number): Uint8Array {
  const input = concatBytes(secret, new Uint8Array(4), sharedInfo)
  const out = new Uint8Array(Math.ceil(length / 32) * 32)
  for (let counter = 1; counter * 32 <= out.length; counter++) {
    for (let i = 0; i < 4; i++) input[secret.length + i] = (counter >>> (24 - 8 * i)) & 0xff
    out.set(hash('sha256', input, 'buffer'), counter * 32 - 32)
  }
  return out.subarray(0, length)
}
