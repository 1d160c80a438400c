import { refuse } from '@gesim/base'
import { ask } from '../api/ask.ts'
import type { SpendingView } from '../api/shapes.ts'

/**
 * Asks, before anything is signed, whether one's own limits let an amount through. Throws `web.over-limit` with what is left
 * and, where time helps, when enough is free. The server counts again when the payment is promised.
 */
export async function requireWithinLimits(amountMicros: bigint): Promise<void> {
  const view = await ask<SpendingView>('GET', `/v1/wallet/limits?wantMicros=${amountMicros}`)
  if (view.wanted?.allowed !== false) return
  const { freesAtMs } = view.wanted
  throw refuse('web.over-limit', {
    leftMicros: view.leftMicros ?? '0',
    ...(typeof freesAtMs === 'number' ? { freesAtMs } : {}),
  })
}
