import { type Static, Type } from 'typebox'
import { Plan } from './plans.ts'
import { Qos, QuoteId } from './quotes.ts'
import { route } from './route.ts'
import { ActivationConsent, Agreement, DeviceBinding, Terms } from './terms.ts'
import { Hash, HexBytes, IntentId, Line, Micros, Millis, Octets, Seconds, Seq, Uint32 } from './words.ts'

export const IntentState = Type.Union([
  Type.Literal('drafted'),
  Type.Literal('funded'),
  Type.Literal('ordered'),
  Type.Literal('ready'),
  Type.Literal('installed'),
  Type.Literal('active'),
  Type.Literal('finishing'),
  Type.Literal('settled'),
  Type.Literal('refunding'),
  Type.Literal('refunded'),
  Type.Literal('lapsed'),
])
export type IntentStateWord = Static<typeof IntentState>

/** One step that a traveller sees, with who did it and where to check. */
export const TimelineEntry = Type.Object({
  step: Type.Union([
    Type.Literal('paid'),
    Type.Literal('ordered'),
    Type.Literal('ready'),
    Type.Literal('downloaded'),
    Type.Literal('installed'),
    Type.Literal('connected'),
    Type.Literal('settled'),
    Type.Literal('refunding'),
    Type.Literal('refunded'),
  ]),
  atMs: Millis,
  actor: Type.Union([
    Type.Literal('you'),
    Type.Literal('gesim'),
    Type.Literal('carrier'),
    Type.Literal('device'),
    Type.Literal('chain'),
  ]),
  txHash: Type.Optional(Hash),
  gasUsed: Type.Optional(Octets),
  note: Type.Optional(Line),
})
export type TimelineEntry = Static<typeof TimelineEntry>

/** How much was used, by whose word, and as of when. */
export const Usage = Type.Object({
  bytes: Octets,
  amountMicros: Micros,
  asOfMs: Millis,
  source: Type.Union([Type.Literal('co-signed'), Type.Literal('carrier'), Type.Literal('device')]),
  deviceBytes: Octets,
  carrierBytes: Octets,
  seq: Uint32,
})
export type Usage = Static<typeof Usage>

/** What a carrier was chosen by, in figures. */
const ChoiceFacts = Type.Object({
  /** What mattered most then; `qos` of the purchase says what does now. */
  qos: Type.Optional(Qos),
  /** What was measured of it last, or null where nothing was. */
  measured: Type.Union([
    Type.Object({
      latencyMs: Type.Number({ minimum: 0 }),
      throughputMbps: Type.Number({ minimum: 0 }),
      atMs: Millis,
    }),
    Type.Null(),
  ]),
  /** How many others could have delivered, and how many had refused. */
  others: Uint32,
  refused: Uint32,
})

/** A purchase. */
export const Intent = Type.Object({
  intentId: IntentId,
  state: IntentState,
  plan: Plan,
  qos: Qos,
  book: Type.Optional(Uint32),
  /** Why this carrier, in English words and in figures. */
  carrier: Type.Optional(Type.Object({ book: Uint32, why: Line, facts: Type.Optional(ChoiceFacts) })),
  terms: Terms,
  books: Type.Array(Uint32),
  planSalt: Hash,
  fundedMicros: Micros,
  chargedMicros: Micros,
  refundedMicros: Micros,
  provisionBy: Seconds,
  deadline: Seconds,
  createdAtMs: Millis,
  timeline: Type.Array(TimelineEntry),
  usage: Type.Union([Usage, Type.Null()]),
  /** The last thing that went wrong, while it matters. */
  failure: Type.Optional(Type.Object({ code: Type.String(), says: Line, remedy: Line })),
  /** What an ActivationConsent has to name; present once the carrier has signed its receipt. */
  receiptDigest: Type.Optional(Hash),
  /** No device is paired, so the traveller's own account has to sign the consent. */
  consentWanted: Type.Boolean(),
  /** It was bought by itself, by an order that the traveller signed before. */
  renewed: Type.Optional(Type.Object({ renewalId: Type.String({ maxLength: 64 }), orderedAtMs: Millis })),
  paired: Type.Boolean(),
  /** Sequence number of the newest event in this answer: read on from here. */
  seq: Seq,
})
export type Intent = Static<typeof Intent>

/** The activation code and what leads to it. A bearer secret. */
export const Activation = Type.Object({
  activationCode: Type.String({ maxLength: 512 }),
  smdpAddress: Type.String({ maxLength: 255 }),
  matchingId: Type.String({ maxLength: 255 }),
  appleUrl: Type.String({ maxLength: 1024 }),
  androidUrl: Type.String({ maxLength: 1024 }),
})
export type Activation = Static<typeof Activation>

/** A part of the receipt page; its shape belongs to the stage that gives it. */
const Part = Type.Unsafe<Record<string, unknown>>(Type.Object({}, { additionalProperties: true }))

/** Everything that a browser needs to check the purchase itself. */
export const Receipt = Type.Object({
  intentId: IntentId,
  chainId: Type.Integer(),
  escrow: Type.String(),
  terms: Terms,
  books: Type.Array(Uint32),
  planId: Type.String(),
  planSalt: Hash,
  /** The consent receipt: what was agreed to, and the plan as it was shown. Purchases older than it have none. */
  agreement: Type.Optional(Type.Object({ statement: Agreement, plan: Plan })),
  state: IntentState,
  /** Transactions of this purchase, by what they did. */
  chain: Type.Array(
    Type.Object({
      event: Type.String(),
      txHash: Hash,
      block: Octets,
      atMs: Millis,
      facts: Part,
    }),
  ),
  provisioning: Type.Optional(Part),
  metering: Type.Optional(Part),
  billing: Type.Optional(Part),
  settlement: Type.Optional(Part),
  transparency: Type.Optional(Part),
})
export type Receipt = Static<typeof Receipt>

const ById = Type.Object({ id: IntentId })

export const intentsRoutes = {
  create: route({
    method: 'POST',
    path: '/v1/intents',
    summary: 'Takes a quote: from now on the purchase has its intent id; money moves on chain only',
    caller: 'traveller',
    body: Type.Object({ quoteId: QuoteId, terms: Terms }, { additionalProperties: false }),
    answer: Type.Object({ intentId: IntentId }),
    status: 201,
    idempotent: true,
    perMinute: 60,
    refuses: [
      'intents.quote-unknown',
      'intents.quote-expired',
      'intents.terms-differ',
      'intents.not-payer',
      'intents.plan-changed',
      'intents.over-limit',
    ],
  }),
  list: route({
    method: 'GET',
    path: '/v1/intents',
    summary: 'The traveller’s purchases, newest first',
    caller: 'traveller',
    query: Type.Object({
      before: Type.Optional(Millis),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    }),
    answer: Type.Object({ intents: Type.Array(Intent) }),
  }),
  get: route({
    method: 'GET',
    path: '/v1/intents/:id',
    summary: 'One purchase: state, timeline, usage, deadlines',
    caller: 'traveller',
    params: ById,
    answer: Intent,
    refuses: ['intents.unknown'],
  }),
  events: route({
    method: 'GET',
    path: '/v1/intents/:id/events',
    summary:
      'The events of one purchase as they happen (server-sent events); resumes by Last-Event-ID or `after`',
    caller: 'traveller',
    params: ById,
    query: Type.Object({ after: Type.Optional(Seq) }),
    stream: true,
    refuses: ['intents.unknown'],
  }),
  activation: route({
    method: 'GET',
    path: '/v1/intents/:id/activation',
    summary: 'The activation code, its parts and the install links',
    caller: 'traveller',
    params: ById,
    answer: Activation,
    secret: true,
    refuses: ['intents.unknown', 'provisioner.not-ready'],
  }),
  finish: route({
    method: 'POST',
    path: '/v1/intents/:id/finish',
    summary: 'Ends the service: the last usage is settled and the rest of the money comes back',
    caller: 'traveller',
    params: ById,
    answer: Type.Object({ state: IntentState }),
    refuses: ['intents.unknown', 'intents.not-active'],
  }),
  createPairingCode: route({
    method: 'POST',
    path: '/v1/intents/:id/pairing-codes',
    summary: 'Six characters that a device exchanges for its token; single use, five minutes',
    caller: 'traveller',
    params: ById,
    answer: Type.Object({ code: Type.String({ maxLength: 6 }), expiresAt: Seconds }),
    status: 201,
    perMinute: 20,
    refuses: ['intents.unknown', 'intents.over'],
  }),
  pairing: route({
    method: 'GET',
    path: '/v1/intents/:id/pairing',
    summary: 'The paired device, and whether the payer has bound it yet',
    caller: 'traveller',
    params: ById,
    answer: Type.Object({
      device: Type.Optional(HexBytes),
      bound: Type.Boolean(),
      validUntil: Type.Optional(Seconds),
      pairedAtMs: Type.Optional(Millis),
    }),
    refuses: ['intents.unknown'],
  }),
  pairingConsent: route({
    method: 'POST',
    path: '/v1/intents/:id/pairing-consents',
    summary: 'Binds the paired device: the payer’s PairingConsent, checked against the account (ERC-1271)',
    caller: 'traveller',
    params: ById,
    body: DeviceBinding,
    answer: Type.Object({ bound: Type.Literal(true) }),
    refuses: [
      'intents.unknown',
      'intents.device-unknown',
      'intents.signature-wrong',
      'intents.consent-expired',
    ],
  }),
  activationConsent: route({
    method: 'POST',
    path: '/v1/intents/:id/activation-consents',
    summary: 'The payer agrees himself that the profile is installed and the service shall start',
    caller: 'traveller',
    params: ById,
    body: ActivationConsent,
    answer: Type.Object({ accepted: Type.Literal(true) }),
    status: 202,
    refuses: ['intents.unknown', 'provisioner.no-receipt', 'provisioner.consent-wrong'],
  }),
  receipt: route({
    method: 'GET',
    path: '/v1/intents/:id/receipt',
    summary: 'Everything needed to check the purchase in one’s own browser',
    caller: 'traveller',
    params: ById,
    answer: Receipt,
    refuses: ['intents.unknown'],
  }),
} as const
