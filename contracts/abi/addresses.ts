type Address = `0x${string}`

/** Where everything is on a chain. What exists on a local chain only is optional. */
export interface Addresses {
  readonly usdc: Address
  readonly entryPoint: Address
  readonly escrow: Address
  readonly settlement: Address
  readonly payOnUsage: Address
  readonly carrierRegistry: Address
  readonly attestorRegistry: Address
  readonly identity: Address
  readonly accountFactory: Address
  /** The contract that all travellers' accounts run; with it an account's address is computed offline. */
  readonly accountImplementation: Address
  readonly paymaster: Address
  readonly complianceHook: Address
  /** Where registration is required, as signers of note say. */
  readonly complianceSignals: Address
  /** Where the escrow's and the paymaster's fees arrive; relayers are paid here, the rest goes to `treasury`. */
  readonly feeTreasury: Address
  /** Liquidity providers' pool that advances claims. */
  readonly advancePool: Address
  readonly priceOracle: Address
  /** ERC-7913 verifier of passkeys (WebAuthn): a signer is this address followed by the key's x and y. */
  readonly webAuthnVerifier: Address
  /** ERC-7913 verifier of plain P-256 keys (a phone's secure element): this address followed by x and y. */
  readonly p256Verifier: Address
  /** The treasury Safe that receives fees and margins. */
  readonly treasury: Address
  readonly sanctionsList?: Address
  readonly etherPriceFeed?: Address
  readonly euroPriceFeed?: Address
  readonly usdcPriceFeed?: Address
  readonly poundPriceFeed?: Address
  readonly francPriceFeed?: Address
  readonly yenPriceFeed?: Address
  readonly realPriceFeed?: Address
  readonly pesoPriceFeed?: Address
  readonly dirhamPriceFeed?: Address
  /** Block in which the escrow was deployed: where an indexer begins. */
  readonly fromBlock: number
}

/** The canonical EntryPoint v0.8: the same address on every chain. */
export const ENTRYPOINT_V08: Address = '0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108'

/** Chain id of anvil; contracts named Local or Test can be deployed nowhere else. */
export const LOCAL_CHAIN_ID = 31337

/** First byte of the paymaster data: whose money pays for the gas. */
export const PAYMASTER_KIND = { sponsored: 0, credit: 1 } as const
