/** Answers that took longer say too little about the moment in which they were written. */
const MOST_ROUND_TRIP_MS = 5000
/** The header knows whole seconds, and the way takes time: less than this is no difference. */
const LEAST_MS = 3000
/** From here on the traveller is told. */
const WRONG_MS = 5 * 60_000

/**
 * How far the server is ahead of this device, from the `Date` of an answer (RFC 9110 6.6.1) that was written about
 * halfway between question and answer. Null where the answer does not tell: too slow, without date, or kept by a cache.
 */
export function offsetOf(headers: Headers, receivedAtMs: number, roundTripMs: number): number | null {
  const writtenAtMs = Date.parse(headers.get('date') ?? '')
  const fresh = /\bno-store\b/.test(headers.get('cache-control') ?? '') && !headers.has('age')
  if (Number.isNaN(writtenAtMs) || !fresh || roundTripMs > MOST_ROUND_TRIP_MS) return null
  const offset = writtenAtMs + 500 - (receivedAtMs - roundTripMs / 2)
  return Math.abs(offset) < LEAST_MS ? 0 : Math.round(offset)
}

let offsetMs = 0
const listeners = new Set<() => void>()

/** The time as the server has it, as far as its answers told: quotes, codes and deadlines end by that one. */
export function serverNowMs(): number {
  return Date.now() + offsetMs
}

/** Learns from an answer that was asked for at `askedAt`, a moment of `performance.now()`: no clock change moves it. */
export function learnTime(answer: Response, askedAt: number): void {
  const offset = offsetOf(answer.headers, Date.now(), performance.now() - askedAt)
  // Answers differ by a second or two; a countdown that jumps with each of them would only unsettle.
  if (offset === null || Math.abs(offset - offsetMs) < LEAST_MS) return
  offsetMs = offset
  for (const listener of listeners) listener()
}

/** How wrong the clock of this device is, where that is worth saying; else 0. Positive: it is slow. */
export function wrongByMs(): number {
  return Math.abs(offsetMs) > WRONG_MS ? offsetMs : 0
}

export function onOffset(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
