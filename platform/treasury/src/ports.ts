import type { Hex } from '@gesim/journey'

/** USDC from a Safe to somebody. */
export interface Transfer {
  readonly to: Hex
  readonly amountMicros: bigint
}

/** A Safe transaction that nobody has signed yet, and its hash: what owners sign. */
export interface Draft {
  readonly safe: Hex
  readonly to: Hex
  readonly data: Hex
  /** 0 a call, 1 a delegate call (to the MultiSendCallOnly contract). */
  readonly operation: 0 | 1
  readonly nonce: number
  readonly safeTxHash: Hex
}

export interface SafeFacts {
  readonly owners: readonly Hex[]
  readonly threshold: number
  /** The next transaction's. */
  readonly nonce: number
  readonly balanceMicros: bigint
}

/**
 * What became of a draft on chain. `executed` and `replaced` (another transaction took its nonce) are told from final
 * blocks; `unsettled` is either of them in a block that a reorganisation could still take away.
 */
export type Outcome =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'unsettled' }
  | { readonly kind: 'executed'; readonly txHash: Hex }
  | { readonly kind: 'replaced' }

/** A Safe that is not there yet: where it will be, and the transaction that makes it. */
export interface PredictedSafe {
  readonly safe: Hex
  readonly deployment: { readonly to: Hex; readonly data: Hex }
}

/** Safes on chain, without Safe's servers. Every method throws `treasury.chain-unreachable`. */
export interface Safes {
  facts(safe: Hex): Promise<SafeFacts>
  /** Transfers as one Safe transaction with the given nonce; all of them happen, or none. */
  draft(safe: Hex, transfers: readonly Transfer[], nonce: number): Promise<Draft>
  /** Runs the draft on the chain's present state as if it were signed; the reason when it would fail. */
  simulate(draft: Draft): Promise<string | null>
  /** The call of `execTransaction` with enough signatures. */
  execution(draft: Draft, signatures: readonly { owner: Hex; signature: Hex }[]): Promise<Hex>
  /** `fromBlock` is the first block after the final one in which the Safe's nonce was the draft's. */
  outcome(draft: Draft, fromBlock: bigint): Promise<Outcome>
  predict(owners: readonly Hex[], threshold: number, saltNonce: bigint): Promise<PredictedSafe>
  /** The newest block that no reorganisation takes away, and the Safe's nonce in it. */
  finalNonce(safe: Hex): Promise<{ readonly block: bigint; readonly nonce: number }>
}

/** A request by an event of the fee treasury. */
export interface ChainRequest {
  readonly requestId: bigint
  readonly carrierId: number
  readonly amountMicros: bigint
  readonly beneficiaryRef: Hex
}

/** Off-ramp requests that carriers made on chain. */
export interface ChainRequests {
  /** Those of a span of blocks that ends at the newest final one. */
  since(fromBlock: bigint): Promise<{ readonly requests: readonly ChainRequest[]; readonly upTo: bigint }>
}

/** A provider's order for one request. */
export interface RampOrder {
  readonly orderId: string
  /** Where the USDC go. */
  readonly depositAddress: Hex
  readonly feeMicros: bigint
}

export type RampStatus =
  | { readonly kind: 'pending' }
  | { readonly kind: 'paid'; readonly reference: string }
  | { readonly kind: 'failed'; readonly why: string }

/**
 * Who turns USDC into fiat. The provider knows the beneficiary by a reference that carrier and provider agreed on; we hold
 * a hash of it and never a name or an account number. Throws `treasury.ramp-unreachable`.
 */
export interface Ramp {
  readonly name: string
  /** The same key gives the same order, however often it is asked for. */
  order(request: {
    readonly key: string
    readonly amountMicros: bigint
    readonly currency: string
    readonly beneficiaryRef: Hex
  }): Promise<RampOrder>
  status(orderId: string): Promise<RampStatus>
}
