import { type Static, Type } from 'typebox'
import { route } from './route.ts'
import { Address, Hash, Line, Micros, Seconds } from './words.ts'

const OrderId = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
  maxLength: 36,
})
/** Hundredths of the currency, as cards are charged. */
const Minor = Type.Integer({ minimum: 0, maximum: 2 ** 40 })
const Price = {
  /** All in: what the card is charged. */
  payMinor: Minor,
  /** How much of it is the provider's fee. */
  feeMinor: Minor,
  currency: Type.String({ pattern: '^[A-Z]{3}$', maxLength: 3, description: 'ISO 4217' }),
}

/** USDC bought with a card, by the account that they arrive at. */
export const OnRampOrder = Type.Object({
  id: OrderId,
  account: Address,
  amountMicros: Micros,
  state: Type.Union([
    Type.Literal('requested'),
    Type.Literal('redirected'),
    Type.Literal('paid'),
    Type.Literal('delivered'),
    Type.Literal('failed'),
    Type.Literal('expired'),
  ]),
  ...Price,
  /** The provider's page, while it waits for the payment. */
  url: Type.Optional(Type.String({ maxLength: 2_048 })),
  requestedAt: Seconds,
  expiresAt: Type.Optional(Seconds),
  txHash: Type.Optional(Hash),
  why: Type.Optional(
    Type.Union([
      Type.Literal('declined'),
      Type.Literal('cancelled'),
      Type.Literal('undelivered'),
      Type.Literal('price'),
    ]),
  ),
})
export type OnRampOrder = Static<typeof OnRampOrder>

const Failing = ['treasury.no-session', 'treasury.on-ramp-absent', 'treasury.on-ramp-unreachable'] as const

export const onRampRoutes = {
  overview: route({
    method: 'GET',
    path: '/v1/on-ramp',
    summary:
      'Whether USDC can be bought with a card, from whom and how much, and the own orders, newest first',
    caller: 'traveller',
    answer: Type.Object({
      provider: Type.Union([
        Type.Object({
          name: Line,
          /** No real card and no real money. */
          sandbox: Type.Boolean(),
          leastMicros: Micros,
          mostMicros: Micros,
          /** What is left of the day's limit. */
          leftTodayMicros: Micros,
        }),
        Type.Null(),
      ]),
      orders: Type.Array(OnRampOrder),
    }),
    refuses: ['treasury.no-session'],
  }),
  quote: route({
    method: 'POST',
    path: '/v1/on-ramp/quotes',
    summary: "The provider's price of an amount of USDC",
    caller: 'traveller',
    body: Type.Object({ amountMicros: Micros }, { additionalProperties: false }),
    answer: Type.Object({ ...Price, expiresAt: Seconds }),
    refuses: [...Failing, 'treasury.on-ramp-limit'],
    perMinute: 60,
  }),
  order: route({
    method: 'POST',
    path: '/v1/on-ramp/orders',
    summary: 'Begins a purchase with the provider; nothing is charged before its page was confirmed',
    caller: 'traveller',
    body: Type.Object({ amountMicros: Micros, mostPayMinor: Minor }, { additionalProperties: false }),
    answer: OnRampOrder,
    status: 201,
    refuses: [
      ...Failing,
      'treasury.on-ramp-limit',
      'treasury.on-ramp-day-limit',
      'treasury.on-ramp-too-many',
      'treasury.on-ramp-price',
    ],
    idempotent: true,
    perMinute: 20,
  }),
  get: route({
    method: 'GET',
    path: '/v1/on-ramp/orders/:id',
    summary: 'An order of the own account, as the provider and the chain have it now',
    caller: 'traveller',
    params: Type.Object({ id: OrderId }),
    answer: OnRampOrder,
    refuses: ['treasury.no-session', 'treasury.on-ramp-unknown'],
  }),
  cancel: route({
    method: 'POST',
    path: '/v1/on-ramp/orders/:id/cancel',
    summary: 'Ends an order that is not paid',
    caller: 'traveller',
    params: Type.Object({ id: OrderId }),
    answer: OnRampOrder,
    refuses: [...Failing, 'treasury.on-ramp-unknown', 'treasury.wrong-state'],
    perMinute: 30,
  }),
  notice: route({
    method: 'POST',
    path: '/v1/on-ramp/notices',
    summary: "The provider says that an order moved; the state itself is asked for with the operator's key",
    caller: 'anyone',
    body: Type.Object(
      { orderId: Type.String({ minLength: 1, maxLength: 128 }) },
      { additionalProperties: true },
    ),
    status: 204,
    perMinute: 120,
  }),
} as const
