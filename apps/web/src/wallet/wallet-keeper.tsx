'use client'
import { isFailure } from '@gesim/base'
import { useEffect } from 'react'
import type { Hex } from '../api/shapes.ts'
import { setWalletState, useWalletState } from './wallet-state.ts'

/**
 * Stands in every page of a signed-in traveller and makes the wallet when there is none yet: nothing is asked and
 * nothing is shown. The cryptography is loaded only when it is needed.
 */
export function WalletKeeper({ account }: { account: Hex | null }) {
  const state = useWalletState()
  useEffect(() => {
    if (account) {
      setWalletState({ step: 'ready', account })
      return
    }
    let gone = false
    setWalletState({ step: 'making' })
    import('./keeper.ts')
      .then((keeper) => keeper.makeWallet())
      .then(
        (made) => !gone && setWalletState({ step: 'ready', account: made }),
        (error) =>
          !gone &&
          setWalletState({ step: 'failed', code: isFailure(error) ? error.code : 'web.wallet-not-sealed' }),
      )
    return () => {
      gone = true
    }
  }, [account])
  return (
    <span
      hidden
      data-testid="wallet-state"
      data-step={state.step}
      data-account={state.step === 'ready' ? state.account : ''}
    />
  )
}
