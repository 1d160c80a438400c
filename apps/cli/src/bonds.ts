import { parseMicros, refuse } from '@gesim/base'

type Hex = `0x${string}`

/** One full bond: enough to ask a first time for each of the three figures that may count for a purchase. */
const OF_EACH_INTENT_MICROS = 5_000_000n

/** What `gesim exit take` may still post as bonds: whoever answers is paid them, so no node may have more and more posted. */
export interface Bonds {
  allows(intentId: Hex, bondMicros: bigint): boolean
  /** Counts a bond as soon as it is signed for, whatever the node says of it later. */
  signed(intentId: Hex, bondMicros: bigint): void
}

/** With a most, that is for the whole run; without one, each intent has one full bond. */
export function createBonds(mostMicros: bigint | null): Bonds {
  const posted = new Map<Hex, bigint>()
  const ofIntent = (intentId: Hex) => posted.get(intentId) ?? 0n
  const ofAll = () => [...posted.values()].reduce((sum, one) => sum + one, 0n)
  return {
    allows: (intentId, bondMicros) =>
      mostMicros === null
        ? ofIntent(intentId) + bondMicros <= OF_EACH_INTENT_MICROS
        : ofAll() + bondMicros <= mostMicros,
    signed(intentId, bondMicros) {
      posted.set(intentId, ofIntent(intentId) + bondMicros)
    },
  }
}

/** Reads `--bond`; null without it. */
export function readMostBonds(text: string | undefined): bigint | null {
  if (text === undefined) return null
  try {
    return parseMicros(text)
  } catch (cause) {
    throw refuse(
      'cli.not-understood',
      { why: `--bond ${text} is no amount in USDC, such as 5 or 2.5` },
      cause,
    )
  }
}
