'use client'
import { useEffect, useState } from 'react'
import { serverNowMs } from '../api/clock.ts'

/** The server's time, by which everything ends, moving every second once the page is alive; null while it is drawn on the server. */
export function useNow(): number | null {
  const [now, setNow] = useState<number | null>(null)
  useEffect(() => {
    setNow(serverNowMs())
    const timer = setInterval(() => setNow(serverNowMs()), 1000)
    return () => clearInterval(timer)
  }, [])
  return now
}
