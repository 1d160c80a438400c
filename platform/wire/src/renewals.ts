import { type Static, Type } from 'typebox'
import { Plan } from './plans.ts'
import { Qos } from './quotes.ts'
import { route } from './route.ts'
import { Agreement, Terms } from './terms.ts'
import { Hash, HexBytes, IntentId, Micros, Millis, Seconds, Uint32 } from './words.ts'

/** The hard limits of a plan that renews itself. */
export const MOST_RENEWALS = 4
export const MOST_RENEWAL_DAYS = 90

/** Why a renewal ended. */
export const RenewalEnd = Type.Union([
  /** The traveller ended it. */
  Type.Literal('you'),
  /** It has renewed as often as was ordered. */
  Type.Literal('done'),
  /** Its time is over. */
  Type.Literal('time'),
  /** The plan costs more than was agreed to. */
  Type.Literal('price'),
  /** The plan is another than was agreed to. */
  Type.Literal('plan'),
  /** The plan is not sold any more. */
  Type.Literal('not-sold'),
  Type.Literal('balance'),
  /** It would have passed a spending limit. */
  Type.Literal('limit'),
  /** Plans of the account have renewed themselves too often within 30 days. */
  Type.Literal('too-many'),
  /** The traveller has lowered a spending limit. */
  Type.Literal('limits-lowered'),
  /** The key that signed no longer opens the account. */
  Type.Literal('signature'),
  /** What was signed was made void on the chain. */
  Type.Literal('cancelled'),
  /** The money of a renewed plan went back. */
  Type.Literal('refunded'),
  /** The traveller has finished the plan early. */
  Type.Literal('finished'),
  /** The chain refused the payment. */
  Type.Literal('refused'),
])
export type RenewalEnd = Static<typeof RenewalEnd>

/** One payment that was signed ahead: it pays for this intent, once, or for nothing. */
const RenewalPart = Type.Object({
  intentId: Hash,
  terms: Terms,
  agreement: Agreement,
  planSalt: Hash,
  state: Type.Union([Type.Literal('waiting'), Type.Literal('asked'), Type.Literal('paid')]),
})

/** An order to buy the same plan again by itself, within limits that the signatures themselves hold. */
export const Renewal = Type.Object({
  renewalId: Type.String({ maxLength: 64 }),
  state: Type.Union([Type.Literal('drafted'), Type.Literal('on'), Type.Literal('ended')]),
  why: Type.Optional(RenewalEnd),
  plan: Plan,
  qos: Qos,
  priceMicros: Micros,
  times: Type.Integer({ minimum: 1, maximum: MOST_RENEWALS }),
  /** How many payments are still waiting. */
  left: Type.Integer({ minimum: 0, maximum: MOST_RENEWALS }),
  until: Seconds,
  books: Type.Array(Uint32),
  /** The purchase that it was ordered for. */
  startedFrom: Hash,
  /** The purchase whose end it waits for. */
  follows: Hash,
  /** That purchase is used up or over: the first payment is made at once. */
  dueNow: Type.Boolean(),
  createdAtMs: Millis,
  endedAtMs: Type.Optional(Millis),
  parts: Type.Array(RenewalPart),
})
export type Renewal = Static<typeof Renewal>

const ById = Type.Object({ renewalId: Type.String({ pattern: '^r_[A-Za-z0-9_-]{16,48}$', maxLength: 64 }) })

export const renewalsRoutes = {
  draft: route({
    method: 'POST',
    path: '/v1/intents/:id/renewals',
    summary: 'Terms for buying the same plan again by itself; nothing is ordered until they are signed',
    caller: 'traveller',
    params: Type.Object({ id: IntentId }),
    body: Type.Object(
      {
        times: Type.Integer({ minimum: 1, maximum: MOST_RENEWALS }),
        days: Type.Integer({ minimum: 1, maximum: MOST_RENEWAL_DAYS }),
      },
      { additionalProperties: false },
    ),
    answer: Renewal,
    status: 201,
    perMinute: 20,
    refuses: [
      'intents.unknown',
      'intents.not-renewable',
      'intents.renewal-exists',
      'intents.renewals-too-many',
      'intents.plan-unknown',
      'intents.plan-not-on-sale',
    ],
  }),
  sign: route({
    method: 'POST',
    path: '/v1/renewals/:renewalId/signatures',
    summary:
      'Orders a drafted renewal: one EIP-3009 authorization for each part, checked against the account (ERC-1271)',
    caller: 'traveller',
    params: ById,
    body: Type.Object(
      { signatures: Type.Array(HexBytes, { minItems: 1, maxItems: MOST_RENEWALS }) },
      { additionalProperties: false },
    ),
    bodyLimitBytes: 65_536,
    answer: Renewal,
    perMinute: 20,
    refuses: [
      'intents.renewal-unknown',
      'intents.renewal-over',
      'intents.renewal-exists',
      'intents.renewal-incomplete',
      'intents.account-not-deployed',
      'intents.signature-wrong',
      'intents.plan-changed',
    ],
  }),
  list: route({
    method: 'GET',
    path: '/v1/renewals',
    summary: 'The traveller’s renewals, newest first: what each still may do, or why it ended',
    caller: 'traveller',
    answer: Type.Object({ renewals: Type.Array(Renewal) }),
  }),
  end: route({
    method: 'DELETE',
    path: '/v1/renewals/:renewalId',
    summary: 'Ends a renewal and deletes what was signed for it; ended twice, it is ended',
    caller: 'traveller',
    params: ById,
    answer: Renewal,
    refuses: ['intents.renewal-unknown'],
  }),
} as const
