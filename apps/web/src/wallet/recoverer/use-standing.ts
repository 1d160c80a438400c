'use client'
import { useMemo } from 'react'
import type { Hex, Wallet } from '../../api/shapes.ts'
import { useLookedAt } from '../../api/use-looked-at.ts'

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

/** The account as the chain has it now. */
export function useStanding(account: Hex | null, owner: Hex | null) {
  const read = useMemo(
    () => account && (async () => (await import('./standing.ts')).readStanding(account, owner)),
    [account, owner],
  )
  const { seen: standing, failure, look } = useLookedAt(read, LOOK_EVERY_MS)
  return { standing, failure, look }
}
