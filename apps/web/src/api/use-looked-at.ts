'use client'
import { type Failure, isFailure } from '@gesim/base'
import { useCallback, useEffect, useState } from 'react'

/**
 * What the chain says now, read again every `everyMs` while the page is seen. The last answer stays while a later reading fails.
 * `read` is null as long as it is not known what to read, and the same function as long as that does not change.
 */
export function useLookedAt<Seen>(read: (() => Promise<Seen>) | null, everyMs: number) {
  const [seen, setSeen] = useState<Seen | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const look = useCallback(async () => {
    if (!read) return
    try {
      setSeen(await read())
      setFailure(null)
    } catch (error) {
      if (!isFailure(error)) throw error
      setFailure(error)
    }
  }, [read])
  useEffect(() => {
    void look()
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void look()
    }, everyMs)
    return () => clearInterval(timer)
  }, [look, everyMs])
  return { seen, failure, look }
}
