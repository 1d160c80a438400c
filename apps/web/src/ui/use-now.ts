'use client'
import { useEffect, useState } from 'react'

/** The time, moving every second once the page is alive; null while it is drawn on the server. */
export function useNow(): number | null {
  const [now, setNow] = useState<number | null>(null)
  useEffect(() => {
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return now
}
