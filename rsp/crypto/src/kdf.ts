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
  const blocks: Uint8Array[] = []
  for (let counter = 1, made = 0; made < length; counter++, made += 32) {
    const counterBytes = Uint8Array.of(
      counter >>> 24,
      (counter >> 16) & 0xff,
      (counter >> 8) & 0xff,
      counter & 0xff,
    )
    blocks.push(sha256(secret, counterBytes, sharedInfo))
  }
  return concatBytes(...blocks).subarray(0, length)
}
