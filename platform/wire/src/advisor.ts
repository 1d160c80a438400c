import { type Static, Type } from 'typebox'
import { route } from './route.ts'
import { Millis } from './words.ts'

/** One piece of advice, or one choice of the smart switch, with its reason. */
export const AdvisorDecision = Type.Object({
  id: Type.String(),
  atMs: Millis,
  kind: Type.Union([Type.Literal('switch'), Type.Literal('anomaly'), Type.Literal('prewarm')]),
  rulesVersion: Type.Integer(),
  intentId: Type.Optional(Type.String()),
  book: Type.Optional(Type.Integer()),
  choice: Type.String(),
  why: Type.String(),
  scores: Type.Optional(
    Type.Array(Type.Object({ book: Type.Integer(), score: Type.Number(), why: Type.String() })),
  ),
  /** SHA-256 of the inputs: nothing of them is kept, whoever holds them can check. */
  inputsHash: Type.String(),
})
export type AdvisorDecision = Static<typeof AdvisorDecision>

/** GET /v1/advisor/decisions. */
export const AdvisorQuery = Type.Object(
  {
    kind: Type.Optional(
      Type.Union([Type.Literal('switch'), Type.Literal('anomaly'), Type.Literal('prewarm')]),
    ),
    /** Only decisions with a smaller id: the next page. */
    before: Type.Optional(Type.String({ pattern: '^[0-9]{1,18}$' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  },
  { additionalProperties: false },
)
export type AdvisorQuery = Static<typeof AdvisorQuery>

/** Newest first. */
export const AdvisorDecisions = Type.Object({ decisions: Type.Array(AdvisorDecision) })
export type AdvisorDecisions = Static<typeof AdvisorDecisions>

export const advisorRoutes = {
  decisions: route({
    method: 'GET',
    path: '/v1/advisor/decisions',
    summary: 'What was chosen and advised, with the reason of each',
    caller: 'operator',
    query: AdvisorQuery,
    answer: AdvisorDecisions,
    refuses: ['advisor.operators-only'],
  }),
} as const
