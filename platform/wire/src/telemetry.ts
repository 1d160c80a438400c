import { type Static, Type } from 'typebox'
import { route } from './route.ts'
import { Country, IntentId, Line, Micros, Millis, Octets } from './words.ts'

const Book = Type.Integer({ minimum: 1, maximum: 4095 })

/** One measurement of a carrier's radio. */
export const TelemetrySample = Type.Object(
  {
    book: Book,
    /** The visited country. */
    region: Country,
    atMs: Millis,
    rsrpDbm: Type.Number({ minimum: -200, maximum: 0 }),
    throughputMbps: Type.Number({ minimum: 0, maximum: 100_000 }),
    latencyMs: Type.Number({ minimum: 0, maximum: 600_000 }),
    lossRatio: Type.Number({ minimum: 0, maximum: 1 }),
  },
  { additionalProperties: false },
)
export type TelemetrySample = Static<typeof TelemetrySample>

/** POST /v1/carrier/telemetry. */
export const TelemetryBatch = Type.Object(
  { samples: Type.Array(TelemetrySample, { minItems: 1, maxItems: 1000 }) },
  { additionalProperties: false },
)
export type TelemetryBatch = Static<typeof TelemetryBatch>

/** The answer: how many measurements were new. */
export const TelemetryAccepted = Type.Object({ accepted: Type.Integer() })
export type TelemetryAccepted = Static<typeof TelemetryAccepted>

/** POST /v1/switch/advice: whether a phone in service should change carriers. */
export const MoveQuestion = Type.Object(
  {
    /** The carrier in service. */
    book: Book,
    /** The carriers that could serve, the one in service included. */
    books: Type.Array(Book, { minItems: 1, maxItems: 16 }),
    region: Country,
    /** What matters most; left out, it is what the purchase `intentId` prefers now, else a balance. */
    qos: Type.Optional(Type.String({ maxLength: 32 })),
    intentId: Type.Optional(IntentId),
    /** Since when the carrier serves. */
    sinceMs: Millis,
    /** When service ends whatever happens. */
    endsMs: Millis,
    remainingBytes: Octets,
    switchFeeMicros: Micros,
  },
  { additionalProperties: false },
)
export type MoveQuestion = Static<typeof MoveQuestion>

/** The answer: where to, or null for staying, with the reason in words. */
export const MoveAnswer = Type.Object({
  to: Type.Union([Type.Integer(), Type.Null()]),
  netSeconds: Type.Number(),
  reason: Line,
})
export type MoveAnswer = Static<typeof MoveAnswer>

export const telemetryRoutes = {
  post: route({
    method: 'POST',
    path: '/v1/carrier/telemetry',
    summary: 'Measurements of the radio: they decide which carrier is chosen',
    caller: 'carrier',
    body: TelemetryBatch,
    answer: TelemetryAccepted,
    bodyLimitBytes: 262_144,
    perMinute: 600,
    refuses: ['smart-switch.not-your-book', 'smart-switch.from-future'],
  }),
  advice: route({
    method: 'POST',
    path: '/v1/switch/advice',
    summary: 'Whether a phone in service should change carriers, with the reason',
    caller: 'anyone',
    body: MoveQuestion,
    answer: MoveAnswer,
  }),
} as const
