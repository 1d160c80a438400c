import type { Hex } from '@gesim/journey'
import type { Store, Tx } from '@gesim/store'
import type { Generated } from 'kysely'
import type { Role } from './ports.ts'

type TransactionState = 'wanted' | 'signed' | 'sent' | 'mined' | 'final' | 'refused'

/** A row of `relayer_transactions`. `numeric` columns come as text. */
export interface TransactionTable {
  id: Generated<bigint>
  key: string
  kind: string
  intent_id: Hex | null
  role: Role
  to_address: Hex
  data: Hex
  value: Generated<string>
  gas_limit: bigint | null
  state: Generated<TransactionState>
  sender: Hex | null
  nonce: bigint | null
  hash: Hex | null
  raw: Hex | null
  max_fee: string | null
  priority_fee: string | null
  block: bigint | null
  block_hash: Hex | null
  gas_used: bigint | null
  gas_price: string | null
  code: string | null
  why: string | null
  tries: Generated<number>
  not_before: Generated<Date>
  wanted_at: Generated<Date>
  signed_at: Date | null
  sent_at: Date | null
  mined_at: Date | null
}

type OperationState = 'accepted' | 'bundled' | 'included' | 'dropped'

/** A row of `relayer_operations`. */
export interface OperationTable {
  hash: Hex
  position: Generated<bigint>
  sender: Hex
  nonce: string
  operation: unknown
  state: Generated<OperationState>
  transaction_id: bigint | null
  success: boolean | null
  gas_used: bigint | null
  gas_cost: string | null
  revert_reason: Hex | null
  why: string | null
  /** Bundles that reverted on chain with it. */
  reverts: Generated<number>
  accepted_at: Generated<Date>
  included_at: Date | null
}

/** A type, not an interface: Kysely asks for an index signature. */
export type RelayerTables = {
  relayer_senders: { address: Hex; next_nonce: bigint }
  relayer_transactions: TransactionTable
  relayer_attempts: { hash: Hex; transaction_id: bigint; signed_at: Generated<Date> }
  relayer_operations: OperationTable
  relayer_accounts: { account: Hex; registered_at: Generated<Date> }
  relayer_faucet: { account: Hex; at: Generated<Date>; amount_micros: bigint }
}

/** The relayer's tables on the store's connection pool. */
export const rows = (store: Store) => store.db.withTables<RelayerTables>()

/** The relayer's tables in an open transaction. */
export const rowsIn = (tx: Tx) => tx.withTables<RelayerTables>()

export const TRANSACTION_COLUMNS = [
  'id',
  'key',
  'kind',
  'intent_id',
  'role',
  'to_address',
  'data',
  'value',
  'gas_limit',
  'state',
  'sender',
  'nonce',
  'hash',
  'raw',
  'max_fee',
  'priority_fee',
  'block',
  'block_hash',
  'tries',
  'sent_at',
] as const satisfies readonly (keyof TransactionTable)[]
