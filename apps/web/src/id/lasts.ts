import type { Intent } from '../api/shapes.ts'
import { isHeld } from '../journey/steps.ts'

/**
 * How many days a purchase lasts from its activation on, or null where its end is known. What renewed itself was signed with the
 * latest end that any of its payments could have; when it is activated, its end is that many days away.
 */
export function daysFromActivation({
  renewed,
  state,
  plan,
}: Pick<Intent, 'renewed' | 'state'> & { plan: Pick<Intent['plan'], 'validityDays'> }): number | null {
  return renewed && (state === 'drafted' || isHeld(state)) ? plan.validityDays : null
}
