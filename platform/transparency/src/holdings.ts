import { type Holding, ofIntents, text, time } from '@gesim/store'

/** What the transparency log stores about a purchase; anyone can read it. */
export const transparencyHoldings: readonly Holding[] = [
  {
    group: 'public-log',
    table: 'gesim.transparency_entries',
    mine: ofIntents(),
    fields: {
      index: text('number'),
      leaf_hash: text('digest'),
      kind: text('kind'),
      entry: text('content'),
      intent_id: text('intent'),
      cause: text('event'),
      at: time('at'),
    },
    why: 'proof',
    until: 'stays',
    newest: 'index',
  },
]
