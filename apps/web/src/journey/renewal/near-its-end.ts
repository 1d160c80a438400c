import type { Intent } from '../../api/shapes.ts'
import { usageShown } from '../usage.ts'

const DAY_SECONDS = 86_400
const DUE_PERCENT = 90n

/**
 * Whether a purchase is used up, over, or about to be: whoever orders its renewal now buys the next one at once. The server decides by
 * the same rule (`isNearItsEnd` of `@gesim/intents`) and says what it found in the draft.
 */
export function isNearItsEnd(intent: Intent, nowSeconds: number): boolean {
  const { state, deadline, plan } = intent
  if (state === 'finishing' || state === 'settled') return true
  if (state !== 'active') return false
  const { usedBytes, wholeBytes } = usageShown(intent)
  if (wholeBytes !== null && usedBytes * 100n >= wholeBytes * DUE_PERCENT) return true
  // Of a plan of few days a day is much: then its last quarter.
  return deadline - nowSeconds <= Math.min(DAY_SECONDS, (plan.validityDays * DAY_SECONDS) / 4)
}
