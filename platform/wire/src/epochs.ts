import { type Static, Type } from 'typebox'
import { route } from './route.ts'
import { CarrierUsageReceipt, DeviceBinding, ProvisioningReceipt, Terms, UsageVoucher } from './terms.ts'
import { Address, BigDecimal, Hash, HexBytes, IntentId, Micros, Octets, Seconds, Uint32 } from './words.ts'

const EpochNumber = Type.Integer({ minimum: 0, maximum: 4294967295 })
/** Everything that an epoch's deltas may hold; far above `HexBytes`. */
const DeltaBytes = Type.Unsafe<`0x${string}`>(Type.String({ pattern: '^0x([0-9a-fA-F]{2})*$' }))

export const EpochState = Type.Union([
  Type.Literal('collecting', { description: 'closed; attestors are asked to sign' }),
  Type.Literal('wanted', { description: 'signed; on its way to the chain' }),
  Type.Literal('posted', { description: 'on chain; its window runs' }),
  Type.Literal('final', { description: 'final: books are paid, remainders go back' }),
  Type.Literal('missed', { description: 'not posted in its window; the next epoch carries its charges' }),
])
export type EpochState = Static<typeof EpochState>

export const Commitment = Type.Object(
  {
    epoch: Uint32,
    cutoff: Seconds,
    root: Hash,
    total: Micros,
    coSigned: Micros,
    prevRoot: Hash,
    dataHash: Hash,
    fromBlock: BigDecimal,
    toBlock: BigDecimal,
    eventsRoot: Hash,
    policyVersion: Uint32,
    committeeVersion: Uint32,
  },
  { additionalProperties: false },
)
export type Commitment = Static<typeof Commitment>

export const Attestation = Type.Object(
  { attestor: Address, signature: HexBytes },
  { additionalProperties: false },
)
export type Attestation = Static<typeof Attestation>

export const EpochRow = Type.Object({
  epoch: Uint32,
  state: EpochState,
  cutoff: Seconds,
  root: Hash,
  totalMicros: Micros,
  coSignedMicros: Micros,
  /** Leaves of the whole tree, and those that changed in this epoch. */
  leaves: Type.Integer(),
  changed: Type.Integer(),
  /** Signed share of the committee's weight, in basis points. */
  weightBps: Type.Integer(),
  attestations: Type.Integer(),
  postedAt: Type.Union([Seconds, Type.Null()]),
  txHash: Type.Union([Hash, Type.Null()]),
})
export type EpochRow = Static<typeof EpochRow>

const Leaf = Type.Object({
  amount: Micros,
  coSigned: Micros,
  bytesUsed: Octets,
  seq: Uint32,
  flags: Uint32,
  evidence: Hash,
})

export const LeafProof = Type.Object({ ...Leaf.properties, bitmap: BigDecimal, siblings: HexBytes })
export type LeafProof = Static<typeof LeafProof>

/** One leaf with everything that was signed behind it. */
export const EpochInput = Type.Object({
  intentId: IntentId,
  book: Uint32,
  index: Uint32,
  leaf: Leaf,
  terms: Type.Optional(Terms),
  receipt: Type.Optional(ProvisioningReceipt),
  carrierKey: Type.Optional(Address),
  receiptSignature: Type.Optional(HexBytes),
  voucher: Type.Optional(Type.Object({ voucher: UsageVoucher, signature: HexBytes, binding: DeviceBinding })),
  usageReceipt: Type.Optional(
    Type.Object({ receipt: CarrierUsageReceipt, key: Address, signature: HexBytes }),
  ),
})
export type EpochInput = Static<typeof EpochInput>

export const EpochInputs = Type.Object({
  commitment: Commitment,
  deltas: DeltaBytes,
  /** The epoch posted before; null for the first. */
  previous: Type.Union([EpochNumber, Type.Null()]),
  inputs: Type.Array(EpochInput),
})
export type EpochInputs = Static<typeof EpochInputs>

const EpochParams = Type.Object({ epoch: EpochNumber })

export const epochsRoutes = {
  list: route({
    method: 'GET',
    path: '/v1/epochs',
    summary: 'Epochs with something to settle, newest first',
    caller: 'anyone',
    query: Type.Object({
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
      state: Type.Optional(EpochState),
    }),
    answer: Type.Object({ epochs: Type.Array(EpochRow) }),
    perMinute: 3000,
  }),
  get: route({
    method: 'GET',
    path: '/v1/epochs/:epoch',
    summary: 'One epoch with its commitment and the signatures on it',
    caller: 'anyone',
    params: EpochParams,
    answer: Type.Object({
      epoch: EpochRow,
      commitment: Commitment,
      signatures: Type.Array(Attestation),
      payouts: Type.Array(
        Type.Object({ book: Uint32, grossMicros: Micros, feeMicros: Micros, to: Address, txHash: Hash }),
      ),
    }),
    refuses: ['settlement.unknown-epoch'],
  }),
  inputs: route({
    method: 'GET',
    path: '/v1/epochs/:epoch/inputs',
    summary: 'Every signed input of an epoch: enough to recompute its root',
    caller: 'anyone',
    params: EpochParams,
    answer: EpochInputs,
    perMinute: 3000,
    refuses: ['settlement.unknown-epoch'],
  }),
  attest: route({
    method: 'POST',
    path: '/v1/epochs/:epoch/attestations',
    summary: "An attestor's signature over the commitment",
    caller: 'attestor',
    params: EpochParams,
    body: Attestation,
    answer: Type.Object({ accepted: Type.Literal(true), weightBps: Type.Integer() }),
    status: 202,
    refuses: [
      'settlement.unknown-epoch',
      'settlement.not-in-committee',
      'settlement.bad-attestation',
      'settlement.too-late',
    ],
  }),
  proof: route({
    method: 'GET',
    path: '/v1/epochs/:epoch/proofs/:id',
    summary: "The proof that an intent's charge is in an epoch's root",
    caller: 'anyone',
    params: Type.Object({ epoch: EpochNumber, id: IntentId }),
    answer: Type.Object({
      epoch: Uint32,
      intentId: IntentId,
      book: Uint32,
      index: Uint32,
      commitment: Commitment,
      leaf: LeafProof,
      node: Type.Object({
        hash: Hash,
        total: Micros,
        coSigned: Micros,
        bitmap: BigDecimal,
        siblings: HexBytes,
      }),
    }),
    refuses: ['settlement.unknown-epoch', 'settlement.no-leaf'],
  }),
  node: route({
    method: 'GET',
    path: '/v1/epochs/:epoch/nodes/:level/:place',
    summary:
      "A node of an epoch's tree with its path and the bytes that it hashes: enough to walk down to a wrong sum",
    caller: 'anyone',
    params: Type.Object({
      epoch: EpochNumber,
      /** 0 a leaf, 32 the root; a book's node has 20. */
      level: Type.Integer({ minimum: 0, maximum: 32 }),
      place: Type.Integer({ minimum: 0, maximum: 4294967295 }),
    }),
    answer: Type.Object({
      hash: Hash,
      total: Micros,
      coSigned: Micros,
      bitmap: BigDecimal,
      siblings: HexBytes,
      /** Two nodes of 48 bytes; of a leaf 128 bytes; nothing where there is nothing. */
      children: HexBytes,
    }),
    perMinute: 3000,
    refuses: ['settlement.unknown-epoch', 'settlement.no-node'],
  }),
  remainder: route({
    method: 'GET',
    path: '/v1/intents/:id/remainder',
    summary: 'What the payer needs to take the rest of a purchase before it goes back by itself',
    caller: 'anyone',
    params: Type.Object({ id: IntentId }),
    answer: Type.Object({
      /** The newest final epoch, and the proof of the FINAL leaf in it, for `IntentEscrow.refundFinal`. */
      epoch: Uint32,
      leaf: LeafProof,
      returnsItselfAt: Seconds,
    }),
    perMinute: 3000,
    refuses: ['settlement.unknown-intent', 'settlement.remainder-not-ready', 'settlement.remainder-returned'],
  }),
} as const
