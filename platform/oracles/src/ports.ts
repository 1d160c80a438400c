import type { Hex } from '@gesim/journey'
import type { Reading } from './decide.ts'

/** What an address is about to do, as the compliance hook numbers it. */
export const OPERATIONS = { fund: 1, claim: 2, supply: 3, redeem: 4, withdraw: 5 } as const
type Operation = keyof typeof OPERATIONS

/** What a country asks of whoever sells there, by the strictest publisher whose word holds. */
export interface CountrySignal {
  readonly country: string
  readonly requirement: 'none' | 'registration' | 'blocked'
  readonly publisher: Hex
  /** Hash of the document that says so. */
  readonly source: Hex
  readonly validUntil: number
}

/** The oracles on chain. Every method throws `oracles.chain-unreachable`. */
export interface ChainOracles {
  /** The rate of a pair; null when the oracle refuses it (stale, out of its band, unknown): never a silent fallback. */
  rate(pair: string): Promise<Reading | null>
  /** What publishers say now, of every country that they speak of. */
  signals(): Promise<CountrySignal[]>
  /** Whether the compliance hook lets the address do this. */
  isAllowed(who: Hex, operation: Operation): Promise<boolean>
}
