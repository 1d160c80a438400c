import type { Hex } from '@gesim/journey'
import { type Holder, type Holding, micros, ofAccount, text, time } from '@gesim/store'
import { sql } from 'kysely'

/** Transactions that were wished for on behalf of somebody. The calldata of test money is all that says for whom it is. */
const wished = ({ intents, account }: Holder) => sql`(intent_id = any(${intents as Hex[]}::text[])
  or key like 'account.registered:' || ${account} || ':%'
  or key like 'burn.wanted:' || ${account} || ':%'
  or (kind = 'faucet' and data like '%' || ${account?.slice(2) ?? null} || '%'))`

/** What the relayer stores: transactions sent for a traveller, their own operations, what was sponsored. */
export const relayerHoldings: readonly Holding[] = [
  {
    group: 'transactions',
    table: 'gesim.relayer_transactions',
    mine: wished,
    fields: {
      id: text('number'),
      key: text('wish'),
      kind: text('kind'),
      intent_id: text('intent'),
      role: text('role'),
      to_address: text('contract'),
      data: text('content'),
      value: text('value'),
      gas_limit: text('gas-limit'),
      state: text('state'),
      sender: text('sender'),
      nonce: text('nonce'),
      hash: text('transaction'),
      raw: text('signed'),
      max_fee: text('fee-limit'),
      priority_fee: text('tip'),
      block: text('block'),
      block_hash: text('block-hash'),
      gas_used: text('gas'),
      gas_price: text('gas-price'),
      code: text('failure'),
      why: text('reason'),
      tries: text('tries'),
      not_before: time('not-before'),
      wanted_at: time('created'),
      signed_at: time('signed-at'),
      sent_at: time('sent'),
      mined_at: time('done'),
    },
    why: 'running',
    until: 'stays',
    newest: 'id',
  },
  {
    group: 'bundles',
    table: 'gesim.relayer_transactions',
    mine: ({ account }) =>
      sql`id in (select transaction_id from gesim.relayer_operations where sender = ${account})`,
    fields: {
      id: text('number'),
      kind: text('kind'),
      role: text('role'),
      state: text('state'),
      hash: text('transaction'),
      block: text('block'),
      gas_used: text('gas'),
      gas_price: text('gas-price'),
      wanted_at: time('created'),
      mined_at: time('done'),
    },
    why: 'fees',
    until: 'stays',
    newest: 'id',
  },
  {
    group: 'attempts',
    table: 'gesim.relayer_attempts',
    mine: (who) => sql`transaction_id in (select id from gesim.relayer_transactions where ${wished(who)})
      or transaction_id in (select transaction_id from gesim.relayer_operations where sender = ${who.account})`,
    fields: {
      hash: text('transaction'),
      transaction_id: text('number'),
      signed_at: time('signed-at'),
    },
    why: 'running',
    until: 'stays',
    newest: 'signed_at',
  },
  {
    group: 'operations',
    table: 'gesim.relayer_operations',
    mine: ofAccount('sender'),
    fields: {
      hash: text('transaction'),
      position: text('number'),
      sender: text('account'),
      nonce: text('nonce'),
      operation: text('content'),
      state: text('state'),
      transaction_id: text('place'),
      success: text('success'),
      gas_used: text('gas'),
      gas_cost: text('cost'),
      revert_reason: text('failure'),
      why: text('reason'),
      accepted_at: time('created'),
      included_at: time('done'),
      reverts: text('tries'),
    },
    why: 'fees',
    until: 'stays',
    newest: 'position',
  },
  {
    group: 'sponsored',
    table: 'gesim.relayer_accounts',
    mine: ofAccount(),
    fields: {
      account: text('account'),
      registered_at: time('created'),
    },
    why: 'fees',
    until: 'stays',
    newest: 'registered_at',
  },
  {
    group: 'test-money',
    table: 'gesim.relayer_faucet',
    mine: ofAccount(),
    fields: {
      account: text('account'),
      at: time('at'),
      amount_micros: micros('amount'),
    },
    why: 'fees',
    until: 'stays',
    newest: 'at',
  },
]
