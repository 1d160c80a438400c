import { refuse, unreachable } from '@gesim/base'
import type { Carrier, OrderReference } from '../ports.ts'

/** A carrier in memory that keeps what it was asked, over restarts of the stage. */
export interface CarrierTwin extends Carrier {
  /** What it does with the next calls. */
  mode: 'answers' | 'silent' | 'refuses'
  /** Runs inside the next call, before its answer: what happens meanwhile. */
  meanwhile?: (() => Promise<void>) | undefined
  /** Call name to ICCID. */
  readonly reserved: Map<string, string>
  readonly confirmed: Map<string, string>
  readonly cancelled: Set<string>
  calls: number
}

export function carrierTwin(book: number): CarrierTwin {
  const reserved = new Map<string, string>()
  const confirmed = new Map<string, string>()
  const cancelled = new Set<string>()
  let drawn = 0
  const weather = async (twin: CarrierTwin): Promise<void> => {
    twin.calls++
    if (twin.mode === 'silent') throw unreachable('provisioner.carrier-silent', { book })
    if (twin.mode === 'refuses') throw refuse('provisioner.carrier-refused', { book })
    const { meanwhile } = twin
    twin.meanwhile = undefined
    await meanwhile?.()
  }
  const twin: CarrierTwin = {
    book,
    name: `carrier ${book}`,
    radioUrl: `http://radio-${book}.invalid/radio`,
    warms: true,
    mode: 'answers',
    reserved,
    confirmed,
    cancelled,
    calls: 0,
    async reserve(order: OrderReference) {
      await weather(twin)
      const iccid = reserved.get(order.call) ?? `8999900${book}${String(++drawn).padStart(11, '0')}`
      reserved.set(order.call, iccid)
      return { handle: iccid, iccid }
    },
    async confirm(order, reservation) {
      await weather(twin)
      if (cancelled.has(reservation.handle)) throw refuse('provisioner.profile-gone', { book })
      confirmed.set(order.call, reservation.handle)
      return {
        activationCode: `LPA:1$localhost:8443$CODE-${reservation.handle.slice(-6)}`,
        handle: reservation.handle,
        iccid: reservation.handle,
      }
    },
    async cancel(_order, handle) {
      await weather(twin)
      cancelled.add(handle)
    },
  }
  return twin
}
