import { type Static, Type } from 'typebox'
import { route } from './route.ts'
import { Address, Hash, HexBytes, Line, Micros, Nothing, Seconds, Uint32 } from './words.ts'

const Currency = Type.String({ pattern: '^[A-Z]{3}$', maxLength: 3, description: 'ISO 4217' })
const Id = Type.String({ pattern: '^[1-9][0-9]{0,17}$', maxLength: 18 })
/** The largest that a Safe's call of a full batch comes to, and more. */
const CallData = Type.String({ pattern: '^0x([0-9a-fA-F]{2})*$', maxLength: 65_536 })

/** How a carrier is paid: USDC to its address, or fiat for the USDC of a Safe of its own. */
export const PayoutChoice = Type.Object(
  {
    payout: Type.Union([Type.Literal('usdc'), Type.Literal('fiat')]),
    /** For fiat, a Safe that exists; or else owners and threshold of one to be made. */
    safe: Type.Optional(Address),
    owners: Type.Optional(Type.Array(Address, { minItems: 2, maxItems: 10 })),
    threshold: Type.Optional(Type.Integer({ minimum: 2, maximum: 10 })),
    currency: Type.Optional(Currency),
    /** Hash of what carrier and provider agreed on: no name, no account number. */
    beneficiaryRef: Type.Optional(Hash),
  },
  { additionalProperties: false },
)
export type PayoutChoice = Static<typeof PayoutChoice>

/** A request to turn USDC into fiat. */
export const OffRamp = Type.Object({
  id: Id,
  carrierId: Uint32,
  safe: Address,
  amountMicros: Micros,
  currency: Currency,
  state: Type.Union([
    Type.Literal('requested'),
    Type.Literal('approved'),
    Type.Literal('sent'),
    Type.Literal('confirmed'),
    Type.Literal('failed'),
  ]),
  requestedAt: Seconds,
  feeMicros: Type.Optional(Micros),
  txHash: Type.Optional(Hash),
  /** The provider's reference of its payment. */
  reference: Type.Optional(Line),
  why: Type.Optional(Line),
})
export type OffRamp = Static<typeof OffRamp>

/** A Safe transaction that waits for its owners. What is not named is zero in the EIP-712 SafeTx. */
export const SafeBatch = Type.Object({
  id: Id,
  safe: Address,
  chainId: Type.Integer({ minimum: 1 }),
  to: Address,
  data: CallData,
  operation: Type.Integer({ minimum: 0, maximum: 1 }),
  nonce: Type.Integer({ minimum: 0 }),
  safeTxHash: Hash,
  state: Type.Union([
    Type.Literal('signing'),
    Type.Literal('wanted'),
    Type.Literal('executed'),
    Type.Literal('replaced'),
  ]),
  txHash: Type.Optional(Hash),
  signers: Type.Array(Address),
  offRamps: Type.Array(Id),
})
export type SafeBatch = Static<typeof SafeBatch>

export const treasuryRoutes = {
  payout: route({
    method: 'PUT',
    path: '/v1/treasury/payout',
    summary: 'How a carrier is paid, and the transactions that make it so',
    caller: 'carrier',
    body: PayoutChoice,
    answer: Type.Object({
      safe: Type.Union([Address, Type.Null()]),
      transactions: Type.Array(Type.Object({ to: Address, data: CallData, why: Line })),
    }),
    refuses: [
      'treasury.not-carrier',
      'treasury.no-beneficiary',
      'treasury.bad-owners',
      'treasury.safe-taken',
      'treasury.chain-unreachable',
    ],
  }),
  request: route({
    method: 'POST',
    path: '/v1/treasury/off-ramps',
    summary: 'A carrier asks for fiat for USDC of its Safe',
    caller: 'carrier',
    body: Type.Object({ amountMicros: Micros }, { additionalProperties: false }),
    answer: Type.Object({ id: Id }),
    status: 201,
    refuses: ['treasury.not-carrier', 'treasury.not-fiat', 'treasury.bad-amount'],
    idempotent: true,
  }),
  offRamps: route({
    method: 'GET',
    path: '/v1/treasury/off-ramps',
    summary: "A carrier's requests, or for the operator all, newest first",
    caller: 'carrier',
    answer: Type.Object({ offRamps: Type.Array(OffRamp) }),
    refuses: ['treasury.not-operator'],
  }),
  decide: route({
    method: 'POST',
    path: '/v1/treasury/off-ramps/:id/decision',
    summary: 'The operator approves a request or refuses it',
    caller: 'operator',
    params: Type.Object({ id: Id }),
    body: Type.Object({ approve: Type.Boolean(), why: Type.Optional(Line) }, { additionalProperties: false }),
    answer: Nothing,
    refuses: ['treasury.not-operator', 'treasury.unknown-request', 'treasury.wrong-state'],
  }),
  batches: route({
    method: 'GET',
    path: '/v1/treasury/batches',
    summary:
      'Safe transactions of a carrier, or for the operator all: what owners sign, and what became of them',
    caller: 'carrier',
    answer: Type.Object({ batches: Type.Array(SafeBatch) }),
    refuses: ['treasury.not-operator'],
  }),
  sign: route({
    method: 'POST',
    path: '/v1/treasury/batches/:id/signatures',
    summary: "An owner's signature of a batch; the signature itself says whose it is",
    caller: 'anyone',
    params: Type.Object({ id: Id }),
    body: Type.Object({ signature: HexBytes }, { additionalProperties: false }),
    answer: Type.Object({ signatures: Type.Integer(), threshold: Type.Integer() }),
    refuses: ['treasury.unknown-batch', 'treasury.bad-signature'],
    perMinute: 30,
  }),
} as const
