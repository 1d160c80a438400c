import { type Static, Type } from 'typebox'
import { route } from './route.ts'
import { Country, Line, Micros, Octets, Uint32 } from './words.ts'

/** How a plan is paid: for all of it at once, for each block used, or a fee with blocks beyond it. */
export const PlanKind = Type.Union([Type.Literal('prepaid'), Type.Literal('per-use'), Type.Literal('hybrid')])

/** What is sold. Everything a traveller should know before paying is here. */
export const Plan = Type.Object({
  planId: Type.String({ pattern: '^[a-z0-9-]{2,64}$', maxLength: 64 }),
  name: Line,
  kind: PlanKind,
  scope: Type.Union([Type.Literal('country'), Type.Literal('region'), Type.Literal('global')]),
  region: Type.Optional(Line),
  countries: Type.Array(Country),
  includedBytes: Octets,
  validityDays: Type.Integer({ minimum: 1, maximum: 366 }),
  /** All in: the price of a prepaid plan; for pay per use the deposit, the most it can cost. */
  priceMicros: Micros,
  activationFeeMicros: Micros,
  /** Price of 10^9 octets beyond the included ones; 0 for prepaid. */
  pricePerGbMicros: Micros,
  blockBytes: Octets,
  networks: Type.Array(
    Type.Object({ name: Line, generation: Type.Union([Type.Literal('4G'), Type.Literal('5G')]) }),
  ),
  /** Where the traffic reaches the Internet: other people see this country. */
  breakoutCountry: Country,
  hotspot: Type.Boolean(),
  /** What happens after the included data, in words; null when it simply ends. */
  throttle: Type.Union([Line, Type.Null()]),
  topUp: Type.Boolean(),
  startsWhen: Type.Union([Type.Literal('activation'), Type.Literal('first-use')]),
  /** Minimum KYC: what the supplier or country asks for, in words; null when nothing is asked. */
  registration: Type.Union([Line, Type.Null()]),
  /** False: cannot be bought here, because the registration cannot be done here. */
  onSale: Type.Boolean(),
  metering: Type.Union([Type.Literal('co-signed'), Type.Literal('carrier')]),
  /** The carriers' books that serve it. */
  books: Type.Array(Uint32),
})
export type Plan = Static<typeof Plan>

export const plansRoutes = {
  list: route({
    method: 'GET',
    path: '/v1/plans',
    summary: 'The plans on sale; all of them without a filter',
    caller: 'anyone',
    query: Type.Object({
      country: Type.Optional(Country),
      q: Type.Optional(Type.String({ maxLength: 64 })),
    }),
    answer: Type.Object({ plans: Type.Array(Plan) }),
  }),
  get: route({
    method: 'GET',
    path: '/v1/plans/:planId',
    summary: 'One plan',
    caller: 'anyone',
    params: Type.Object({ planId: Type.String({ pattern: '^[a-z0-9-]{2,64}$', maxLength: 64 }) }),
    answer: Plan,
    refuses: ['intents.plan-unknown'],
  }),
} as const
