'use client'
import { useSyncExternalStore } from 'react'
import type { Hex } from '../api/shapes.ts'

/** How far the silent wallet is. Pages that need it wait for `ready`. */
export type WalletState =
  | { readonly step: 'none' }
  | { readonly step: 'making' }
  | { readonly step: 'ready'; readonly account: Hex }
  | { readonly step: 'failed'; readonly code: string }

let state: WalletState = { step: 'none' }
const listeners = new Set<() => void>()
const NONE: WalletState = { step: 'none' }

export function setWalletState(next: WalletState): void {
  state = next
  for (const listener of listeners) listener()
}

export function useWalletState(): WalletState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => state,
    () => NONE,
  )
}
