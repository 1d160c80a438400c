import { refuse } from '@gesim/base'

function requireDigits(what: string, text: string, min: number, max: number): string {
  if (!/^\d+$/.test(text) || text.length < min || text.length > max)
    throw refuse('saip.value-invalid', { what, expected: `${min} to ${max} digits` })
  return text
}

/** Digits two in a byte, first digit in the high half, filled up with F. */
export function packDigits(digits: string): Uint8Array {
  const even = digits.length % 2 ? `${digits}F` : digits
  return Uint8Array.from({ length: even.length / 2 }, (_, i) =>
    Number.parseInt(even.slice(2 * i, 2 * i + 2), 16),
  )
}

/** Exchanges the halves of each byte: the order in which files of a card hold digits. */
export function swapNibbles(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => ((byte << 4) | (byte >> 4)) & 0xff)
}

/** The digits up to the first F. Throws `saip.value-invalid` when a half byte is neither. */
export function unpackDigits(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  const digits = text.replace(/f+$/, '')
  if (!/^\d*$/.test(digits)) throw refuse('saip.value-invalid', { what: 'digits' })
  return digits
}

/** The ten bytes of an ICCID as a profile header holds it: digits in order, filled up with F. */
export function iccidToBytes(iccid: string): Uint8Array {
  const packed = packDigits(requireDigits('iccid', iccid, 18, 20))
  const out = new Uint8Array(10).fill(0xff)
  out.set(packed)
  return out
}

/** The digits of an ICCID from the bytes of a profile header. */
export function iccidFromBytes(bytes: Uint8Array): string {
  if (bytes.length !== 10) throw refuse('saip.value-invalid', { what: 'iccid', expected: '10 bytes' })
  return unpackDigits(bytes)
}

/** Whether the last digit is the check digit of ITU-T E.118 (Luhn). */
export function luhnMatches(digits: string): boolean {
  return digits.length > 1 && luhnDigit(digits.slice(0, -1)) === digits.at(-1)
}

/** The check digit to append (Luhn, ITU-T E.118). */
export function luhnDigit(digits: string): string {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    let digit = Number(digits[digits.length - 1 - i])
    if (i % 2 === 0) {
      digit *= 2
      if (digit > 9) digit -= 9
    }
    sum += digit
  }
  return String((10 - (sum % 10)) % 10)
}

/** EF.IMSI (TS 31.102, 4.2.2): length, then parity and digits in the swapped order. */
export function imsiToFile(imsi: string): Uint8Array {
  requireDigits('imsi', imsi, 6, 15)
  const odd = imsi.length % 2
  const nibbles = `${odd ? '9' : '1'}${imsi}${odd ? '' : 'F'}`
  const packed = swapNibbles(packDigits(nibbles))
  const out = new Uint8Array(9).fill(0xff)
  out[0] = packed.length
  out.set(packed, 1)
  return out
}

/** The digits of an IMSI from EF.IMSI. Throws `saip.value-invalid`. */
export function imsiFromFile(file: Uint8Array): string {
  const length = file[0] ?? 0
  if (length < 1 || length > 8 || file.length < 1 + length)
    throw refuse('saip.value-invalid', { what: 'imsi' })
  const nibbles = unpackDigits(swapNibbles(file.subarray(1, 1 + length)))
  return requireDigits('imsi', nibbles.slice(1), 1, 15)
}

/** Eight bytes of a PIN or PUK: its digits as text, filled up with FF. */
export function pinToBytes(what: string, pin: string): Uint8Array {
  requireDigits(what, pin, 4, 8)
  const out = new Uint8Array(8).fill(0xff)
  for (let i = 0; i < pin.length; i++) out[i] = pin.charCodeAt(i)
  return out
}

/** The three bytes of a network (TS 24.008, 10.5.1.3). */
export function plmnToBytes(mcc: string, mnc: string): Uint8Array {
  requireDigits('mcc', mcc, 3, 3)
  requireDigits('mnc', mnc, 2, 3)
  const nibbles = [mcc[1], mcc[0], mnc[2] ?? 'F', mcc[2], mnc[1], mnc[0]].join('')
  return packDigits(nibbles)
}
