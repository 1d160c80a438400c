import { count as countWords, duration } from '../words/format.ts'

export const count = countWords

/** A share of the largest bar, 0 to 100. */
export function percent(value: number, most: number): number {
  return most <= 0 ? 0 : Math.round((value / most) * 1000) / 10
}

/** A measured time, or a dash where nothing was measured yet. */
export function time(ms: number | undefined): string {
  return ms === undefined ? '–' : duration(ms)
}
