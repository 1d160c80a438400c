'use client'
import { useMemo } from 'react'
import type { Hex } from '../api/shapes.ts'
import { useLookedAt } from '../api/use-looked-at.ts'
import type { TrustLink } from './trust-link.ts'

const LOOK_EVERY_MS = 5_000

/** A rescue as the chain has it now. Nothing is read while there is no link. */
export function useRescue(link: TrustLink | null, me: Hex | null) {
  const { account, key } = link ?? { account: null, key: null }
  const read = useMemo(
    () => account && (async () => (await import('./rescue.ts')).readRescue({ account, key }, me)),
    [account, key, me],
  )
  const { seen: rescue, failure, look } = useLookedAt(read, LOOK_EVERY_MS)
  return { rescue, failure, look }
}
