import type { Address, Hex } from 'viem'
import type { AgreedPlan, AgreementJson } from './agreement.ts'
import type {
  CommitmentJson,
  LeafProofJson,
  NodeProofJson,
  ReceiptJson,
  TermsJson,
  UsageReceiptJson,
  VoucherJson,
} from './json.ts'
import type { SignatureVerifier } from './signatures.ts'
import type { DeviceBinding } from './words.ts'

/** Everything that was signed about a purchase, as the API serves it. Nothing in it is believed: it is checked. */
export interface ReceiptBundle {
  readonly chainId: number
  readonly escrow: Address
  readonly intentId: Hex
  readonly terms: TermsJson
  /** What the traveller agreed to, and the plan as it was shown. It is there from the first moment of a purchase on; one from before `AGREEMENTS_SINCE` has none. */
  readonly agreement?: { readonly statement: AgreementJson; readonly plan: AgreedPlan }
  readonly provisioning?: {
    readonly receipt: ReceiptJson
    readonly carrierKey: Address
    readonly signature: Hex
  }
  readonly consent?: {
    readonly receiptDigest: Hex
    readonly validUntil: number
    readonly signature: Hex
    readonly binding: DeviceBinding
  }
  readonly voucher?: {
    readonly voucher: VoucherJson
    readonly signature: Hex
    readonly binding: DeviceBinding
  }
  readonly usageReceipt?: {
    readonly receipt: UsageReceiptJson
    readonly key: Address
    readonly signature: Hex
  }
  readonly epoch?: {
    readonly commitment: CommitmentJson
    readonly signatures: readonly { readonly attestor: Address; readonly signature: Hex }[]
    readonly leaf: LeafProofJson
    /** The node of the intent's book, which the carrier's claim proved. */
    readonly node?: NodeProofJson
  }
  readonly log?: {
    /** Hash of the entry, root of the log: SHA-256, RFC 6962. */
    readonly leafHash: Hex
    readonly index: number
    readonly size: number
    readonly root: Hex
    readonly path: readonly Hex[]
  }
}

/** What the reader's own node says; read it from the chain, never from the operator. */
export interface ReceiptChain {
  /** `IntentEscrow.intentOf`, and the name of its state. */
  readonly intent: {
    readonly funded: bigint
    readonly settled: bigint
    readonly state: 'None' | 'Created' | 'Held' | 'Open' | 'Exiting' | 'Closed'
    readonly book: number
    readonly index: number
    readonly activatedAt: number
    /** `reason` of `IntentClosed`: 1 FINAL leaf, 2 both sides signed, 3 exit. */
    readonly closeReason?: number
  }
  /** `Settlement.epochOf` while kept, else the `UsageCommitted` event. */
  readonly epoch?: { readonly root: Hex; readonly total: bigint; readonly coSigned: bigint }
  /** `AttestorRegistry.committeeOf` for the commitment's committee. */
  readonly committee?: { readonly attestors: readonly Address[]; readonly weights: readonly bigint[] }
  /** `CarrierRegistry.isBookKey`: role 1 PROVISIONING, 2 USAGE. */
  readonly isCarrierKey: (book: number, role: 1 | 2, key: Address, at: number) => Promise<boolean>
  readonly verify: SignatureVerifier
}

/** Each thing that is checked, in the order of the purchase. */
export const RECEIPT_CHECKS = {
  terms: 'The terms are those that were paid for: their hash is the intent’s id, and the chain knows it.',
  agreement:
    'What was agreed to, and the plan as it was shown, give the hash in those terms: who paid under them agreed to this.',
  provisioning: 'A carrier key of the book signed that the profile is installed.',
  consent: 'You, or your paired device, signed that it is.',
  voucher: 'Your device signed what it used.',
  usage: 'The carrier signed what it counted.',
  evidence: 'The epoch’s leaf names exactly these signatures.',
  tariff: 'The charge is what the tariff says for the bytes, and not above the deposit.',
  leaf: 'The charge is in the epoch’s tree, whose root is on chain.',
  book: 'The carrier’s sum is in the same tree.',
  attestors: 'Attestors with two thirds of the stake signed that root.',
  closed: 'What the chain charged is what the leaf says, and the rest went back.',
  log: 'The receipt is in the append-only log.',
} as const

export type ReceiptCheckName = keyof typeof RECEIPT_CHECKS

/** One check's outcome. `skipped`: what it needs does not exist yet. `absent`: it never will, for the purchase is older than it. */
export interface ReceiptCheck {
  readonly check: ReceiptCheckName
  readonly outcome: 'ok' | 'failed' | 'skipped' | 'absent'
  /** What is claimed, one sentence. */
  readonly says: string
  /** The figures and hashes it rests on, for whoever wants to look closer. */
  readonly facts: Readonly<Record<string, string | number>>
}
