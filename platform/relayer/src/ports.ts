import type { Hex } from '@gesim/journey'
import type { Delegation } from './delegation.ts'

/** An EIP-1559 transaction before it is signed; one of EIP-7702 when it carries delegations. */
export interface Unsigned {
  readonly chainId: number
  readonly nonce: number
  readonly to: Hex
  readonly data: Hex
  readonly value: bigint
  readonly gas: bigint
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
  readonly delegations?: readonly Delegation[]
}

/** A key that signs transactions. A local key here; a KMS or HSM fits behind the same two members. */
export interface TransactionSigner {
  readonly address: Hex
  /** The signed transaction, ready to be sent. */
  signTransaction(transaction: Unsigned): Promise<{ raw: Hex; hash: Hex }>
}

/** A key that signs digests, for sponsored operations. */
export interface DigestSigner {
  readonly address: Hex
  signDigest(digest: Hex): Promise<Hex>
}

/** Who sends: protocol calls, epochs, bundles of user operations. */
export type Role = 'operator' | 'poster' | 'executor'

/** A transaction that a stage wishes for. */
export interface Wish {
  /** `<event kind>:<what>`; the same key twice is one transaction. */
  readonly key: string
  readonly kind: string
  readonly role: Role
  readonly intentId: Hex | null
  readonly to: Hex
  readonly data: Hex
  readonly value?: bigint
  /** Skips the estimate; for calls whose cost is known. */
  readonly gasLimit?: bigint
}
