'use client'
import { type Failure, isFailure } from '@gesim/base'
import { useCallback, useEffect, useState } from 'react'
import type { Hex, Wallet } from '../../api/shapes.ts'
import type { Standing } from './standing.ts'

const LOOK_EVERY_MS = 10_000

/** What was done last, to be said once it is true. */
export type Deed = 'named' | 'removed' | 'stopped'

/** Sends one change of the account and tells whether it went through. */
export type Change = (deed: Deed, work: Work) => Promise<boolean>
type Work = (
  chain: typeof import('./standing.ts'),
  account: Parameters<typeof import('./standing.ts').nameRecoverer>[0],
) => Promise<void>

/** The wallet's own key: of the signers the one that is an address. */
export function ownerOf(wallet: Wallet): Hex | null {
  return wallet.signers.find((signer) => signer.length === 42) ?? null
}

/** The account as the chain has it now, looked at again while the page is seen. */
export function useStanding(account: Hex | null, owner: Hex | null) {
  const [standing, setStanding] = useState<Standing | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const look = useCallback(async () => {
    if (!account) return
    try {
      const { readStanding } = await import('./standing.ts')
      setStanding(await readStanding(account, owner))
      setFailure(null)
    } catch (error) {
      if (!isFailure(error)) throw error
      setFailure(error)
    }
  }, [account, owner])
  useEffect(() => {
    void look()
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void look()
    }, LOOK_EVERY_MS)
    return () => clearInterval(timer)
  }, [look])
  return { standing, failure, look }
}
