import type { Hex } from '@gesim/journey'

/** Which operations passed a simulation a moment ago, in this process. */
export interface Freshness {
  /** They were simulated as a bundle just now. */
  mark(hashes: readonly Hex[]): void
  /** Whether a simulation of it is so young that another one would tell nothing new. False once it was asked. */
  take(hash: Hex): boolean
}

/**
 * Remembers simulations for a moment. Half of what a chain computes for a bundler is simulating twice what did not change
 * in between. Asked once only: an operation that comes back from a failed bundle is simulated again.
 */
export function rememberFor(lifeMs: number, nowMs: () => number = Date.now): Freshness {
  const marked = new Map<Hex, number>()
  return {
    mark(hashes) {
      const now = nowMs()
      // A map keeps the order of insertion: the oldest come first.
      for (const [hash, at] of marked) {
        if (now - at <= lifeMs) break
        marked.delete(hash)
      }
      for (const hash of hashes) marked.set(hash, now)
    },
    take(hash) {
      const at = marked.get(hash)
      marked.delete(hash)
      return at !== undefined && nowMs() - at <= lifeMs
    },
  }
}
