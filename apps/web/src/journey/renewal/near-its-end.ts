import { isNearItsEnd as isServiceNearItsEnd } from '@gesim/proofs'
import type { Intent } from '../../api/shapes.ts'
import { usageShown } from '../usage.ts'

/**
 * Whether whoever orders the renewal of a purchase now buys the next one at once, by the server's own rule; the server says in the
 * draft what it found.
 */
export function isNearItsEnd(intent: Intent, nowSeconds: number): boolean {
  const { state, deadline, plan } = intent
  const { usedBytes, wholeBytes } = usageShown(intent)
  return isServiceNearItsEnd(
    { state, deadline, validityDays: plan.validityDays, usedBytes, wholeBytes },
    nowSeconds,
  )
}
