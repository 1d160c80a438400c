import { type Static, Type } from 'typebox'
import { route } from './route.ts'
import { ProvisioningReceipt, Terms, UsageVoucher } from './terms.ts'
import { Address, Hash, HexBytes, IntentId, Line, Micros, Millis, Octets, Seconds, Uint32 } from './words.ts'

/** Binary in JSON, as SGP.22 writes it. */
const Base64 = (maxLength: number) =>
  Type.String({ pattern: '^[A-Za-z0-9+/]*={0,2}$', minLength: 4, maxLength })

/** A purchase as a carrier that may serve it sees it: the terms, and whether service is wanted. */
export const CarrierIntent = Type.Object({
  intentId: IntentId,
  terms: Terms,
  books: Type.Array(Uint32),
  /** The book that was chosen last, once one was. */
  book: Type.Optional(Uint32),
  receiptDigest: Type.Optional(Hash),
  /** `on` after activation on chain, `ended` once the traveller finished, the time is over or the deposit used up. */
  service: Type.Union([Type.Literal('off'), Type.Literal('on'), Type.Literal('ended')]),
  /** What the device has signed for: how far the carrier may go on without a new voucher. */
  deviceBytes: Octets,
  deviceSeq: Uint32,
  voucher: Type.Optional(UsageVoucher),
  voucherSignature: Type.Optional(HexBytes),
  carrierBytes: Octets,
  carrierSeq: Uint32,
})
export type CarrierIntent = Static<typeof CarrierIntent>

/** A carrier's signed word that a profile is installed, with the card's own signed word behind it. */
export const ProvisioningRequest = Type.Object(
  {
    receipt: ProvisioningReceipt,
    /** The PROVISIONING key of the CarrierRegistry that signed. */
    key: Address,
    signature: HexBytes,
    /** Checked and forgotten: it names the card, so it is stored nowhere. */
    evidence: Type.Object(
      {
        /** DER of the ProfileInstallationResult (SGP.22, tag BF37). */
        installationResult: Base64(16_384),
        euiccCertificate: Base64(8_192),
        eumCertificate: Base64(8_192),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
)
export type ProvisioningRequest = Static<typeof ProvisioningRequest>

/** ES2+ HandleDownloadProgressInfo (SGP.22, 5.3.5). */
export const DownloadProgress = Type.Object(
  {
    header: Type.Object(
      {
        functionRequesterIdentifier: Type.String({ maxLength: 128 }),
        functionCallIdentifier: Type.String({ maxLength: 160 }),
      },
      { additionalProperties: true },
    ),
    eid: Type.Optional(Type.String({ pattern: '^[0-9]{32}$' })),
    iccid: Type.String({ pattern: '^[0-9]{18,20}F?$', maxLength: 20 }),
    profileType: Type.String({ maxLength: 128 }),
    timestamp: Type.String({ maxLength: 40 }),
    notificationPointId: Type.Integer({ minimum: 1, maximum: 255 }),
    notificationPointStatus: Type.Object(
      {
        status: Type.Union([
          Type.Literal('Executed-Success'),
          Type.Literal('Executed-WithWarning'),
          Type.Literal('Failed'),
          Type.Literal('Expired'),
        ]),
        statusCodeData: Type.Optional(
          Type.Object(
            {
              subjectCode: Type.String({ maxLength: 32 }),
              reasonCode: Type.String({ maxLength: 32 }),
              subjectIdentifier: Type.Optional(Type.String({ maxLength: 128 })),
              message: Type.Optional(Type.String({ maxLength: 512 })),
            },
            { additionalProperties: false },
          ),
        ),
      },
      { additionalProperties: false },
    ),
    resultData: Type.Optional(Type.String({ maxLength: 32_768 })),
  },
  { additionalProperties: false },
)
export type DownloadProgress = Static<typeof DownloadProgress>

/** How long a step takes: half of the orders are faster than p50, 95 of 100 faster than p95. */
const Percentiles = Type.Object({ p50Ms: Type.Optional(Millis), p95Ms: Type.Optional(Millis) })

/** One carrier's book, from its own rows. */
export const CarrierBook = Type.Object({
  carrierId: Uint32,
  name: Line,
  book: Uint32,
  funnel: Type.Object({
    ordered: Uint32,
    ready: Uint32,
    downloaded: Uint32,
    installed: Uint32,
    active: Uint32,
    failed: Uint32,
  }),
  /** Of the orders that came to an end, those that became active; absent while none has ended. */
  successPct: Type.Optional(Type.Number()),
  /** From order to activation code. */
  p50Ms: Type.Optional(Millis),
  p95Ms: Type.Optional(Millis),
  steps: Type.Object({
    ready: Percentiles,
    downloaded: Percentiles,
    installed: Percentiles,
    active: Percentiles,
  }),
  failures: Type.Array(Type.Object({ code: Type.String(), count: Uint32 })),
  escrowedMicros: Micros,
  chargedMicros: Micros,
  settledMicros: Micros,
  payouts: Type.Array(
    Type.Object({
      epoch: Uint32,
      grossMicros: Micros,
      feeMicros: Micros,
      to: Address,
      txHash: Hash,
      atMs: Millis,
    }),
  ),
  keys: Type.Array(
    Type.Object({
      role: Type.Union([Type.Literal('PROVISIONING'), Type.Literal('USAGE')]),
      key: Address,
      validFrom: Seconds,
      validUntil: Seconds,
      revoked: Type.Boolean(),
    }),
  ),
  receipts: Type.Array(Type.Object({ intentId: IntentId, digest: Hash, atMs: Millis, state: Type.String() })),
  telemetry: Type.Array(
    Type.Object({
      region: Type.String(),
      atMs: Millis,
      rsrpDbm: Type.Number(),
      latencyMs: Type.Number(),
      throughputMbps: Type.Number(),
      lossRatio: Type.Number(),
    }),
  ),
  /** Profiles reserved ahead of demand. */
  warm: Uint32,
})
export type CarrierBook = Static<typeof CarrierBook>

export const carriersRoutes = {
  intent: route({
    method: 'GET',
    path: '/v1/carrier/intents/:id',
    summary: 'A purchase that this carrier may serve',
    caller: 'carrier',
    params: Type.Object({ id: IntentId }),
    answer: CarrierIntent,
    perMinute: 6000,
    refuses: ['provisioner.no-carrier-key', 'provisioner.unknown-intent'],
  }),
  receipt: route({
    method: 'POST',
    path: '/v1/carrier/provisioning-receipts',
    summary: 'The signed receipt for an installed profile; the same one twice changes nothing',
    caller: 'carrier',
    body: ProvisioningRequest,
    answer: Type.Object({ receiptDigest: Hash, duplicate: Type.Boolean() }),
    bodyLimitBytes: 65_536,
    refuses: [
      'provisioner.no-carrier-key',
      'provisioner.unknown-intent',
      'provisioner.not-your-order',
      'provisioner.key-not-registered',
      'provisioner.receipt-signature',
      'provisioner.evidence-differs',
      'provisioner.evidence-invalid',
    ],
  }),
  dashboard: route({
    method: 'GET',
    path: '/v1/carrier/dashboard',
    summary: 'Funnel, times, revenue, keys, receipts and radio of the books',
    caller: 'carrier',
    answer: Type.Object({ carriers: Type.Array(CarrierBook) }),
    refuses: ['provisioner.no-carrier-key'],
  }),
  downloadProgress: route({
    method: 'POST',
    path: '/gsma/rsp2/es2plus/handleDownloadProgressInfo',
    summary: 'ES2+ notification of a download by the carrier (SGP.22, 5.3.5)',
    caller: 'carrier',
    body: DownloadProgress,
    status: 204,
    bodyLimitBytes: 65_536,
    perMinute: 6000,
    refuses: ['provisioner.no-carrier-key'],
  }),
} as const
