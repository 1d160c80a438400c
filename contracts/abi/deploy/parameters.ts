import type { Address, Hex } from 'viem'

/** What the contracts are made with. Amounts in micro-USDC, times in seconds, shares in basis points. */
export interface DeployParameters {
  readonly feeBps: number
  readonly depositLimitMicros: bigint
  readonly exitSeconds: number
  readonly counterSeconds: number
  readonly outflowSeconds: number
  readonly outflowBps: number
  readonly outflowFloorMicros: bigint
  readonly epochSeconds: number
  readonly postingSeconds: number
  readonly fastSeconds: number
  readonly slowSeconds: number
  readonly quorumBps: number
  readonly fastShareBps: number
  readonly minimumStakeMicros: bigint
  readonly unbondingSeconds: number
  readonly payoutDelaySeconds: number
  /** Between a request to recover an account and its effect: time for a signer to cancel. */
  readonly recoveryDelaySeconds: number
  readonly gasMarginBps: number
  readonly rateLifeSeconds: number
  /** USDC for sponsored gas at the start. Local chain only: elsewhere the operator funds the pool. */
  readonly sponsorPoolMicros: bigint
  readonly paymasterDepositWei: bigint
  readonly paymasterStakeWei: bigint
  readonly paymasterUnstakeSeconds: number
  /** How long shares of the advance pool wait: at least the slow window. */
  readonly poolQueueSeconds: number
  readonly poolOpenSeconds: number
  /** From slow finality until an advance is overdue, and from then until it is written off. */
  readonly poolClaimSeconds: number
  readonly poolPatienceSeconds: number
  readonly poolJuniorBps: number
  readonly poolMaxDiscountBps: number
  readonly poolMaxAssetsMicros: bigint
  readonly relayerBondMicros: bigint
  readonly relayerUnbondingSeconds: number
  readonly relayerDailyBudgetMicros: bigint
  /** What a sweep leaves at the fee treasury to pay relayers from. */
  readonly feeFloatMicros: bigint
  /** The Safe's share of the gas margin. */
  readonly marginShareBps: number
  readonly postEpochPriceMicros: bigint
  readonly settlePriceMicros: bigint
}

/** A local chain lives in seconds what a real one lives in hours; nothing warps its clock. */
export const LOCAL_PARAMETERS: DeployParameters = {
  feeBps: 100,
  depositLimitMicros: 500_000_000n,
  exitSeconds: 30,
  counterSeconds: 15,
  outflowSeconds: 60,
  outflowBps: 2_000,
  outflowFloorMicros: 1_000_000_000n,
  epochSeconds: 30,
  postingSeconds: 5,
  fastSeconds: 5,
  slowSeconds: 15,
  quorumBps: 6_667,
  fastShareBps: 5_000,
  minimumStakeMicros: 10_000_000_000n,
  unbondingSeconds: 120,
  payoutDelaySeconds: 60,
  recoveryDelaySeconds: 60,
  gasMarginBps: 1_000,
  rateLifeSeconds: 86_400,
  sponsorPoolMicros: 100_000_000_000n,
  paymasterDepositWei: 100n * 10n ** 18n,
  paymasterStakeWei: 10n ** 18n,
  paymasterUnstakeSeconds: 86_400,
  poolQueueSeconds: 30,
  poolOpenSeconds: 60,
  poolClaimSeconds: 30,
  poolPatienceSeconds: 60,
  poolJuniorBps: 2_000,
  poolMaxDiscountBps: 100,
  poolMaxAssetsMicros: 1_000_000_000_000n,
  relayerBondMicros: 500_000_000n,
  relayerUnbondingSeconds: 120,
  relayerDailyBudgetMicros: 1_000_000_000n,
  feeFloatMicros: 0n,
  marginShareBps: 5_000,
  postEpochPriceMicros: 500_000n,
  settlePriceMicros: 100_000n,
}

/** The values to start a real chain with (settlement facts, section 7). */
export const PRODUCTION_PARAMETERS: DeployParameters = {
  ...LOCAL_PARAMETERS,
  exitSeconds: 72 * 3_600,
  counterSeconds: 24 * 3_600,
  outflowSeconds: 24 * 3_600,
  epochSeconds: 24 * 3_600,
  postingSeconds: 30 * 60,
  fastSeconds: 3_600,
  slowSeconds: 48 * 3_600,
  unbondingSeconds: 14 * 24 * 3_600,
  payoutDelaySeconds: 48 * 3_600,
  recoveryDelaySeconds: 72 * 3_600,
  sponsorPoolMicros: 0n,
  paymasterDepositWei: 10n ** 17n,
  paymasterStakeWei: 10n ** 17n,
  poolQueueSeconds: 48 * 3_600,
  poolOpenSeconds: 24 * 3_600,
  poolClaimSeconds: 24 * 3_600,
  poolPatienceSeconds: 7 * 24 * 3_600,
  poolMaxAssetsMicros: 100_000_000_000n,
  relayerUnbondingSeconds: 7 * 24 * 3_600,
  relayerDailyBudgetMicros: 50_000_000n,
  feeFloatMicros: 100_000_000n,
}

/** Whose keys may do what. Addresses only: no key but the deployer's is needed to deploy. */
export interface Operators {
  /** Mints identities, sets budgets, registers carriers, rotates the committee; on a local chain mints test USDC. */
  readonly operator: Address
  /** Signs for sponsored operations. */
  readonly sponsorSigner: Address
  /** Everybody who pays gas: relayer keys, bundler's executors. On a local chain they are filled up. */
  readonly gasPayers: readonly Address[]
  /** Owners of the treasury Safe, of which two must agree. */
  readonly treasuryOwners: readonly [Address, Address, Address]
}

export interface DeployOptions {
  readonly rpcUrl: string
  readonly deployerKey: Hex
  readonly operators: Operators
  readonly parameters?: Partial<DeployParameters>
}
