import { sleepMs } from './clock.ts'
import { kindOf } from './failure.ts'

/** How often and how patiently something unreachable is asked again. */
export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly attempts: number
  /** Wait before the second attempt; doubles each time. */
  readonly firstWaitMs: number
  /** No wait is longer. */
  readonly mostWaitMs: number
}

/** Asks again while the other side is unreachable. A refusal or a broken state is thrown at once. */
export async function retry<T>(
  policy: RetryPolicy,
  ask: (attempt: number) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  let waitMs = policy.firstWaitMs
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask(attempt)
    } catch (error) {
      if (kindOf(error) !== 'unreachable' || attempt >= policy.attempts) throw error
      // Half of the wait is drawn, so that many callers do not return in step.
      await sleepMs(waitMs / 2 + (Math.random() * waitMs) / 2, signal)
      waitMs = Math.min(waitMs * 2, policy.mostWaitMs)
    }
  }
}
