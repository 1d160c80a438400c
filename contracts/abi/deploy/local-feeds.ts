import { type Address, type Hex, keccak256, parseEther, stringToHex } from 'viem'
import type { Addresses } from '../addresses.ts'

const HOUR = 3_600

/** What the price oracle is told of a pair: its feed, how old an answer may be, and what is plausible, with 18 decimals. */
export interface FeedWish {
  readonly pair: Hex
  readonly feed: Address
  readonly heartbeatSeconds: number
  readonly minimum: bigint
  readonly maximum: bigint
}

interface LocalFeed {
  readonly pair: string
  /** Under which name `Addresses` keeps it. */
  readonly name: keyof Addresses
  /** With 8 decimals, as Chainlink's feeds in USD answer. */
  readonly answer: bigint
  readonly heartbeatSeconds: number
  readonly plausible: readonly [minimum: string, maximum: string]
}

/**
 * The rates of a local chain. They are simulated: each is an answer that a `LocalPriceFeed` was made with and that its
 * keeper may change, near what the currency was worth when this was written. No chain but the local one has them.
 */
export const SIMULATED_FEEDS = [
  feed('ETH/USD', 'etherPriceFeed', 2_500_00000000n, ['50', '1000000'], HOUR),
  feed('EUR/USD', 'euroPriceFeed', 1_08000000n, ['0.1', '5']),
  feed('USDC/USD', 'usdcPriceFeed', 99980000n, ['0.5', '1.5']),
  feed('GBP/USD', 'poundPriceFeed', 1_27000000n, ['0.1', '5']),
  feed('CHF/USD', 'francPriceFeed', 1_13000000n, ['0.1', '5']),
  feed('JPY/USD', 'yenPriceFeed', 660000n, ['0.0005', '0.1']),
  feed('BRL/USD', 'realPriceFeed', 18500000n, ['0.01', '2']),
  feed('MXN/USD', 'pesoPriceFeed', 5400000n, ['0.005', '1']),
  feed('AED/USD', 'dirhamPriceFeed', 27230000n, ['0.05', '1']),
] as const

function feed<Name extends keyof Addresses>(
  pair: string,
  name: Name,
  answer: bigint,
  plausible: LocalFeed['plausible'],
  heartbeatSeconds = 24 * HOUR,
): LocalFeed & { readonly name: Name } {
  return { pair, name, answer, plausible, heartbeatSeconds }
}

/** What the oracle of a local chain is told, once the feeds stand where `addresses` says. */
export function feedWishes(addresses: Pick<Addresses, (typeof SIMULATED_FEEDS)[number]['name']>): FeedWish[] {
  return SIMULATED_FEEDS.map(({ pair, name, heartbeatSeconds, plausible }) => ({
    pair: keccak256(stringToHex(pair)),
    feed: addresses[name]!,
    heartbeatSeconds,
    minimum: parseEther(plausible[0]),
    maximum: parseEther(plausible[1]),
  }))
}
