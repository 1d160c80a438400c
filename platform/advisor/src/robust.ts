/** The value below which a share of the sorted values lies; an upper order statistic, so never too small. */
export function upperQuantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return Number.NaN
  const rank = Math.ceil(share * (sorted.length + 1))
  return rank > sorted.length ? Number.POSITIVE_INFINITY : sorted[Math.max(0, rank - 1)]!
}

/** The median; of an even number the mean of the middle two. */
export function medianOf(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Turns a median absolute deviation into a standard deviation of a normal distribution. */
const MAD_TO_SIGMA = 1.4826

/** The middle and the spread of a cohort, in a form that a giant among them cannot bend. */
export interface Centre {
  readonly median: number
  readonly sigma: number
}

/** Median and MAD of the values. A cohort without spread would call anything an outlier: `floor` is assumed at least. */
export function centreOf(values: readonly number[], floor: number): Centre {
  const median = medianOf(values)
  const deviation = medianOf(values.map((value) => Math.abs(value - median)))
  return { median, sigma: Math.max(MAD_TO_SIGMA * deviation, floor) }
}

/** How many robust standard deviations a value lies from the centre. */
export function robustDistance(value: number, centre: Centre): number {
  return Math.abs(value - centre.median) / centre.sigma
}
