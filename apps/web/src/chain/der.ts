import { refuse } from '@gesim/base'

const HALF = 32

/** The two halves of a P-256 signature in DER (X9.62), 32 bytes each. Throws `web.passkey-refused` for anything else. */
export function derToRs(der: Uint8Array): { r: Uint8Array; s: Uint8Array } {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) throw refuse('web.passkey-refused')
  const r = integerAt(der, 2)
  const s = integerAt(der, r.end)
  if (s.end !== der.length) throw refuse('web.passkey-refused')
  return { r: r.value, s: s.value }
}

/** A DER integer is signed, so a high bit has a zero before it, and short ones are not padded. */
function integerAt(der: Uint8Array, at: number): { value: Uint8Array; end: number } {
  const length = der[at + 1] ?? 0
  const end = at + 2 + length
  let digits = der.subarray(at + 2, end)
  if (der[at] !== 0x02 || length === 0 || digits.length !== length) throw refuse('web.passkey-refused')
  if (digits[0] === 0) digits = digits.subarray(1)
  if (digits.length > HALF) throw refuse('web.passkey-refused')
  const value = new Uint8Array(HALF)
  value.set(digits, HALF - digits.length)
  return { value, end }
}
