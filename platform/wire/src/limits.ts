import { type Static, Type } from 'typebox'
import { route } from './route.ts'
import { IntentId, Micros, Millis } from './words.ts'

const Limit = Type.Union([Micros, Type.Null()])

/** What a traveller allows themselves to spend; null: without limit. Days slide: they are the last 24 hours, or 30 times that. */
export const SpendingLimits = Type.Object(
  { perPurchaseMicros: Limit, perDayMicros: Limit, per30DaysMicros: Limit },
  { additionalProperties: false },
)
export type SpendingLimits = Static<typeof SpendingLimits>

/** The limits that hold, what waits, and what is left. */
export const SpendingView = Type.Object({
  limits: SpendingLimits,
  /** Looser limits, and from when on they hold. */
  later: Type.Union([Type.Object({ limits: SpendingLimits, fromMs: Millis }), Type.Null()]),
  spentDayMicros: Micros,
  spent30DaysMicros: Micros,
  /** The most that one payment may have now; null without limit. */
  leftMicros: Limit,
  /** Whether the asked amount may be paid; absent where none was asked about. */
  wanted: Type.Optional(
    Type.Object({
      allowed: Type.Boolean(),
      limit: Type.Optional(
        Type.Union([Type.Literal('perPurchase'), Type.Literal('perDay'), Type.Literal('per30Days')]),
      ),
      /** When so much is free; null: never, it is above the limit itself. */
      freesAtMs: Type.Optional(Type.Union([Millis, Type.Null()])),
    }),
  ),
  /** How long a raise waits. */
  raiseSeconds: Type.Integer({ minimum: 0 }),
})
export type SpendingView = Static<typeof SpendingView>

export const limitsRoutes = {
  get: route({
    method: 'GET',
    path: '/v1/wallet/limits',
    summary:
      'The spending limits, what is left of them, and whether an amount may be paid and if not from when on',
    caller: 'traveller',
    query: Type.Object({
      wantMicros: Type.Optional(Micros),
      /** The purchase that would be paid, where it was promised already. */
      intentId: Type.Optional(IntentId),
    }),
    answer: SpendingView,
  }),
  set: route({
    method: 'PUT',
    path: '/v1/wallet/limits',
    summary: 'Sets the spending limits: lower ones hold at once, higher ones after a delay',
    caller: 'traveller',
    body: SpendingLimits,
    answer: SpendingView,
    perMinute: 20,
  }),
  topUp: route({
    method: 'POST',
    path: '/v1/intents/:id/top-ups',
    summary:
      'Asks whether more money may be added to a purchase that runs, and counts it; the chain moves it',
    caller: 'traveller',
    params: Type.Object({ id: IntentId }),
    body: Type.Object({ amountMicros: Micros }, { additionalProperties: false }),
    answer: Type.Object({ thenMicros: Micros }),
    status: 201,
    perMinute: 30,
    refuses: ['intents.unknown', 'intents.not-active', 'intents.over-limit', 'intents.above-cap'],
  }),
} as const
