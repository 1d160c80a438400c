import type { Hex } from '@gesim/journey'
import { type Holding, micros, octets, ofIntents, seconds, text, time } from '@gesim/store'
import { sql } from 'kysely'

/** What billing stores: the money of each purchase and every movement of the ledger. */
export const billingHoldings: readonly Holding[] = [
  {
    group: 'bills',
    table: 'gesim.billing_intents',
    mine: ofIntents(),
    fields: {
      intent_id: text('intent'),
      payer: text('account'),
      terms: text('terms'),
      receipt_digest: text('receipt'),
      book: text('network'),
      funded_micros: micros('funded'),
      activated_at: seconds('active'),
      charged_micros: micros('charged'),
      co_signed_micros: micros('co-signed-charge'),
      used_bytes: octets('bytes'),
      seq: text('number'),
      evidence: text('digest'),
      final: text('final'),
      closed: text('state'),
      updated_at: time('at'),
    },
    why: 'accounts',
    until: 'stays',
    newest: 'updated_at',
  },
  {
    group: 'ledger',
    table: 'gesim.billing_transfers',
    mine: ({ intents, account }) => sql`intent_id = any(${intents as Hex[]}::text[])
      or cause in (select seq from gesim.journal where kind = 'gas.charged' and body ->> 'account' = ${account})`,
    fields: {
      cause: text('event'),
      part: text('place'),
      at: time('at'),
      from_account: text('from'),
      to_account: text('to'),
      amount_micros: micros('amount'),
      intent_id: text('intent'),
      why: text('reason'),
      tx_hash: text('transaction'),
    },
    why: 'accounts',
    until: 'stays',
    newest: 'cause',
  },
]
