// What stands in the bodies of several events, and in what the API shows of them.
import type { Hex } from './words.ts'

/** `IntentTerms` of the escrow, in JSON. */
export interface TermsJson {
  payer: Hex
  booksHash: Hex
  planCommit: Hex
  pricePerGB: string
  activationFee: string
  includedBytes: string
  blockBytes: string
  maxDeposit: string
  provisionBy: number
  deadline: number
  flags: number
  unsignedCredit: string
  salt: string
}

/** `ProvisioningReceipt` of a carrier, in JSON. */
export interface ReceiptJson {
  intentId: Hex
  book: number
  eidCommit: Hex
  iccidCommit: Hex
  profileHash: Hex
  evidence: Hex
  installedAt: number
}

/** `EpochCommitment` that attestors sign, in JSON. */
export interface CommitmentJson {
  epoch: number
  cutoff: number
  root: Hex
  total: string
  coSigned: string
  prevRoot: Hex
  dataHash: Hex
  fromBlock: string
  toBlock: string
  eventsRoot: Hex
  policyVersion: number
  committeeVersion: number
}

/** `Demand` of PayOnUsage, in JSON. `leaf` is zero where the leaf itself is demanded. */
export interface DemandJson {
  root: Hex
  total: string
  coSigned: string
  epoch: number
  book: number
  index: number
  leaf: Hex
  device: Hex
  challenger: Hex
  openUntil: number
}

/** What a side states about the usage of an intent, in JSON. */
export interface StatementJson {
  intentId: Hex
  cumBytes: string
  cumAmount: string
  seq: number
  asOf: number
}

/** The proof of a leaf in the sum tree, in JSON; `siblings` are 48-byte nodes from the leaf upwards. */
export interface LeafProofJson {
  amount: string
  coSigned: string
  bytesUsed: string
  seq: number
  flags: number
  evidence: Hex
  bitmap: string
  siblings: Hex
}

/** The proof of a book's node in the sum tree, in JSON. */
export interface NodeProofJson {
  hash: Hex
  total: string
  coSigned: string
  bitmap: string
  siblings: Hex
}

/** What a carrier was chosen by. */
export interface ChoiceFacts {
  /** What mattered most then; it may be something else by now. */
  qos?: 'balanced' | 'cheapest' | 'chat' | 'video'
  /** What was measured of it last, or null where nothing was. */
  measured: { latencyMs: number; throughputMbps: number; atMs: number } | null
  /** How many others could have delivered, and how many had refused. */
  others: number
  refused: number
}
