import { refuse, sleepMs } from '@gesim/base'

/** What the carrier does wrong on purpose, for tests: nothing, never answer, refuse, answer late. */
export const FAULT_MODES = ['none', 'silent', 'refuse', 'delay'] as const

export type FaultMode = (typeof FAULT_MODES)[number]

export interface Fault {
  mode: FaultMode
  delayMs: number
}

/** Suffers the fault before an order is looked at. A silent carrier holds the connection until the caller gives up. */
export async function suffer(fault: Fault, signal: AbortSignal): Promise<void> {
  if (fault.mode === 'refuse') throw refuse('carrier.out-of-service')
  if (fault.mode === 'delay') await sleepMs(fault.delayMs, signal)
  if (fault.mode === 'silent') await sleepMs(3_600_000, signal)
}
