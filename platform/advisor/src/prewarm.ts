import { upperQuantile } from './robust.ts'

export const HOUR_SECONDS = 3600
export const HOURS_PER_WEEK = 168

/** Orders of one carrier in one hour; hours without orders between the first and now are rows of 0. */
export interface HourCount {
  /** Seconds since 1970 at the start of the hour. */
  readonly hour: number
  readonly count: number
}

export interface PrewarmCosts {
  /** What one profile too few costs: a traveller waits (any unit, the same as the other). */
  readonly tooFew: number
  /** What one profile too many costs: it is reserved for nothing. */
  readonly tooMany: number
}

/** A late profile costs nine times an idle one: the 0.9 quantile. */
const DEFAULT_PREWARM_COSTS: PrewarmCosts = { tooFew: 9, tooMany: 1 }

export interface PrewarmAdvice {
  readonly hour: number
  readonly count: number
  readonly quantile: number
  readonly why: string
}

/** Weeks of history that count, and observations below which the season is widened. */
const WEEKS = 8
const LEAST_OBSERVATIONS = 4

/**
 * How many profiles should be warm in an hour: the newsvendor quantile cu / (cu + co) of what was ordered in the
 * same hour of earlier weeks; with too few weeks, in the same hour of earlier days; with too few days, in any hour.
 */
export function advisePrewarm(
  history: readonly HourCount[],
  hour: number,
  costs: PrewarmCosts = DEFAULT_PREWARM_COSTS,
): PrewarmAdvice {
  const quantile = costs.tooFew / (costs.tooFew + costs.tooMany)
  const past = history.filter(
    (row) => row.hour < hour && row.hour >= hour - WEEKS * HOURS_PER_WEEK * HOUR_SECONDS,
  )
  const seasons: readonly [string, readonly HourCount[]][] = [
    ['the same hour of earlier weeks', past.filter((row) => apart(row, hour) % HOURS_PER_WEEK === 0)],
    ['the same hour of earlier days', past.filter((row) => apart(row, hour) % 24 === 0)],
    ['all earlier hours', past],
  ]
  const [name, rows] = seasons.find(([, found]) => found.length >= LEAST_OBSERVATIONS) ?? seasons[2]!
  if (rows.length === 0) return { hour, count: 0, quantile, why: 'Nothing was ordered yet.' }
  const sorted = rows.map((row) => row.count).sort((a, b) => a - b)
  const found = upperQuantile(sorted, quantile)
  // Beyond what was ever seen there is no figure to stand on: the largest count is the advice.
  const count = Number.isFinite(found) ? found : sorted[sorted.length - 1]!
  const why = `In ${name} (${rows.length} of them) at most ${count} profiles were ordered ${Math.round(quantile * 100)} % of the time.`
  return { hour, count, quantile, why }
}

function apart(row: HourCount, hour: number): number {
  return Math.round((hour - row.hour) / HOUR_SECONDS)
}

/** Fills the hours in which nothing was ordered, from the first row to before `untilHour`. */
export function withQuietHours(rows: readonly HourCount[], untilHour: number): HourCount[] {
  if (rows.length === 0) return []
  const counts = new Map(rows.map((row) => [row.hour, row.count]))
  const first = Math.min(...counts.keys())
  const filled: HourCount[] = []
  for (let hour = first; hour < untilHour; hour += HOUR_SECONDS)
    filled.push({ hour, count: counts.get(hour) ?? 0 })
  return filled
}
