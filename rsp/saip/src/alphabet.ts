import { concatBytes } from '@gesim/base'

/** The basic set of the default alphabet (TS 23.038, 6.2.1), each character at its code; 1B leads to another table. */
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'

/**
 * A name as the files of a USIM hold it (TS 31.102, annex A of TS 31.101): the default alphabet, one octet a
 * character, or `80` and UCS2 where that alphabet lacks a character. What has no room is left out, by whole characters.
 */
export function alphaField(name: string, maxBytes: number): Uint8Array {
  const codes = [...name].map((character) => (character === '\u001b' ? -1 : BASIC.indexOf(character)))
  if (codes.every((code) => code >= 0)) return Uint8Array.from(codes.slice(0, maxBytes))
  const units: number[] = []
  for (const character of name) {
    const own = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
    if (1 + 2 * (units.length + own.length) > maxBytes) break
    units.push(...own)
  }
  return concatBytes(Uint8Array.of(0x80), Uint8Array.from(units.flatMap((unit) => [unit >> 8, unit & 0xff])))
}
