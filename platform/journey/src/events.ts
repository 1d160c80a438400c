import type {
  ChoiceFacts,
  CommitmentJson,
  DemandJson,
  LeafProofJson,
  NodeProofJson,
  ReceiptJson,
  StatementJson,
  TermsJson,
} from './shapes.ts'
import type { Hex } from './words.ts'

/** The stages of a purchase, in the order of the journey. */
export const STAGES = [
  'identity',
  'intents',
  'indexer',
  'relayer',
  'provisioner',
  'metering',
  'smart-switch',
  'billing',
  'settlement',
  'treasury',
  'attestor',
  'watcher',
  'oracles',
  'advisor',
  'transparency',
  'web-push',
] as const

export type StageName = (typeof STAGES)[number]

/** What a traveller is told of while no page is open. */
export type NoticeAbout =
  | 'usage-50'
  | 'usage-80'
  | 'usage-90'
  | 'refunded'
  /** The same plan was bought again, by an order of before. */
  | 'renewed'
  /** No network can deliver the plan that renewed itself: its money waits to be taken back. */
  | 'renewal-undelivered'
  /** The plan does not renew itself any more: it costs more, the wallet holds less, a limit stands against it, or else. */
  | 'renewal-price'
  | 'renewal-balance'
  | 'renewal-limit'
  | 'renewal-ended'

/**
 * The body of each event. JSON only: amounts and bytes are decimal strings, times are seconds since 1970 unless the
 * name says otherwise. Nothing here identifies a person.
 */
export interface EventBodies {
  /** A wallet exists: its sponsorship budget and its soulbound token are wished for. */
  'account.registered': { account: Hex; commitment: Hex }
  /** The person behind an account has left: what is kept only for them goes. */
  'account.forgotten': { account: Hex }
  /** The soulbound token shall leave the chain, without a mark on the account; `held` where it is there. */
  'burn.wanted': { account: Hex; tokenId: string; held: boolean }
  /** The soulbound token is on chain. */
  'identity.minted': { account: Hex; tokenId: string; txHash: Hex }
  /** The soulbound token is off the chain, by its holder or by the issuer. */
  'identity.burned': { account: Hex; tokenId: string; txHash: Hex }
  /** The paymaster holds a sponsorship budget for the account. */
  'budget.granted': { account: Hex; amountMicros: string; validUntil: number; txHash: Hex }
  /** The escrow holds the traveller's money, state Held. */
  'intent.funded': { payer: Hex; fundedMicros: string; txHash: Hex; gasUsed: string }
  /** Which network should serve the intent. */
  'switch.wanted': { planId: string; country: string; books: number[]; refusedBooks: number[]; qos: string }
  /** From now on something else matters most for the purchase; later choices go by it. */
  'preference.changed': { qos: string }
  /** The choice, with its reason in words. `book` is null when no carrier is left. */
  'switch.decided': {
    book: number | null
    reason: string
    scores: { book: number; score: number; why: string }[]
    /** The same in figures, for words in any language; events of older versions have none. */
    facts?: ChoiceFacts
  }
  /** A carrier was asked for a profile. */
  'profile.ordered': { book: number; attempt: number }
  /** The carrier refused or did not answer in time. */
  'order.failed': { book: number; attempt: number; code: string }
  /** An activation code exists; it is read through the API, never from here. */
  'profile.ready': { book: number; attempt: number }
  /** The card holds the bound profile package. */
  'profile.downloaded': { book: number }
  /** The eUICC signed that the profile is installed; the carrier signed its provisioning receipt. */
  'profile.installed': { book: number; receiptDigest: Hex; evidence: Hex }
  /** Receipt and consent are both here: the escrow shall open for the carrier. */
  'activation.wanted': {
    terms: TermsJson
    books: number[]
    book: number
    receipt: ReceiptJson
    carrierKey: Hex
    receiptSignature: Hex
    consent: { receiptDigest: Hex; validUntil: number }
    consentSignature: Hex
    binding: { device: Hex; validUntil: number; payerSignature: Hex }
  }
  /** The escrow is Open for a book. */
  'intent.activated': { book: number; index: number; activatedAt: number; txHash: Hex; gasUsed: string }
  /** The whole amount shall go back: nobody could deliver in time. */
  'refund.wanted': { terms: TermsJson; why: string }
  /**
   * A plan shall renew itself: the escrow shall collect a payment that its payer signed ahead (EIP-3009), once. What was signed
   * is read from `intents_asked_payments`: an event would keep it for ever.
   */
  'renewal.wanted': { terms: TermsJson; amountMicros: string; validBefore: number }
  /** The whole amount went back while Held. */
  'intent.refunded': { refundedMicros: string; txHash: Hex; gasUsed: string }
  /** The first bytes flowed, or the phone attached to the network. */
  'service.connected': { book: number }
  /** Reconciled cumulative usage of an intent. */
  'usage.recorded': {
    book: number
    deviceBytes: string
    carrierBytes: string
    billableBytes: string
    coSignedBytes: string
    seq: number
    asOf: number
    evidence: Hex
    /** The last record of this intent: service has ended and both sides have spoken, or the grace has passed. */
    final: boolean
    /** The deposit is used up. */
    exhausted: boolean
  }
  /** The cumulative charge of an intent. */
  'charge.posted': {
    book: number
    amountMicros: string
    coSignedMicros: string
    bytesUsed: string
    seq: number
    evidence: Hex
    final: boolean
  }
  /** No more service: the traveller finished, the deadline passed or the deposit is used up. */
  'service.ended': { book: number; why: string }
  /** Something happened to a purchase of which its traveller should hear while no page is open. */
  'notice.wanted': { account: Hex; about: NoticeAbout }
  /** The leaves and the root of an epoch are fixed and served to the attestors. */
  'epoch.closed': {
    epoch: number
    cutoff: number
    root: Hex
    totalMicros: string
    coSignedMicros: string
    leaves: number
    dataHash: Hex
  }
  /** The commitment with the attestors' signatures shall go on chain. */
  'root.wanted': {
    epoch: number
    commitment: CommitmentJson
    signatures: { attestor: Hex; signature: Hex }[]
    deltas: Hex
  }
  /** Signatures that came after the root shall follow it on chain: with them it has a quorum. All of them, old and new. */
  'attest.wanted': {
    epoch: number
    commitment: CommitmentJson
    signatures: { attestor: Hex; signature: Hex }[]
  }
  /** The root is on chain. */
  'root.posted': {
    epoch: number
    root: Hex
    totalMicros: string
    coSignedMicros: string
    postedAt: number
    weight: number
    txHash: Hex
    gasUsed: string
  }
  /** The root is final: books can be settled and final leaves refunded. */
  'root.final': { epoch: number }
  /** Enough owners have signed a Safe transaction: it shall be sent. */
  'batch.wanted': { batchId: string; safe: Hex; data: Hex }
  /** The books of a final epoch shall be paid. */
  'settle.wanted': { epoch: number; books: number[]; proofs: NodeProofJson[] }
  /** A carrier was paid by the escrow. */
  'payout.claimed': {
    epoch: number
    book: number
    grossMicros: string
    feeMicros: string
    to: Hex
    txHash: Hex
    gasUsed: string
  }
  /**
   * The traveller's remainder shall go back, with the proof of the FINAL leaf. Where the epoch can still be challenged, an
   * older one that cannot holds the same leaf: `confirmed`.
   */
  'remainder.wanted': {
    terms: TermsJson
    epoch: number
    proof: LeafProofJson
    confirmed?: { epoch: number; proof: LeafProofJson }
  }
  /** Somebody demands, with a bond, the leaf of an intent or the signed records behind it (C1, C2). */
  'demand.opened': { demandId: Hex; kind: 'data' | 'evidence'; demand: DemandJson; txHash: Hex }
  /**
   * The demand shall be answered: with the leaf, and for records with the terms and what both sides signed. The leaf of
   * `leafIntentId` is at the place, or none.
   */
  'answer.wanted': {
    demandId: Hex
    demand: DemandJson
    leafIntentId: Hex
    proof: LeafProofJson
    records?: {
      terms: TermsJson
      voucher: { voucher: StatementJson & { sessionRoot: Hex }; signature: Hex } | null
      receipt: { receipt: StatementJson & { cdrRoot: Hex }; key: Hex; signature: Hex } | null
      provisioningDigest: Hex
    }
  }
  /**
   * The watcher would have a call sent: the proof of a fault in a root, a demand with its bond, or what follows them. `act`
   * names it in the watcher's books.
   */
  'watch.wanted': { act: string; contract: 'payOnUsage' | 'attestorRegistry' | 'usdc'; data: Hex }
  /** The intent is closed on chain: charged, and the rest returned. */
  'intent.closed': {
    chargedMicros: string
    refundedMicros: string
    reason: number
    txHash: Hex
    gasUsed: string
  }
  /** The paymaster charged gas for a sponsored operation. */
  'gas.charged': {
    account: Hex
    costMicros: string
    marginMicros: string
    userOpHash: Hex
    txHash: Hex
    kind: number
  }
  /** Fees or gas margin reached the treasury Safe. */
  'fees.swept': { source: 'escrow' | 'paymaster'; amountMicros: string; to: Hex; txHash: Hex }
  /** The fee treasury owes a relayer for a call that it made as a duty. */
  'relayer.paid': { duty: number; relayer: Hex; amountMicros: string; txHash: Hex; gasUsed: string }
  /** A carrier redeemed a device's voucher itself, without a root. */
  'voucher.released': {
    book: number
    watermarkMicros: string
    paidMicros: string
    feeMicros: string
    to: Hex
    txHash: Hex
  }
  /** A reorganisation took away a log that had already become the event `seq`. */
  'chain.undone': { seq: string; event: string; txHash: Hex; block: number }
  /** A transaction that a stage wished for cannot be made: it would revert, and why. */
  'transaction.refused': { key: string; code: string; why: string }
  /** Usage that a robust statistic finds unlike the rest. */
  'anomaly.flagged': { score: number; threshold: number; why: string }
  /** How many profiles should be warm next hour. */
  'prewarm.advised': {
    book: number
    profileType: string
    hour: number
    count: number
    quantile: number
    why: string
  }
  /** An exchange rate was read from the chain's oracle. */
  'rate.updated': { pair: string; rate: string; updatedAt: number }
}

export type EventKind = keyof EventBodies
export type EventBody<Kind extends EventKind> = EventBodies[Kind]

/** A row of the journal. */
export interface JourneyEvent<Kind extends EventKind = EventKind> {
  readonly seq: bigint
  readonly kind: Kind
  readonly version: number
  /** The on-chain intent id, or null for what belongs to no single purchase. */
  readonly intentId: Hex | null
  readonly atMs: number
  readonly body: EventBodies[Kind]
}

/** Who writes an event and who reads it; a house test compares this table with the code. */
export interface EventRow {
  readonly version: number
  readonly writer: StageName
  readonly readers: readonly StageName[]
}

export const EVENTS: Readonly<Record<EventKind, EventRow>> = {
  'account.registered': { version: 1, writer: 'identity', readers: ['relayer'] },
  'account.forgotten': { version: 1, writer: 'identity', readers: ['intents', 'web-push'] },
  'burn.wanted': { version: 1, writer: 'identity', readers: ['relayer'] },
  'identity.minted': { version: 1, writer: 'indexer', readers: ['identity'] },
  'identity.burned': { version: 1, writer: 'indexer', readers: ['identity'] },
  'budget.granted': { version: 1, writer: 'indexer', readers: ['identity'] },
  'intent.funded': { version: 1, writer: 'indexer', readers: ['intents', 'billing', 'metering'] },
  'switch.wanted': { version: 1, writer: 'intents', readers: ['smart-switch'] },
  'preference.changed': { version: 1, writer: 'intents', readers: ['smart-switch'] },
  'switch.decided': { version: 1, writer: 'smart-switch', readers: ['intents', 'provisioner', 'advisor'] },
  'profile.ordered': { version: 1, writer: 'provisioner', readers: ['intents', 'advisor'] },
  'order.failed': { version: 1, writer: 'provisioner', readers: ['intents', 'smart-switch'] },
  'profile.ready': { version: 1, writer: 'provisioner', readers: ['intents'] },
  'profile.downloaded': { version: 1, writer: 'provisioner', readers: ['intents'] },
  'profile.installed': { version: 1, writer: 'provisioner', readers: ['intents', 'transparency'] },
  'activation.wanted': {
    version: 1,
    writer: 'provisioner',
    readers: ['relayer', 'metering', 'billing', 'settlement', 'attestor'],
  },
  'intent.activated': {
    version: 1,
    writer: 'indexer',
    readers: ['intents', 'provisioner', 'metering', 'billing'],
  },
  'renewal.wanted': { version: 1, writer: 'intents', readers: ['relayer'] },
  'refund.wanted': { version: 1, writer: 'intents', readers: ['relayer'] },
  'intent.refunded': { version: 1, writer: 'indexer', readers: ['intents', 'provisioner', 'billing'] },
  'service.connected': { version: 1, writer: 'metering', readers: ['intents'] },
  'usage.recorded': { version: 1, writer: 'metering', readers: ['billing', 'intents', 'advisor'] },
  'charge.posted': { version: 1, writer: 'billing', readers: ['settlement', 'intents'] },
  'service.ended': { version: 1, writer: 'intents', readers: ['metering'] },
  'notice.wanted': { version: 1, writer: 'intents', readers: ['web-push'] },
  'epoch.closed': { version: 1, writer: 'settlement', readers: ['transparency', 'attestor'] },
  'root.wanted': { version: 1, writer: 'settlement', readers: ['relayer'] },
  'attest.wanted': { version: 1, writer: 'settlement', readers: ['relayer'] },
  'root.posted': {
    version: 1,
    writer: 'indexer',
    readers: ['settlement', 'transparency', 'billing', 'attestor'],
  },
  'root.final': { version: 1, writer: 'settlement', readers: ['transparency'] },
  'batch.wanted': { version: 1, writer: 'treasury', readers: ['relayer'] },
  'settle.wanted': { version: 1, writer: 'settlement', readers: ['relayer'] },
  'payout.claimed': {
    version: 1,
    writer: 'indexer',
    readers: ['settlement', 'billing', 'provisioner', 'transparency'],
  },
  'remainder.wanted': { version: 1, writer: 'settlement', readers: ['relayer'] },
  'demand.opened': { version: 1, writer: 'indexer', readers: ['settlement', 'attestor'] },
  'answer.wanted': { version: 1, writer: 'settlement', readers: ['relayer'] },
  'watch.wanted': { version: 1, writer: 'attestor', readers: ['relayer'] },
  'intent.closed': { version: 1, writer: 'indexer', readers: ['intents', 'billing', 'settlement'] },
  'gas.charged': { version: 1, writer: 'indexer', readers: ['billing', 'intents'] },
  'fees.swept': { version: 1, writer: 'indexer', readers: ['billing'] },
  'relayer.paid': { version: 1, writer: 'indexer', readers: ['billing'] },
  'voucher.released': { version: 1, writer: 'indexer', readers: ['billing'] },
  'chain.undone': { version: 1, writer: 'indexer', readers: ['intents', 'billing'] },
  'transaction.refused': {
    version: 1,
    writer: 'relayer',
    readers: ['intents', 'settlement', 'attestor'],
  },
  'anomaly.flagged': { version: 1, writer: 'advisor', readers: ['transparency'] },
  'prewarm.advised': { version: 1, writer: 'advisor', readers: ['provisioner'] },
  'rate.updated': { version: 1, writer: 'oracles', readers: ['billing'] },
}
