import type { Hex } from '@gesim/journey'
import { type Holding, ofIntents, text, time } from '@gesim/store'
import { sql } from 'kysely'

/** What the program itself stores: request lines and the answers to repeated requests. */
export const nodeHoldings: readonly Holding[] = [
  {
    group: 'requests',
    table: 'gesim.node_requests',
    mine: ofIntents('correlator'),
    fields: {
      id: text('number'),
      at: time('at'),
      method: text('method'),
      route: text('route'),
      status: text('state'),
      duration_ms: text('duration'),
      code: text('failure'),
      correlator: text('intent'),
    },
    why: 'faults',
    until: 'day',
    newest: 'at',
  },
  {
    group: 'repeats',
    table: 'gesim.node_idempotency',
    mine: ({ intents }) => sql`answer ->> 'intentId' = any(${intents as Hex[]}::text[])`,
    fields: {
      caller_hash: text('secret-hash'),
      key: text('wish'),
      request_hash: text('digest'),
      status: text('state'),
      answer: text('content'),
      at: time('at'),
      process_key: text('process'),
    },
    why: 'running',
    until: 'day',
    newest: 'at',
  },
]
