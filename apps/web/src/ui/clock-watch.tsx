'use client'
import { lazy, Suspense, useSyncExternalStore } from 'react'
import { onOffset, wrongByMs } from '../api/clock.ts'

const ClockNotice = lazy(() => import('./clock-notice.tsx'))

/** Watches whether the clock of the device is wrong; the words are loaded only when it is. */
export function ClockWatch() {
  const wrongMs = useSyncExternalStore(onOffset, wrongByMs, () => 0)
  if (wrongMs === 0) return null
  return (
    <Suspense>
      <ClockNotice wrongMs={wrongMs} />
    </Suspense>
  )
}
