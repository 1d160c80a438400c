import { type Static, Type } from 'typebox'
import { route } from './route.ts'
import { Address, Country, Line, Seconds } from './words.ts'

export const Rate = Type.Object({
  /** Such as "ETH/USD": one unit of the first in the second. */
  pair: Line,
  /** Decimal, with 18 digits after the point at most. */
  rate: Type.String({ maxLength: 64 }),
  /** When the feed last answered. */
  updatedAt: Seconds,
  readAt: Seconds,
})
export type Rate = Static<typeof Rate>

/** What one USDC is worth in a currency, by rates that hold. An estimate to read by; nothing is charged by it. */
export const Estimate = Type.Object({
  currency: Type.String({ pattern: '^[A-Z]{3}$', maxLength: 3, description: 'ISO 4217' }),
  /** Decimal, with 18 digits after the point at most. */
  perUsdc: Type.String({ pattern: '^[0-9]{1,30}([.][0-9]{1,18})?$', maxLength: 64 }),
  /** When the older of the feeds behind it last answered. */
  asOf: Seconds,
  /** After this moment it is not to be shown any more. */
  holdsUntil: Seconds,
})
export type Estimate = Static<typeof Estimate>

/** What a country asks of whoever sells or uses a SIM there. */
export const ComplianceSignal = Type.Object({
  country: Country,
  /** `none` known to us, `registration` of the user's identity, `blocked` for sale. */
  requirement: Type.Union([Type.Literal('none'), Type.Literal('registration'), Type.Literal('blocked')]),
  note: Line,
  source: Line,
  /** When the row was written; it is checked by a lawyer before it is relied on. */
  notedOn: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', maxLength: 10 }),
})
export type ComplianceSignal = Static<typeof ComplianceSignal>

export const oraclesRoutes = {
  rates: route({
    method: 'GET',
    path: '/v1/oracles/rates',
    summary: "Exchange rates as the chain's price oracle gave them",
    caller: 'anyone',
    answer: Type.Object({ rates: Type.Array(Rate) }),
  }),
  estimates: route({
    method: 'GET',
    path: '/v1/oracles/estimates',
    summary:
      'What one USDC is worth in local currencies; a currency whose rate is stale or refused is not there',
    caller: 'anyone',
    answer: Type.Object({ estimates: Type.Array(Estimate) }),
  }),
  compliance: route({
    method: 'GET',
    path: '/v1/oracles/compliance',
    summary: 'Where a SIM must be registered, with the source of each statement',
    caller: 'anyone',
    query: Type.Object({ country: Type.Optional(Country) }),
    answer: Type.Object({ signals: Type.Array(ComplianceSignal) }),
  }),
  screening: route({
    method: 'GET',
    path: '/v1/oracles/screening/:address',
    summary: 'What the compliance hook on chain lets an address do',
    caller: 'operator',
    params: Type.Object({ address: Address }),
    answer: Type.Object({
      address: Address,
      fund: Type.Boolean(),
      claim: Type.Boolean(),
      withdraw: Type.Boolean(),
    }),
    refuses: ['oracles.not-operator', 'oracles.chain-unreachable'],
  }),
} as const
