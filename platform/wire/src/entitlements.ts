import { type Static, Type } from 'typebox'
import { PAIRING_ALPHABET } from './devices.ts'
import { route } from './route.ts'
import { Terms } from './terms.ts'
import { Address, Hash, HexBytes, IntentId, Seconds, Uint32 } from './words.ts'

const Code = Type.String({ pattern: `^[${PAIRING_ALPHABET}]{6}$`, maxLength: 6 })

const Purpose = Type.String({
  minLength: 1,
  maxLength: 140,
  description: 'What the carrier asks for, in one line; the traveller reads it before signing',
})

/** EIP-712 struct `EntitlementQuestion`: all that the traveller signs. */
export const EntitlementQuestion = Type.Object(
  {
    carrierId: Uint32,
    /** The carrier's admin in the CarrierRegistry when it asked. */
    carrier: Address,
    account: Address,
    nonce: Hash,
    issuedAt: Seconds,
    expiresAt: Seconds,
    purpose: Purpose,
  },
  { additionalProperties: false },
)
export type EntitlementQuestion = Static<typeof EntitlementQuestion>

/** The EIP-712 domain: the identity contract's. */
export const EntitlementDomain = Type.Object(
  {
    name: Type.Literal('GeSIM Identity'),
    version: Type.Literal('1'),
    chainId: Type.Integer({ minimum: 1 }),
    verifyingContract: Address,
  },
  { additionalProperties: false },
)

/** What a carrier is given, and can check with `checkEntitlement` of `@gesim/proofs` and a chain node. */
export const EntitlementProof = Type.Object({
  domain: EntitlementDomain,
  question: EntitlementQuestion,
  signature: HexBytes,
  /** The purchase that entitles; its struct hash is the intent id. */
  terms: Terms,
})
export type EntitlementProof = Static<typeof EntitlementProof>

const ByCode = Type.Object({ code: Code })

const HOW_A_PROOF_FAILS = [
  'intents.question-unknown',
  'intents.question-of-another',
  'intents.question-altered',
  'intents.question-wrong-chain',
  'intents.question-wrong-carrier',
  'intents.question-expired',
  'intents.question-answered',
  'intents.entitlement-signature-wrong',
  'intents.entitlement-lost',
]

export const entitlementsRoutes = {
  ask: route({
    method: 'POST',
    path: '/v1/entitlements/questions',
    summary:
      'A carrier asks an account to prove that it is entitled there: a code for the traveller, single use, five minutes',
    caller: 'carrier',
    body: Type.Object({ account: Address, purpose: Purpose }, { additionalProperties: false }),
    answer: Type.Object({
      /** For the traveller: typed in on the page /id, or as the link or QR code `path` on the web app's address. */
      code: Code,
      path: Type.String({ maxLength: 64 }),
      domain: EntitlementDomain,
      question: EntitlementQuestion,
    }),
    status: 201,
    idempotent: true,
    perMinute: 60,
    refuses: ['intents.not-a-carrier', 'intents.carrier-unknown', 'intents.purpose-unreadable'],
  }),
  question: route({
    method: 'GET',
    path: '/v1/entitlements/questions/:code',
    summary: 'The question behind a code, for the account that it is put to',
    caller: 'traveller',
    params: ByCode,
    answer: Type.Object({
      domain: EntitlementDomain,
      question: EntitlementQuestion,
      /** The purchase that would be shown; null where no plan of the account is on at this carrier. */
      intentId: Type.Union([IntentId, Type.Null()]),
    }),
    secret: true,
    perMinute: 20,
    refuses: [
      'intents.question-unknown',
      'intents.question-of-another',
      'intents.question-expired',
      'intents.question-answered',
    ],
  }),
  answer: route({
    method: 'POST',
    path: '/v1/entitlements/questions/:code/answer',
    summary: 'Answers with the account’s EIP-712 signature, which is checked (ERC-1271, ERC-6492), once',
    caller: 'traveller',
    params: ByCode,
    body: Type.Object(
      { domain: EntitlementDomain, question: EntitlementQuestion, signature: HexBytes },
      { additionalProperties: false },
    ),
    answer: EntitlementProof,
    idempotent: true,
    secret: true,
    perMinute: 20,
    refuses: HOW_A_PROOF_FAILS,
  }),
  result: route({
    method: 'GET',
    path: '/v1/entitlements/answers/:nonce',
    summary: 'What became of a carrier’s own question; the proof once it is answered, for a week',
    caller: 'carrier',
    params: Type.Object({ nonce: Hash }),
    answer: Type.Object({
      state: Type.Union([Type.Literal('open'), Type.Literal('answered'), Type.Literal('expired')]),
      proof: Type.Union([EntitlementProof, Type.Null()]),
    }),
    secret: true,
    refuses: ['intents.not-a-carrier', 'intents.question-unknown'],
  }),
} as const
