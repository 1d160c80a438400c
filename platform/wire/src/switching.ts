import { type Static, Type } from 'typebox'
import { Plan } from './plans.ts'
import { route } from './route.ts'
import { IntentId, Micros, Millis, Octets, Uint32 } from './words.ts'

/** What was measured of a carrier where the traveller is, and when; null where nothing was. */
const Quality = Type.Union([
  Type.Object({
    throughputMbps: Type.Number({ minimum: 0 }),
    latencyMs: Type.Number({ minimum: 0 }),
    atMs: Millis,
    /** Too old to decide by. */
    stale: Type.Boolean(),
  }),
  Type.Null(),
])

/** Another carrier for the same place and need, at its cheapest plan that covers what is left of this one. */
const OtherCarrier = Type.Object({
  book: Uint32,
  plan: Plan,
  /** What the data that is left would cost there, all in. */
  costMicros: Micros,
  /** That, less what it costs to go on here; negative: switching saves money. */
  differenceMicros: Type.String({ pattern: '^-?(?:0|[1-9][0-9]{0,19})$', maxLength: 21 }),
  quality: Quality,
  compared: Type.Union([
    Type.Literal('better'),
    Type.Literal('similar'),
    Type.Literal('worse'),
    Type.Literal('unknown'),
  ]),
  /** False where the plan may be delivered by the present carrier again: the rules choose when it is ordered. */
  certain: Type.Boolean(),
})

/** What changing the carrier of a purchase would cost now, and whether it is worth it. */
export const Switching = Type.Object({
  verdict: Type.Union([
    Type.Literal('better'),
    Type.Literal('trade-off'),
    Type.Literal('nothing-better'),
    Type.Literal('unknown'),
    Type.Literal('no-other'),
    Type.Literal('used-up'),
  ]),
  /** The carrier that the verdict speaks of. */
  book: Type.Optional(Uint32),
  atMs: Millis,
  /** Comes back from this purchase when it is ended now. */
  refundMicros: Micros,
  /** Whether another eSIM has to be installed beside one that is, or it would be the first. */
  install: Type.Union([Type.Literal('first'), Type.Literal('again')]),
  /** Data that is left here: what is compared. */
  leftBytes: Octets,
  /** What using it here still costs. */
  stayMicros: Micros,
  here: Type.Object({ book: Uint32, quality: Quality }),
  others: Type.Array(OtherCarrier),
})
export type Switching = Static<typeof Switching>

export const switchingRoutes = {
  get: route({
    method: 'GET',
    path: '/v1/intents/:id/switching',
    summary:
      'What changing to another carrier would cost: price, what comes back, a new install, quality with its age',
    caller: 'traveller',
    params: Type.Object({ id: IntentId }),
    answer: Switching,
    refuses: ['intents.unknown', 'intents.over', 'intents.no-network-yet'],
  }),
} as const
