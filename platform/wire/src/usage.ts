import { type Static, Type } from 'typebox'
import { route } from './route.ts'
import { CarrierUsageReceipt } from './terms.ts'
import { Address, HexBytes, Line } from './words.ts'

/** A carrier's cumulative usage receipt, signed by one of its USAGE keys. */
export const SignedUsageReceipt = Type.Object(
  {
    receipt: CarrierUsageReceipt,
    book: Type.Optional(Type.Integer({ minimum: 1, maximum: 4095 })),
    key: Address,
    signature: HexBytes,
  },
  { additionalProperties: false },
)
export type SignedUsageReceipt = Static<typeof SignedUsageReceipt>

export const UsageBatchAnswer = Type.Object({
  accepted: Type.Integer(),
  /** Records that were taken before: nothing changed. */
  duplicates: Type.Integer(),
  /** Records that were not taken; the others were. */
  refused: Type.Array(
    Type.Object({
      /** Index in the batch. */
      position: Type.Integer(),
      code: Line,
      message: Line,
      remedy: Line,
    }),
  ),
})
export type UsageBatchAnswer = Static<typeof UsageBatchAnswer>

export const usageRoutes = {
  records: route({
    method: 'POST',
    path: '/v1/carrier/usage-records',
    summary: "A batch of a carrier's signed, cumulative usage receipts; each stands for itself",
    caller: 'carrier',
    body: Type.Object(
      { records: Type.Array(SignedUsageReceipt, { minItems: 1, maxItems: 1000 }) },
      { additionalProperties: false },
    ),
    answer: UsageBatchAnswer,
    // A thousand signed records with their hex are about 700 kB.
    bodyLimitBytes: 2 * 1024 * 1024,
    perMinute: 600,
    refuses: ['metering.not-signed-in', 'metering.chain-unreachable'],
  }),
} as const
