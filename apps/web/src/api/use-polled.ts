'use client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiFailure, ask } from './ask.ts'

export interface Polled<Answer> {
  readonly data: Answer | null
  readonly failure: ApiFailure | null
  readonly refresh: () => Promise<void>
}

/**
 * Keeps an answer fresh: asks again every `everyMs` while the page is seen, and at once when it is seen again or the
 * network is back. The last good answer stays while a later one fails.
 */
export function usePolled<Answer>(
  path: string,
  initial: Answer | null,
  everyMs: number | null,
): Polled<Answer> {
  const [data, setData] = useState<Answer | null>(initial)
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const running = useRef<AbortController | null>(null)

  const refresh = useCallback(async () => {
    running.current?.abort()
    const control = new AbortController()
    running.current = control
    try {
      const answer = await ask<Answer>('GET', path, { signal: control.signal })
      setData(answer)
      setFailure(null)
    } catch (error) {
      if (control.signal.aborted) return
      if (error instanceof ApiFailure) setFailure(error)
      else throw error
    }
  }, [path])

  useEffect(() => {
    if (initial === null) void refresh()
    const wake = () => {
      if (document.visibilityState === 'visible') void refresh()
    }
    document.addEventListener('visibilitychange', wake)
    window.addEventListener('online', wake)
    const timer = everyMs === null ? undefined : setInterval(wake, everyMs)
    return () => {
      document.removeEventListener('visibilitychange', wake)
      window.removeEventListener('online', wake)
      clearInterval(timer)
      running.current?.abort()
    }
  }, [initial, everyMs, refresh])

  return { data, failure, refresh }
}
