import { type Holding, ofIntents, text, time } from '@gesim/store'

/** What the smart switch stores about a purchase: what was wished for and what it chose. */
export const smartSwitchHoldings: readonly Holding[] = [
  {
    group: 'choice-wishes',
    table: 'gesim.smart_switch_wishes',
    mine: ofIntents(),
    fields: {
      intent_id: text('intent'),
      plan_id: text('plan'),
      region: text('country'),
      qos: text('quality'),
      books: text('networks'),
      refused_books: text('refused-networks'),
    },
    why: 'choice',
    until: 'stays',
    newest: 'intent_id',
  },
  {
    group: 'choices',
    table: 'gesim.smart_switch_decisions',
    mine: ofIntents(),
    fields: {
      intent_id: text('intent'),
      turn: text('number'),
      rules_version: text('version'),
      book: text('network'),
      reason: text('reason'),
      scores: text('scores'),
      at: time('at'),
    },
    why: 'choice',
    until: 'stays',
    newest: 'at',
  },
]
