// A node that restarts is not the end of a purchase: what it did not answer is asked again for a while.
import { sleepMs } from '@gesim/base'

const FIRST_WAIT_MS = 200
const MOST_WAIT_MS = 2_000

/**
 * A `fetch` that asks again while nobody answers, or while the answer is 503. Everything that the command sends may be
 * sent twice: reads, what carries an idempotency key, and signed operations, which have a nonce.
 */
export function patientFetch(withinMs: number, onWait: () => void = () => {}): typeof fetch {
  return async (input, init) => {
    const end = Date.now() + withinMs
    const attempt = () => fetch(input instanceof Request ? input.clone() : input, init)
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MOST_WAIT_MS)) {
      const last = Date.now() + waitMs > end
      try {
        const response = await attempt()
        if (response.status !== 503 || last) return response
        await response.body?.cancel()
      } catch (error) {
        // Whoever gave the signal has given up: that is not the other side's silence.
        if (last || init?.signal?.aborted) throw error
      }
      onWait()
      await sleepMs(waitMs)
    }
  }
}
