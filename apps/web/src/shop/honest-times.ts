import type { IntentTerms } from '@gesim/proofs'

const DAY_SECONDS = 86_400
/** No operator may be set to deliver later (INTENTS_PROVISION_SECONDS), and a day for a clock that is not the server's. */
const MOST_DELIVERY_DAYS = 31

/**
 * Whether the times in terms are those of a plan of so many days that may still be bought at `boughtBy`: then there is time to
 * deliver it, a month at the most, and all its days after that, but no more. What waits longer keeps the money from coming back by
 * itself; what lasts longer, a purchase open.
 */
export function areTimesHonest(
  { provisionBy, deadline }: Pick<IntentTerms, 'provisionBy' | 'deadline'>,
  { boughtBy, validityDays }: { boughtBy: number; validityDays: number },
): boolean {
  const whole = provisionBy + validityDays * DAY_SECONDS
  return (
    provisionBy > boughtBy &&
    provisionBy <= boughtBy + MOST_DELIVERY_DAYS * DAY_SECONDS &&
    deadline >= whole &&
    deadline <= whole + DAY_SECONDS
  )
}
