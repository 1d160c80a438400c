/** A rate with 18 decimals as the oracle gave it. */
export interface Reading {
  readonly pair: string
  readonly price: bigint
  readonly updatedAt: number
}

const DECIMALS = 18

/** A price with 18 decimals as a decimal number, without superfluous zeros. */
export function formatRate(price: bigint): string {
  const digits = price.toString().padStart(DECIMALS + 1, '0')
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, '')
  return fraction === '' ? digits.slice(0, -DECIMALS) : `${digits.slice(0, -DECIMALS)}.${fraction}`
}

/** The price with 18 decimals that such a number stands for. */
export function parseRate(rate: string): bigint {
  const [whole = '', fraction = ''] = rate.split('.')
  return BigInt(whole + fraction.padEnd(DECIMALS, '0'))
}

/** Whether a reading says something that the last one did not. */
export function isNews(
  before: { readonly rate: string; readonly updatedAt: number } | null,
  reading: Reading,
): boolean {
  return (
    before === null || before.rate !== formatRate(reading.price) || before.updatedAt !== reading.updatedAt
  )
}

/** A rate as it is kept, with 18 decimals. */
export interface KeptRate {
  readonly pair: string
  readonly price: bigint
  readonly updatedAt: number
  readonly readAt: number
  /** When the oracle refused the pair since; null while it answers. */
  readonly refusedAt: number | null
}

/** What one USDC is worth in a currency. */
export interface Estimate {
  readonly currency: string
  readonly perUsdc: string
  /** When the older of the feeds behind it last answered. */
  readonly asOf: number
  readonly holdsUntil: number
}

const ONE = 10n ** 18n

/**
 * What one USDC is worth in each currency that has a rate: by way of the dollar, whose own rate is asked as well, because
 * a stablecoin is not a dollar by name. A pair that the oracle refuses, or that was not read for `holdSeconds`, says nothing.
 */
export function estimatesOf(rates: readonly KeptRate[], nowSeconds: number, holdSeconds: number): Estimate[] {
  const holding = rates.filter(
    (rate) => rate.refusedAt === null && rate.price > 0n && nowSeconds < rate.readAt + holdSeconds,
  )
  const dollar = holding.find((rate) => rate.pair === 'USDC/USD')
  if (!dollar) return []
  const of = (currency: string, perUsdc: bigint, rate: KeptRate): Estimate => ({
    currency,
    perUsdc: formatRate(perUsdc),
    asOf: Math.min(dollar.updatedAt, rate.updatedAt),
    holdsUntil: Math.min(dollar.readAt, rate.readAt) + holdSeconds,
  })
  const others = holding.flatMap((rate) => {
    // ISO 4217 codes have three letters; ether is priced for gas only.
    const currency = /^([A-Z]{3})\/USD$/.exec(rate.pair)?.[1]
    return currency && currency !== 'ETH' ? [of(currency, (dollar.price * ONE) / rate.price, rate)] : []
  })
  return [of('USD', dollar.price, dollar), ...others]
}
