import { type Holding, micros, ofAccount, seconds, text, time } from '@gesim/store'

/** What the treasury stores of a traveller: USDC bought with a card. The card itself is known to the provider alone. */
export const treasuryHoldings: readonly Holding[] = [
  {
    group: 'card-purchases',
    table: 'gesim.treasury_on_ramps',
    mine: ofAccount(),
    fields: {
      id: text('number'),
      account: text('account'),
      provider: text('provider'),
      amount_micros: micros('amount'),
      most_pay_minor: text('most-paid'),
      pay_minor: text('price'),
      fee_minor: text('cost'),
      currency: text('currency'),
      state: text('state'),
      order_id: text('order'),
      url: text('page'),
      expires_at: seconds('expires'),
      tx_hash: text('transaction'),
      why: text('reason'),
      requested_at: time('created'),
      moved_at: time('done'),
    },
    why: 'purchase',
    until: 'stays',
    newest: 'requested_at',
  },
]
