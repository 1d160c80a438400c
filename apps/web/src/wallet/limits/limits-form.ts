import type { SpendingView } from '../../api/shapes.ts'
import { type AmountFault, readAmount } from '../../words/amount.ts'

export const LIMIT_FIELDS = ['perPurchaseMicros', 'perDayMicros', 'per30DaysMicros'] as const
export type LimitField = (typeof LIMIT_FIELDS)[number]
type Limits = SpendingView['limits']

/** What was typed, read as limits: an empty field is none, and a zero lets nothing through. Else what is wrong, by field. */
export function readLimits(
  typed: Readonly<Record<LimitField, string>>,
  locale: string,
): { limits: Limits } | { faults: Partial<Record<LimitField, AmountFault>> } {
  const faults: Partial<Record<LimitField, AmountFault>> = {}
  const limits: Record<LimitField, string | null> = {
    perPurchaseMicros: null,
    perDayMicros: null,
    per30DaysMicros: null,
  }
  for (const field of LIMIT_FIELDS) {
    if (typed[field].trim() === '') continue
    const read = readAmount(typed[field], locale)
    if ('amountMicros' in read) limits[field] = read.amountMicros.toString()
    else if (read.fault === 'none') limits[field] = '0'
    else faults[field] = read.fault
  }
  return Object.keys(faults).length > 0 ? { faults } : { limits }
}
