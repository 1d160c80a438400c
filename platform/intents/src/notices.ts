import type { EventBodies } from '@gesim/journey'
import { wholeBytes } from '@gesim/proofs'
import type { Changes } from './decide.ts'
import type { IntentRow } from './table.ts'

export type Notice = EventBodies['notice.wanted']['about']

const STEPS = [
  [90n, 'usage-90'],
  [80n, 'usage-80'],
  [50n, 'usage-50'],
] as const

/**
 * What the traveller should hear of a change while no page is open: each share of the data once, of several that one
 * record passes the highest; money that came back by itself, and a plan that renewed
 * itself and that nobody delivers. What they did themselves is no news to them. Where money
 * alone bounds the use, the ledger's charge follows later and is not told.
 */
export function noticeOf(
  before: Pick<IntentRow, 'state' | 'terms' | 'usage' | 'funded_micros' | 'no_carrier' | 'renewed_days'>,
  set: Changes,
): Notice | undefined {
  if (set.state === 'refunded') return before.state === 'refunding' ? 'refunded' : undefined
  // Whoever buys by hand looks at the page; whoever had it bought may not, and its money would come back late by itself.
  if (set.noCarrier && !before.no_carrier && before.renewed_days !== null) return 'renewal-undelivered'
  const state = set.state ?? before.state
  if (!set.usage || (state !== 'active' && state !== 'finishing')) return undefined
  const whole = wholeBytes(before.terms, BigInt(before.funded_micros))
  if (whole === null) return undefined
  const reached = (bytes: string | undefined) =>
    STEPS.find(([percent]) => BigInt(bytes ?? '0') * 100n >= percent * whole)
  const [now, then] = [reached(set.usage.billableBytes), reached(before.usage?.billableBytes)]
  return now && (!then || now[0] > then[0]) ? now[1] : undefined
}
