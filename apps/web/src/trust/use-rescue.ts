'use client'
import { type Failure, isFailure } from '@gesim/base'
import { useCallback, useEffect, useState } from 'react'
import type { Hex } from '../api/shapes.ts'
import type { Rescue } from './rescue.ts'
import type { TrustLink } from './trust-link.ts'

const LOOK_EVERY_MS = 5_000

/** A rescue as the chain has it now, looked at again while the page is seen. Nothing is read while there is no link. */
export function useRescue(link: TrustLink | null, me: Hex | null) {
  const [rescue, setRescue] = useState<Rescue | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const { account, key } = link ?? { account: null, key: null }
  const look = useCallback(async () => {
    if (!account) return
    try {
      const { readRescue } = await import('./rescue.ts')
      setRescue(await readRescue({ account, key }, me))
      setFailure(null)
    } catch (error) {
      if (!isFailure(error)) throw error
      setFailure(error)
    }
  }, [account, key, me])
  useEffect(() => {
    void look()
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void look()
    }, LOOK_EVERY_MS)
    return () => clearInterval(timer)
  }, [look])
  return { rescue, failure, look }
}
