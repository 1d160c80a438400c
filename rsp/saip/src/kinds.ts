/**
 * The kinds of profile element, each at the number of its context tag. `null` marks reserved numbers.
 * The names are those of the interoperable profile format.
 */
const NAMES = [
  'header',
  'genericFileManagement',
  'pinCodes',
  'pukCodes',
  'akaParameter',
  'cdmaParameter',
  'securityDomain',
  'rfm',
  'application',
  'nonStandard',
  'end',
  null,
  null,
  null,
  null,
  null,
  'mf',
  'cd',
  'telecom',
  'usim',
  'opt-usim',
  'isim',
  'opt-isim',
  'phonebook',
  'gsm-access',
  'csim',
  'opt-csim',
  'eap',
  'df-5gs',
  'df-saip',
  'df-snpn',
  'df-5gprose',
  'iot',
  'opt-iot',
] as const

export type ElementKind = NonNullable<(typeof NAMES)[number]> | 'unknown'

/** The tag of a context-specific constructed element of the CHOICE: A0 to BE, then BF1F upwards. */
export function contextTag(number: number): number {
  if (number < 31) return 0xa0 | number
  if (number < 128) return 0xbf00 | number
  throw new RangeError('context tag above 127')
}

/** The number of a context-specific constructed tag, or `undefined` for any other tag. */
export function contextNumber(tag: number): number | undefined {
  if (tag >= 0xa0 && tag <= 0xbe) return tag & 0x1f
  if (tag >= 0xbf1f && tag <= 0xbf7f) return tag & 0x7f
  return undefined
}

/** The kind of element that a tag announces. */
export function kindOfTag(tag: number): ElementKind {
  const number = contextNumber(tag)
  return (number === undefined ? null : NAMES[number]) ?? 'unknown'
}

/** The tag of a kind of element. Throws a `RangeError` for `unknown`. */
export function tagOfKind(kind: ElementKind): number {
  const number = (NAMES as readonly (string | null)[]).indexOf(kind)
  if (number < 0) throw new RangeError('an unknown kind has no tag')
  return contextTag(number)
}
