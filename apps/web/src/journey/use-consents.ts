'use client'
import { isFailure } from '@gesim/base'
import { useCallback, useEffect, useRef, useState } from 'react'
import { ask } from '../api/ask.ts'
import type { Intent, Pairing } from '../api/shapes.ts'
import { isOver } from './steps.ts'

/** What still needs the traveller's hand, because the wallet could not be opened silently. */
export type Asked = { what: 'pairing' | 'activation'; code: string } | null

const ASK_EVERY_MS = 2000

/**
 * Signs what a purchase needs while its page is open: the pairing of a phone that asks, and the consent to activation
 * where no phone is paired. Silently when the wallet opens silently; else it says what to ask for.
 */
export function useConsents(intent: Intent, refresh: () => Promise<void>) {
  const [asked, setAsked] = useState<Asked>(null)
  const [busy, setBusy] = useState(false)
  // Not `intent.paired`: that is true as soon as a phone has asked, and it is then that its key has to be bound.
  const [bound, setBound] = useState(false)
  const signing = useRef(false)
  const newest = useRef(intent)
  newest.current = intent

  const sign = useCallback(
    async (what: 'pairing' | 'activation', pairing: Pairing | null, silent: boolean) => {
      if (signing.current) return
      signing.current = true
      try {
        const { bindDevice, consentToActivation } = await import('./sign-silently.ts')
        if (what === 'pairing' && pairing) await bindDevice(newest.current, pairing, silent)
        if (what === 'activation') await consentToActivation(newest.current, silent)
        setAsked(null)
        await refresh()
      } catch (error) {
        if (!isFailure(error)) throw error
        // Unreachable: the next round asks again. A refusal needs a person.
        if (error.kind === 'refused') setAsked({ what, code: error.code })
      } finally {
        signing.current = false
      }
    },
    [refresh],
  )

  const watching = !bound && !isOver(intent.state) && intent.state !== 'drafted' && asked === null
  useEffect(() => {
    if (!watching) return
    const look = async () => {
      if (document.visibilityState !== 'visible') return
      const pairing = await pairingOf(newest.current.intentId)
      if (pairing?.bound) return setBound(true)
      if (pairing?.device) return sign('pairing', pairing, true)
      if (!pairing?.device && newest.current.consentWanted) return sign('activation', null, true)
    }
    void look()
    const timer = setInterval(look, ASK_EVERY_MS)
    return () => clearInterval(timer)
  }, [watching, sign])

  const allow = useCallback(async () => {
    if (!asked) return
    setBusy(true)
    const pairing = asked.what === 'pairing' ? await pairingOf(newest.current.intentId) : null
    await sign(asked.what, pairing, false)
    setBusy(false)
  }, [asked, sign])

  return { asked, allow, busy }
}

async function pairingOf(intentId: string): Promise<Pairing | null> {
  try {
    return await ask<Pairing>('GET', `/v1/intents/${intentId}/pairing`)
  } catch (error) {
    if (isFailure(error)) return null
    throw error
  }
}
