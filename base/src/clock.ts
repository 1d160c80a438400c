/** Where time comes from; a test passes its own. */
export interface Clock {
  /** Milliseconds since 1970 (UTC). */
  nowMs(): number
}

export const systemClock: Clock = { nowMs: () => Date.now() }

/** Milliseconds since 1970. */
export function nowMs(): number {
  return Date.now()
}

/** Whole seconds since 1970, as the chain counts time. */
export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

/** Resolves after `durationMs`; rejects with the signal's reason when aborted. */
export function sleepMs(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, durationMs)
    function onAbort() {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
