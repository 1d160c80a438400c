import type { Hex } from '@gesim/journey'
import type { Reading } from './decide.ts'

/** What an address is about to do, as the compliance hook numbers it. */
export const OPERATIONS = { fund: 1, claim: 2, supply: 3, redeem: 4, withdraw: 5 } as const
type Operation = keyof typeof OPERATIONS

/** The oracles on chain. Every method throws `oracles.chain-unreachable`. */
export interface ChainOracles {
  /** The rate of a pair; null when the oracle refuses it (stale, out of its band, unknown): never a silent fallback. */
  rate(pair: string): Promise<Reading | null>
  /** Whether the compliance hook lets the address do this. */
  isAllowed(who: Hex, operation: Operation): Promise<boolean>
}
