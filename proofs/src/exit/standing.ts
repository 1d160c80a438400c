import type { Addresses } from '@gesim/contracts'
import type { Address, Hex } from 'viem'
import type { IntentTerms, LeafProof } from '../words.ts'

/** What the way out needs to know of a chain: where it is told by nobody, it is baked into the page. */
export interface ExitNetwork {
  readonly chainId: number
  readonly addresses: Pick<
    Addresses,
    | 'usdc'
    | 'entryPoint'
    | 'escrow'
    | 'settlement'
    | 'payOnUsage'
    | 'paymaster'
    | 'accountFactory'
    | 'accountImplementation'
  >
  /** Block in which the escrow was deployed: there the search begins. */
  readonly fromBlock: number
}

/** `IntentState` of the escrow, by its number. */
export const INTENT_STATES = ['none', 'created', 'held', 'open', 'exiting', 'closed'] as const
export type IntentState = (typeof INTENT_STATES)[number]

/** A bonded demand as it was made; its hash is its id, and whoever ends it shows it. */
export interface Demand {
  readonly root: Hex
  readonly total: bigint
  readonly coSigned: bigint
  readonly epoch: number
  readonly book: number
  readonly index: number
  readonly leaf: Hex
  readonly device: Address
  readonly challenger: Address
  readonly openUntil: number
}

/** A root against which an exit proves the intent's leaf, and what is known of that leaf. */
export interface RootStanding {
  readonly epoch: number
  readonly root: Hex
  readonly total: bigint
  readonly coSigned: bigint
  /** Proven against this root; null while nobody has shown it to us. */
  readonly leaf: LeafProof | null
  /** An unanswered demand lets the intent leave without this leaf. */
  readonly isExcused: boolean
  /** An own demand for the leaf that is not ended yet. */
  readonly demand: Demand | null
  /** Whether the payer's first demand in this epoch was made: the next one costs more. */
  readonly isDemandedBefore: boolean
  /** Final for the book: a FINAL leaf in it ends the intent. */
  readonly isFinal: boolean
}

/** One intent as the chain keeps it. */
export interface IntentStanding {
  readonly intentId: Hex
  /** What was bought. The chain keeps its hash only; null when no transaction and no file showed it. */
  readonly terms: IntentTerms | null
  readonly state: IntentState
  readonly fundedMicros: bigint
  /** While open: what vouchers released. Once closed: what was charged. */
  readonly settledMicros: bigint
  readonly book: number
  readonly index: number
  readonly activatedAt: number
  readonly closedAt: number
  readonly exit: {
    readonly chargeMicros: bigint
    readonly holdMicros: bigint
    readonly finalizeAt: number
  } | null
  /** What the book has left for refunds, without what exits hold back. */
  readonly bookMicros: bigint
  readonly claimedEpoch: number
  /** The roots that count, newest first. */
  readonly roots: readonly RootStanding[]
  /** The latest of them is beyond challenge: nothing is capped. */
  readonly isLatestFinal: boolean
  /** Until when nothing ends because a root is due; 0 outside that window. */
  readonly lockedUntil: number
  /** What exits may still take out of the book before `renewsAt`; null without a limit. */
  readonly exitsLeft: { readonly micros: bigint; readonly renewsAt: number } | null
}

/** Money of the account outside intents, in micro-USDC. */
export interface Purse {
  readonly walletMicros: bigint
  /** Credited in the escrow because it could not be sent, or on wish. */
  readonly escrowMicros: bigint
  /** Bonds and rewards of demands. */
  readonly owedMicros: bigint
  /** Prepaid for network fees. */
  readonly creditMicros: bigint
}

/** Times that the contracts were made with, in seconds. */
export interface ExitTimes {
  readonly exitSeconds: number
  readonly outflowSeconds: number
  /** How long a demand stands open to an answer. */
  readonly demandSeconds: number
}

/**
 * Bond of a demand: of the payer's first in an epoch, and of every other. Whoever answers is paid it (`_answered` of the
 * contract); the payer has it back only when the time is over and nobody did.
 */
export const BOND_OF_PAYER_MICROS = 1_000_000n
export const BOND_MICROS = 5_000_000n

/** Bit of a leaf's flags: nothing is charged after it. */
export const LEAF_FINAL = 1
