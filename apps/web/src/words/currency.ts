import { LOCALES, type Locale } from './locales.ts'

export const CURRENCY_COOKIE = 'currency'

/** No estimate: amounts are in USDC alone. */
export const NO_CURRENCY = 'none'

/** Where a currency is what people count in, by ISO 3166 region. Where none of these is, nothing is estimated unasked. */
const REGIONS: Readonly<Record<string, readonly string[]>> = {
  EUR: 'AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MC ME MT NL PT SI SK SM VA'.split(' '),
  GBP: ['GB', 'GG', 'IM', 'JE'],
  USD: ['US', 'PR', 'EC', 'SV', 'PA'],
  JPY: ['JP'],
  BRL: ['BR'],
  CHF: ['CH', 'LI'],
  MXN: ['MX'],
  AED: ['AE'],
}

/** Whether a text can be kept as a choice: a code of three letters, or none at all. */
export function isCurrencyChoice(text: string | undefined): text is string {
  return text !== undefined && (text === NO_CURRENCY || /^[A-Z]{3}$/.test(text))
}

/**
 * The reader's own choice, else the currency of the first region that the browser's languages name, else the one where
 * the page's language is mostly spoken. Nothing is guessed from where they are. Null where there is none of these.
 */
export function currencyFor(
  cookie: string | undefined,
  acceptLanguage: string | null,
  locale: Locale,
): string | null {
  if (isCurrencyChoice(cookie)) return cookie === NO_CURRENCY ? null : cookie
  const named = (acceptLanguage ?? '')
    .split(',')
    .map((part) => /^[a-z]{2,3}(?:-[a-z]{4})?-([a-z]{2})$/i.exec(part.split(';')[0]!.trim())?.[1])
    .find((region) => region !== undefined)
  const region = named?.toUpperCase() ?? new Intl.Locale(LOCALES[locale].tag).maximize().region
  const found = Object.entries(REGIONS).find(([, regions]) => regions.includes(region ?? ''))
  return found?.[0] ?? null
}

const PLACES = 18

/** Making a formatter costs far more than using it, and a list of plans has many prices. */
const kept = new Map<string, Intl.NumberFormat>()

function moneyFormat(currency: string, locale: string): Intl.NumberFormat {
  const key = `${locale}/${currency}`
  const format = kept.get(key) ?? new Intl.NumberFormat(locale, { style: 'currency', currency })
  kept.set(key, format)
  return format
}

/**
 * An amount of USDC in a currency at a rate with up to 18 decimals, as the language writes money; null where it would
 * read as nothing. The formatter is given decimal text, never a floating-point number.
 */
export function inCurrency(
  amountMicros: bigint,
  currency: string,
  perUsdc: string,
  locale: string,
): string | null {
  const [whole = '', fraction = ''] = perUsdc.split('.')
  const rate = BigInt(whole + fraction.padEnd(PLACES, '0'))
  const format = moneyFormat(currency, locale)
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  const scale = 10n ** BigInt(6 + PLACES - digits)
  const units = (amountMicros * rate + scale / 2n) / scale
  if (units === 0n && amountMicros !== 0n) return null
  const text = units.toString().padStart(digits + 1, '0')
  const decimal = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
  return format.format(decimal as `${number}`)
}

/** An amount in hundredths of a currency, as cards are charged. */
export function money(minor: number, currency: string, locale: string): string {
  const cents = String(minor).padStart(3, '0')
  const decimal = `${cents.slice(0, -2)}.${cents.slice(-2)}` as `${number}`
  return moneyFormat(currency, locale).format(decimal)
}
