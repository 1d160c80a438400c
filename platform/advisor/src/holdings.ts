import { type Holding, octets, ofIntents, seconds, text, time } from '@gesim/store'

/** What the advisor stores about a purchase: decisions that name it, and its last usage. */
export const advisorHoldings: readonly Holding[] = [
  {
    group: 'decisions',
    table: 'gesim.advisor_decisions',
    mine: ofIntents(),
    fields: {
      id: text('number'),
      kind: text('kind'),
      rules_version: text('version'),
      intent_id: text('intent'),
      book: text('network'),
      choice: text('choice'),
      why: text('reason'),
      scores: text('scores'),
      inputs_hash: text('digest'),
      at: time('at'),
    },
    why: 'choice',
    until: 'stays',
    newest: 'id',
  },
  {
    group: 'last-usage',
    table: 'gesim.advisor_usage',
    mine: ofIntents(),
    fields: {
      intent_id: text('intent'),
      book: text('network'),
      seq: text('number'),
      bytes: octets('bytes'),
      as_of: seconds('at'),
      flagged: text('flagged'),
    },
    why: 'safety',
    until: 'stays',
    newest: 'as_of',
  },
]
