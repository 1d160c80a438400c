import { type Static, Type } from 'typebox'
import { route } from './route.ts'
import { Agreement, Terms } from './terms.ts'
import { Hash, Micros, Seconds, Uint32 } from './words.ts'

/** What matters most to the traveller when a network is chosen. */
export const Qos = Type.Union([
  Type.Literal('balanced'),
  Type.Literal('cheapest'),
  Type.Literal('chat'),
  Type.Literal('video'),
])
export type Qos = Static<typeof Qos>

/** The whole offer. The browser computes the intent id from `terms` itself and compares. */
export const Quote = Type.Object({
  quoteId: Type.String({ maxLength: 64 }),
  planId: Type.String({ maxLength: 64 }),
  qos: Qos,
  expiresAt: Seconds,
  /** What is put into escrow. */
  priceMicros: Micros,
  terms: Terms,
  /** The books behind `terms.booksHash`. */
  books: Type.Array(Uint32),
  /** What confirming it agrees to. Its hash is `planSalt`, so the terms bind the plan as it was shown. */
  agreement: Agreement,
  /** The salt behind `terms.planCommit`: with it and the plan id anyone can check what was sold. */
  planSalt: Hash,
  intentId: Hash,
})
export type Quote = Static<typeof Quote>

const QuoteId = Type.String({ pattern: '^q_[A-Za-z0-9_-]{16,48}$', maxLength: 64 })

export const quotesRoutes = {
  create: route({
    method: 'POST',
    path: '/v1/quotes',
    summary: 'Terms for a plan, good for some minutes; nothing is bought yet',
    caller: 'traveller',
    body: Type.Object(
      { planId: Type.String({ pattern: '^[a-z0-9-]{2,64}$', maxLength: 64 }), qos: Type.Optional(Qos) },
      { additionalProperties: false },
    ),
    answer: Quote,
    status: 201,
    idempotent: true,
    perMinute: 60,
    refuses: ['intents.plan-unknown', 'intents.plan-not-on-sale', 'identity.no-account'],
  }),
  get: route({
    method: 'GET',
    path: '/v1/quotes/:quoteId',
    summary: 'A quote of one’s own',
    caller: 'traveller',
    params: Type.Object({ quoteId: QuoteId }),
    answer: Quote,
    refuses: ['intents.quote-unknown'],
  }),
} as const

export { QuoteId }
