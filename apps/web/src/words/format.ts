import { formatMicros } from '@gesim/base'

/** The dashboards speak English; the traveller's pages say which language they want. */
const ENGLISH = 'en-GB'

/** Making an `Intl` formatter costs far more than using it. */
const kept = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>()

function numbers(locale: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = `n${locale}${JSON.stringify(options)}`
  const format = (kept.get(key) as Intl.NumberFormat | undefined) ?? new Intl.NumberFormat(locale, options)
  kept.set(key, format)
  return format
}

function dates(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `d${locale}${JSON.stringify(options)}`
  const format =
    (kept.get(key) as Intl.DateTimeFormat | undefined) ?? new Intl.DateTimeFormat(locale, options)
  kept.set(key, format)
  return format
}

/**
 * Micro-USDC as a person reads it: `4.50`. Sub-cent amounts keep their digits, nothing is rounded away: the formatter
 * is given the decimal text, never a floating-point number.
 */
export function usdc(amountMicros: bigint | string | number, locale = ENGLISH): string {
  const decimal = formatMicros(BigInt(amountMicros)) as `${number}`
  return numbers(locale, { minimumFractionDigits: 2, maximumFractionDigits: 6, useGrouping: true }).format(
    decimal,
  )
}

/** Price of one gigabyte in micro-USDC, rounded up, or null where a plan has no data included. */
export function pricePerGbMicros(priceMicros: bigint, includedBytes: bigint): bigint | null {
  if (includedBytes <= 0n) return null
  return (priceMicros * 1_000_000_000n + includedBytes - 1n) / includedBytes
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** Bytes in decimal units, as tariffs count them: `1.5 GB`, `512 MB`; in French `1,5 Go`. */
export function bytes(count: bigint | string | number, locale = ENGLISH): string {
  let value = Number(BigInt(count))
  let unit = 0
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2
  return inUnit(Number(value.toFixed(digits)), UNITS[unit]!, locale, digits)
}

function inUnit(value: number, unit: string, locale: string, digits = 0): string {
  // A short byte is no word in most languages ("999 byte"): it is written out.
  const unitDisplay = unit === 'byte' || unit === 'day' ? 'long' : 'short'
  const words = numbers(locale, { style: 'unit', unit, unitDisplay, maximumFractionDigits: digits }).format(
    value,
  )
  // A figure and its unit stay on one line.
  return words.replaceAll(' ', '\u00a0')
}

/** A share of a whole in percent, 0 to 100; a whole of zero has no share. */
export function percent(part: bigint, whole: bigint): number {
  if (whole <= 0n) return 0
  const tenths = Number((part * 1000n) / whole)
  return Math.min(100, Math.max(0, tenths / 10))
}

/** `90%`, as the language writes it. */
function percentWords(value: number, locale: string): string {
  return numbers(locale, { style: 'percent', maximumFractionDigits: 2 }).format(value / 100)
}

/** `14:05`, or `14:05:09`; in the reader's own time zone unless one is named. */
export function clockTime(atMs: number, seconds = false, timeZone?: string, locale = ENGLISH): string {
  return dates(locale, {
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
    hourCycle: 'h23',
    timeZone,
  }).format(atMs)
}

/** `25 Nov 2026`. */
function dayOf(atMs: number, timeZone: string | undefined, locale: string): string {
  return dates(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone }).format(atMs)
}

/** `25 Nov, 14:05`. */
function dayAndTime(atMs: number, timeZone: string | undefined, locale: string): string {
  return dates(locale, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  }).format(atMs)
}

/** The forms in which a moment is shown. */
export const MOMENTS = {
  both: dayAndTime,
  day: dayOf,
  time: (atMs: number, zone: string | undefined, locale: string) => clockTime(atMs, false, zone, locale),
  seconds: (atMs: number, zone: string | undefined, locale: string) => clockTime(atMs, true, zone, locale),
} as const

/** A length of time in the largest two units that say something: `2 mins 5 secs`, `3 days`. */
export function duration(ms: number, locale = ENGLISH): string {
  if (ms < 1000) return inUnit(Math.max(0, Math.round(ms)), 'millisecond', locale)
  const seconds = ms / 1000
  if (seconds < 60)
    return inUnit(Number(seconds.toFixed(seconds < 10 ? 1 : 0)), 'second', locale, seconds < 10 ? 1 : 0)
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return pair(minutes, 'minute', Math.round(seconds - minutes * 60), 'second', locale)
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return pair(hours, 'hour', minutes % 60, 'minute', locale)
  return inUnit(Math.floor(hours / 24), 'day', locale)
}

function pair(large: number, largeUnit: string, rest: number, restUnit: string, locale: string): string {
  const head = inUnit(large, largeUnit, locale)
  if (!rest) return head
  const both = new Intl.ListFormat(locale, { style: 'narrow', type: 'unit' })
  return both.format([head, inUnit(rest, restUnit, locale)])
}

/** `4:07` until a moment, `0:00` once it has passed. */
export function countdown(untilMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.ceil((untilMs - nowMs) / 1000))
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const tail = String(seconds % 60).padStart(2, '0')
  return hours ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`
}

/** `0x1234…abcd`: enough of an id, address or hash to compare, the whole is copied. */
export function short(hex: string, head = 6, tail = 4): string {
  return hex.length <= head + tail + 1 ? hex : `${hex.slice(0, head)}…${hex.slice(-tail)}`
}

/** A whole number in groups: `12,345`. */
export function count(value: number | bigint | string, locale = ENGLISH): string {
  return numbers(locale).format(typeof value === 'string' ? BigInt(value) : value)
}

/** The formats of one language. */
export interface Formats {
  readonly locale: string
  usdc(amountMicros: bigint | string | number): string
  bytes(count: bigint | string | number): string
  duration(ms: number): string
  count(value: number | bigint | string): string
  percent(value: number): string
  list(parts: readonly string[]): string
}

const known = new Map<string, Formats>()

/** The formats of a language: always the same object, so that what is made of them need not be made anew. */
export function formatsOf(locale: string): Formats {
  const formats = known.get(locale) ?? madeFor(locale)
  known.set(locale, formats)
  return formats
}

function madeFor(locale: string): Formats {
  return {
    locale,
    usdc: (amount) => usdc(amount, locale),
    bytes: (value) => bytes(value, locale),
    duration: (ms) => duration(ms, locale),
    count: (value) => count(value, locale),
    percent: (value) => percentWords(value, locale),
    list: (parts) => new Intl.ListFormat(locale, { style: 'narrow', type: 'conjunction' }).format(parts),
  }
}
