/** Bytes of r and of s: both curves are 256 bits wide. */
const HALF = 32

/** Copies the INTEGER at an offset to the end of a half; returns the offset after it. */
function copyInteger(der: Uint8Array, at: number, to: Uint8Array, half: number): number {
  const end = at + 2 + der[at + 1]!
  // From its last byte backwards: a 33rd is the zero that keeps it positive.
  for (let from = end - 1, into = half + HALF - 1; from >= at + 2 && into >= half; from--, into--)
    to[into] = der[from]!
  return end
}

/** r and s, 32 bytes each, of a signature in DER that OpenSSL made: of others the form is not checked. */
export function signatureOfDer(der: Uint8Array): Uint8Array {
  const out = new Uint8Array(2 * HALF)
  // The sequence of two integers of at most 33 bytes has a length of one byte.
  const second = copyInteger(der, 2, out, 0)
  copyInteger(der, second, out, HALF)
  return out
}

/** Writes the INTEGER of a half in its shortest form; returns the offset after it. */
function writeInteger(raw: Uint8Array, half: number, to: Uint8Array, at: number): number {
  const end = half + HALF
  let from = half
  while (raw[from] === 0 && from < end - 1) from++
  // X.690 8.3.3: a first bit of 1 would make it negative.
  const sign = raw[from]! >= 0x80 ? 1 : 0
  const length = end - from + sign
  to[at] = 0x02
  to[at + 1] = length
  to[at + 2] = 0
  for (let into = at + 2 + sign; from < end; into++, from++) to[into] = raw[from]!
  return at + 2 + length
}

/** Bytes of the longest signature in DER. */
export const MAX_DER_BYTES = 2 + 2 * (HALF + 3)

/**
 * The DER of 64 bytes r and s, whatever their values: OpenSSL refuses those that are out of range. It is a view of `out`,
 * which has room for the longest.
 */
export function derOfSignature(raw: Uint8Array, out = new Uint8Array(MAX_DER_BYTES)): Uint8Array {
  const end = writeInteger(raw, HALF, out, writeInteger(raw, 0, out, 2))
  out[0] = 0x30
  out[1] = end - 2
  return out.subarray(0, end)
}
