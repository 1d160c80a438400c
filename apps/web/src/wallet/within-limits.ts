import { refuse } from '@gesim/base'
import { ask } from '../api/ask.ts'
import type { Hex, SpendingView } from '../api/shapes.ts'

/**
 * Asks, before anything is signed, whether one's own limits let an amount through. Throws `web.over-limit` with what is left
 * and, where time helps, when enough is free. A purchase that was promised before, and whose payment failed, is named: its own
 * promise does not stand in its way. The server counts again when the payment is promised.
 */
export async function requireWithinLimits(amountMicros: bigint, intentId?: Hex): Promise<void> {
  const own = intentId ? `&intentId=${intentId}` : ''
  const view = await ask<SpendingView>('GET', `/v1/wallet/limits?wantMicros=${amountMicros}${own}`)
  if (view.wanted?.allowed !== false) return
  const { freesAtMs } = view.wanted
  throw refuse('web.over-limit', {
    leftMicros: view.leftMicros ?? '0',
    ...(typeof freesAtMs === 'number' ? { freesAtMs } : {}),
  })
}
