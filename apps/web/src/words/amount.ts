import { formatMicros, parseMicros } from '@gesim/base'

export type AmountFault = 'form' | 'fine' | 'none'

/** Digits of Arabic and Persian keyboards, and the signs that go with them. */
const OTHER_SIGNS: Readonly<Record<string, string>> = { '٫': '.', '٬': ',', '،': ',' }

/**
 * An amount of USDC as people type it, in micros and without ever being a floating-point number. Groups of three are
 * read as the language writes them (`1,500` in English, `1.500` in German). Else a comma or a dot begins the decimals,
 * except where three digits follow a sign that the language does not use so: that may be meant either way.
 */
export function readAmount(text: string, locale: string): { amountMicros: bigint } | { fault: AmountFault } {
  const { decimal, group } = signsOf(locale)
  const plain = text
    .normalize('NFKC')
    .replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 0xf))
    .replace(/[٫٬،]/g, (sign) => OTHER_SIGNS[sign]!)
    .replace(/\s*USDC\s*$/i, '')
    .trim()
  const [whole = '', ...rest] = splitAtDecimal(plain, decimal, group)
  const digits = withoutGroups(whole, group)
  if (digits === null || rest.length > 1) return { fault: 'form' }
  const fraction = rest[0] ?? ''
  if (!/^\d*$/.test(fraction) || (rest.length === 1 && fraction === '')) return { fault: 'form' }
  if (/[1-9]/.test(fraction.slice(6))) return { fault: 'fine' }
  const decimals = fraction.slice(0, 6)
  const amountMicros = parseMicros(decimals ? `${digits}.${decimals}` : digits)
  return amountMicros === 0n ? { fault: 'none' } : { amountMicros }
}

/** The same amount as text for a field: all its digits, the sign of the language, no groups. */
export function writeAmount(amountMicros: bigint, locale: string): string {
  return formatMicros(amountMicros).replace('.', signsOf(locale).decimal)
}

function signsOf(locale: string): { decimal: string; group: string } {
  const parts = new Intl.NumberFormat(locale).formatToParts(1_234_567.5)
  const sign = (type: string) => parts.find((part) => part.type === type)?.value.normalize('NFKC') ?? ''
  return { decimal: sign('decimal'), group: sign('group') }
}

/** The parts before and after the decimal sign, or nothing that could be read where the sign is not clear. */
function splitAtDecimal(text: string, decimal: string, group: string): string[] {
  const other = decimal === '.' ? ',' : '.'
  if (text.includes(decimal)) return text.split(decimal)
  const parts = text.split(other)
  if (parts.length !== 2) return [text]
  const [before = '', after = ''] = parts
  const wouldBeGroup = after.length === 3 && before !== '' && !/^0+$/.test(before)
  // `1.500` in German is a group of three; where the language has other groups, nobody can tell.
  if (wouldBeGroup) return other === group ? [text] : ['']
  return parts
}

/** The digits of a whole number whose groups, if there are any, have three digits each; null for anything else. */
function withoutGroups(whole: string, group: string): string | null {
  if (/^\d{1,12}$/.test(whole)) return whole
  const groups = group ? whole.split(group) : [whole]
  const [first = '', ...others] = groups
  const well = others.length > 0 && /^[1-9]\d{0,2}$/.test(first) && others.every((one) => /^\d{3}$/.test(one))
  return well && groups.length <= 4 ? groups.join('') : null
}
