import { formatMicros } from '@gesim/base'

/** Micro-USDC as a person reads it: `4.50`. Sub-cent amounts keep their digits, nothing is rounded away. */
export function usdc(amountMicros: bigint | string | number): string {
  const [whole, fraction] = formatMicros(BigInt(amountMicros)).split('.') as [string, string]
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${fraction}`
}

/** Price of one gigabyte in micro-USDC, rounded up, or null where a plan has no data included. */
export function pricePerGbMicros(priceMicros: bigint, includedBytes: bigint): bigint | null {
  if (includedBytes <= 0n) return null
  return (priceMicros * 1_000_000_000n + includedBytes - 1n) / includedBytes
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Bytes in decimal units, as tariffs count them: `1.5 GB`, `512 MB`. */
export function bytes(count: bigint | string | number): string {
  let value = Number(BigInt(count))
  let unit = 0
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2
  return `${trimZeros(value.toFixed(digits))} ${UNITS[unit]}`
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** A share of a whole in percent, 0 to 100; a whole of zero has no share. */
export function percent(part: bigint, whole: bigint): number {
  if (whole <= 0n) return 0
  const tenths = Number((part * 1000n) / whole)
  return Math.min(100, Math.max(0, tenths / 10))
}

/** `14:05`, or `14:05:09`; in the reader's own time zone unless one is named. */
export function clockTime(atMs: number, seconds = false, timeZone?: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
    timeZone,
  }).format(atMs)
}

/** `25 Nov 2026`. */
export function dayOf(atMs: number, timeZone?: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone,
  }).format(atMs)
}

/** `25 Nov, 14:05`. */
export function dayAndTime(atMs: number, timeZone?: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
  }).format(atMs)
}

/** A length of time in the largest two units that say something: `2 min 5 s`, `3 days`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`
  const seconds = ms / 1000
  if (seconds < 10) return `${trimZeros(seconds.toFixed(1))} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) {
    const rest = Math.round(seconds - minutes * 60)
    return rest ? `${minutes} min ${rest} s` : `${minutes} min`
  }
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`
  return days(Math.floor(hours / 24))
}

/** `1 day`, `30 days`. */
export function days(count: number): string {
  return count === 1 ? '1 day' : `${count} days`
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

/** A whole number with thin groups: `12 345`. */
export function count(value: number | bigint | string): string {
  return new Intl.NumberFormat('en-GB').format(typeof value === 'string' ? BigInt(value) : value)
}
