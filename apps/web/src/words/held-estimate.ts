import { useCallback, useSyncExternalStore } from 'react'
import { onOffset, serverNowMs } from '../api/clock.ts'
import type { Estimate } from '../api/shapes.ts'

/** The longest that a timer of a browser can wait: it counts in 31 bits. */
const MOST_WAIT_MS = 2 ** 31 - 1

/** How long an estimate may still be shown; 0 once its time is over, to the millisecond. */
export function holdsForMs(estimate: Pick<Estimate, 'holdsUntil'> | null, nowMs: number): number {
  return estimate === null ? 0 : Math.max(0, estimate.holdsUntil * 1000 - nowMs)
}

/** Calls back when an estimate ends, and whenever the time may have moved without a timer seeing it. */
export function watchEnd(estimate: Pick<Estimate, 'holdsUntil'> | null, changed: () => void): () => void {
  const leftMs = holdsForMs(estimate, serverNowMs())
  const timer = leftMs > 0 ? setTimeout(changed, Math.min(leftMs, MOST_WAIT_MS)) : undefined
  // A device that slept wakes with its timers late, and a server may tell that its clock is wrong.
  const offset = onOffset(changed)
  document.addEventListener('visibilitychange', changed)
  return () => {
    clearTimeout(timer)
    offset()
    document.removeEventListener('visibilitychange', changed)
  }
}

/** The estimate while it holds, else null. A stored page is drawn as it came and corrected before anything else happens. */
export function useHeld(estimate: Estimate | null): Estimate | null {
  const subscribe = useCallback((changed: () => void) => watchEnd(estimate, changed), [estimate])
  const holds = useSyncExternalStore(
    subscribe,
    () => holdsForMs(estimate, serverNowMs()) > 0,
    () => estimate !== null,
  )
  return holds ? estimate : null
}
