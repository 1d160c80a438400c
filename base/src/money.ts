/** Micro-USDC in one USDC: the token has six decimals. */
export const MICROS_PER_USDC = 1_000_000n

/** Bytes in a gigabyte of a tariff: decimal, as on chain (facts of settlement, amendment 3). */
export const GB_BYTES = 1_000_000_000n

/** `a * b / divisor`, rounded down: in favour of whoever pays the result. */
export function mulDivDown(a: bigint, b: bigint, divisor: bigint): bigint {
  requireNatural(a, b, divisor)
  return (a * b) / divisor
}

/** `a * b / divisor`, rounded up: in favour of whoever receives the result, by less than one micro. */
export function mulDivUp(a: bigint, b: bigint, divisor: bigint): bigint {
  requireNatural(a, b, divisor)
  return (a * b + divisor - 1n) / divisor
}

function requireNatural(a: bigint, b: bigint, divisor: bigint): void {
  if (a < 0n || b < 0n || divisor <= 0n)
    throw new RangeError('factors must be at least 0, the divisor above 0')
}

/** The smallest of the values. */
export function minBigint(first: bigint, ...rest: readonly bigint[]): bigint {
  return rest.reduce((least, value) => (value < least ? value : least), first)
}

/** The largest of the values. */
export function maxBigint(first: bigint, ...rest: readonly bigint[]): bigint {
  return rest.reduce((most, value) => (value > most ? value : most), first)
}

/** Micro-USDC as a decimal of USDC: at least two, at most six fraction digits, no rounding. */
export function formatMicros(amountMicros: bigint): string {
  const sign = amountMicros < 0n ? '-' : ''
  const digits = (amountMicros < 0n ? -amountMicros : amountMicros).toString().padStart(7, '0')
  const fraction = digits.slice(-6).replace(/0{1,4}$/, '')
  return `${sign}${digits.slice(0, -6)}.${fraction}`
}

/** Reads a decimal amount of USDC into micros. Throws a `TypeError` on anything but digits with up to six decimals. */
export function parseMicros(text: string): bigint {
  const match = /^(\d{1,18})(?:\.(\d{1,6}))?$/.exec(text)
  if (!match) throw new TypeError('not an amount in USDC with at most six decimals')
  return BigInt(match[1]!) * MICROS_PER_USDC + BigInt((match[2] ?? '').padEnd(6, '0'))
}
