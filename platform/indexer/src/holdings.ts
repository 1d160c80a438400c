import type { Hex } from '@gesim/journey'
import { type Holding, seconds, text, time } from '@gesim/store'
import { sql } from 'kysely'

/** What the indexer stores: the logs of our contracts that name an account or a purchase. */
export const indexerHoldings: readonly Holding[] = [
  {
    group: 'chain-logs',
    table: 'gesim.indexer_logs',
    mine: ({ intents, account }) => sql`intent_id = any(${intents as Hex[]}::text[])
      or (intent_id is null and (facts ->> 'tokenId' = ${account && BigInt(account).toString()}
        or facts::text like '%' || ${account} || '%'))`,
    fields: {
      id: text('number'),
      chain_id: text('chain'),
      block: text('block'),
      block_hash: text('block-hash'),
      at: seconds('at'),
      tx_hash: text('transaction'),
      log_index: text('place'),
      address: text('contract'),
      content: text('digest'),
      event: text('kind'),
      intent_id: text('intent'),
      book: text('network'),
      facts: text('content'),
      gas_used: text('gas'),
      seq: text('event'),
      orphaned_at: time('undone'),
    },
    why: 'chain',
    until: 'stays',
    newest: 'id',
  },
]
