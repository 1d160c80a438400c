import type { IntentTerms } from '@gesim/proofs'

const DAY_SECONDS = 86_400

/**
 * Whether the times in terms are those of a plan of so many days that may still be bought at `boughtBy`: then there is time to
 * deliver it, `mostDays` at the most, and all its days after that, but no more. What waits longer keeps the money from coming back by
 * itself; what lasts longer, a purchase open.
 */
export function areTimesHonest(
  { provisionBy, deadline }: Pick<IntentTerms, 'provisionBy' | 'deadline'>,
  { boughtBy, mostDays, validityDays }: { boughtBy: number; mostDays: number; validityDays: number },
): boolean {
  const whole = provisionBy + validityDays * DAY_SECONDS
  return (
    provisionBy > boughtBy &&
    provisionBy <= boughtBy + mostDays * DAY_SECONDS &&
    deadline >= whole &&
    deadline <= whole + DAY_SECONDS
  )
}
