import { utf8 } from '@gesim/base'
import type { Hex } from 'viem'

const DIGITS = 12
/** Makes a try at a key with the same digits cost as much as this many hashes: 2^40 tries alone would be too few. */
const ROUNDS = 200_000

/**
 * Twelve digits that stand for one key on one wallet, the same on both sides: figures, because the two may read in
 * different languages. Whoever swaps the key in a link changes them.
 */
export async function comparisonDigits(chainId: number, account: Hex, key: Hex): Promise<string> {
  const bytes = (text: string) => new Uint8Array(utf8(text))
  const material = await crypto.subtle.importKey('raw', bytes(key.toLowerCase()), 'PBKDF2', false, [
    'deriveBits',
  ])
  const salt = bytes(`gesim/trusted-person/v1/${chainId}/${account.toLowerCase()}`)
  const bits = await crypto.subtle.deriveBits(
    { name: 'PBKDF2', hash: 'SHA-512', salt, iterations: ROUNDS },
    material,
    64,
  )
  const value = new DataView(bits).getBigUint64(0) % 10n ** BigInt(DIGITS)
  return value.toString().padStart(DIGITS, '0')
}

/** In groups of three, as they are read out. */
export function inGroups(digits: string): readonly string[] {
  return digits.match(/.{1,3}/g)!
}

const ZEROS = [0x660, 0x6f0]

/** Digits as somebody types them: with spaces or without, also in the figures of an Arabic or Japanese keyboard. */
export function digitsOf(text: string): string {
  return [...text.normalize('NFKC')]
    .map((sign) => {
      const code = sign.codePointAt(0)!
      const zero = ZEROS.find((first) => code >= first && code < first + 10)
      return zero === undefined ? sign : String(code - zero)
    })
    .filter((sign) => /[0-9]/.test(sign))
    .join('')
}

/** Whether somebody has typed all of them. */
export function isWhole(text: string): boolean {
  return digitsOf(text).length === DIGITS
}
