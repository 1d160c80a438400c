'use client'
import { useEffect, useRef, useState } from 'react'
import type { ApiFailure } from '../api/ask.ts'
import type { Intent } from '../api/shapes.ts'
import { usePolled } from '../api/use-polled.ts'
import { isOver } from './steps.ts'

/** The events that can change what the page of a purchase shows. */
const KINDS = [
  'intent.funded',
  'switch.decided',
  'profile.ordered',
  'order.failed',
  'profile.ready',
  'profile.downloaded',
  'profile.installed',
  'activation.wanted',
  'intent.activated',
  'service.connected',
  'usage.recorded',
  'charge.posted',
  'service.ended',
  'refund.wanted',
  'intent.refunded',
  'root.final',
  'payout.claimed',
  'intent.closed',
  'transaction.refused',
] as const

const REOPEN_AFTER_MS = 5000
const POLL_LIVE_MS = 15_000
const POLL_DEAF_MS = 2500

export interface LiveIntent {
  readonly intent: Intent
  readonly failure: ApiFailure | null
  readonly live: boolean
  readonly refresh: () => Promise<void>
}

/**
 * A purchase as it happens. Events say that something changed, the answer of the API says what: so a lost or doubled
 * event does no harm. Without a stream (a proxy that buffers, a phone that slept) it asks every few seconds.
 */
export function useIntent(initial: Intent): LiveIntent {
  const path = `/v1/intents/${initial.intentId}`
  const [live, setLive] = useState(false)
  const [over, setOver] = useState(isOver(initial.state))
  const everyMs = over ? null : live ? POLL_LIVE_MS : POLL_DEAF_MS
  const { data, failure, refresh } = usePolled<Intent>(path, initial, everyMs)
  const intent = data ?? initial
  const seq = useRef(initial.seq)
  seq.current = intent.seq

  useEffect(() => {
    setOver(isOver(intent.state))
  }, [intent.state])

  useEffect(() => {
    if (over) return
    let source: EventSource | null = null
    let reopen: ReturnType<typeof setTimeout> | undefined
    let soon: ReturnType<typeof setTimeout> | undefined
    const changed = () => {
      // Several events come in one breath; one question answers them all.
      soon ??= setTimeout(() => {
        soon = undefined
        void refresh()
      }, 120)
    }
    const listen = () => {
      source = new EventSource(`${path}/events?after=${seq.current}`)
      source.onopen = () => setLive(true)
      source.onmessage = changed
      for (const kind of KINDS) source.addEventListener(kind, changed)
      source.onerror = () => {
        setLive(false)
        // While CONNECTING the browser tries again by itself, with Last-Event-ID.
        if (source?.readyState === EventSource.CLOSED) reopen = setTimeout(listen, REOPEN_AFTER_MS)
      }
    }
    listen()
    return () => {
      source?.close()
      clearTimeout(reopen)
      clearTimeout(soon)
      setLive(false)
    }
  }, [path, over, refresh])

  return { intent, failure, live, refresh }
}
