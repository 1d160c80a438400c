'use client'
import { type FailureFacts, isFailure } from '@gesim/base'
import { useCallback, useState } from 'react'
import { ApiFailure, ask } from '../api/ask.ts'
import type { Hex, Wallet } from '../api/shapes.ts'
import { type WebFailureCode, webFailures } from '../failures.ts'
import { FailureNotice } from '../ui/failure-notice.tsx'

/** A failure as the pages of the wallet show it. */
export interface Shown {
  readonly code: string
  readonly says: string
  readonly remedy: string
  readonly facts?: FailureFacts
}

type Work<T> = (account: Hex, entropy: Uint8Array, wallet: Wallet) => Promise<T>

/** Runs something that needs the seed, and keeps what went wrong for the page to show. */
export function useSeed(): {
  busy: boolean
  failure: Shown | null
  run: <T>(work: Work<T>) => Promise<T | null>
} {
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Shown | null>(null)
  const run = useCallback(async <T,>(work: Work<T>) => {
    setBusy(true)
    setFailure(null)
    try {
      const { unlock } = await import('./keeper.ts')
      const wallet = await ask<Wallet>('GET', '/v1/wallet')
      const entropy = await unlock(wallet)
      return await work(wallet.account!, entropy, wallet)
    } catch (error) {
      setFailure(shown(error))
      return null
    } finally {
      setBusy(false)
    }
  }, [])
  return { busy, failure, run }
}

/** The words of a failure. Rethrows what is none: that is a fault of ours, for the error page. */
export function shown(error: unknown): Shown {
  if (error instanceof ApiFailure) return error
  if (!isFailure(error)) throw error
  return {
    code: error.code,
    facts: error.facts,
    ...(webFailures[error.code as WebFailureCode] ?? webFailures['web.answer-unreadable']),
  }
}

/** The failure with the way on: sign in again, restore, or simply once more. */
export function SeedFailure({
  failure,
  back,
  onAgain,
}: {
  failure: Shown
  back: string
  onAgain: () => void
}) {
  return <FailureNotice failure={failure} money="none" onAgain={onAgain} back={back} />
}
