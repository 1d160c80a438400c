'use client'
import { comparisonDigits } from '@gesim/proofs'
import { useEffect, useState } from 'react'
import type { Hex } from '../api/shapes.ts'

/** The digits to be read out for an address on a wallet; null until they are known. */
export function useComparisonDigits(account: Hex, of: Hex): string | null {
  const [digits, setDigits] = useState<string | null>(null)
  useEffect(() => {
    let gone = false
    setDigits(null)
    import('../chain/network.ts')
      .then(({ network }) => network())
      .then(({ chainId }) => comparisonDigits(chainId, account, of))
      .then(
        (made) => !gone && setDigits(made),
        () => undefined,
      )
    return () => {
      gone = true
    }
  }, [account, of])
  return digits
}
