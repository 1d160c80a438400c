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

/** Whether a reading says something that the last one did not. */
export function isNews(
  before: { readonly rate: string; readonly updatedAt: number } | null,
  reading: Reading,
): boolean {
  return (
    before === null || before.rate !== formatRate(reading.price) || before.updatedAt !== reading.updatedAt
  )
}
