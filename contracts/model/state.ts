import type { Rules } from './rules.ts'

/** Constants of a deployment; times in ticks. */
export interface Parameters {
  epoch: number
  posting: number
  fast: number
  slow: number
  exit: number
  counter: number
  /** Length of a book's outflow window, its share in basis points, and what may leave in any case. */
  window: number
  windowBps: number
  windowFloor: number
  feeBps: number
  /** How long a demand for data or evidence stands open: a quarter of `slow`. */
  challenge: number
  /** What random amounts are multiples of. */
  unit: number
}

/** Small numbers, so that random sequences meet each other: a deposit is at most 12. */
export const SMALL: Parameters = {
  epoch: 6,
  posting: 1,
  fast: 1,
  slow: 12,
  exit: 9,
  counter: 3,
  window: 6,
  windowBps: 2_000,
  windowFloor: 12,
  feeBps: 1_000,
  challenge: 3,
  unit: 1,
}

export type Stage = 'none' | 'created' | 'held' | 'open' | 'exiting' | 'closed'

/** What the chain keeps about an intent, with the terms that callers show. */
export interface Intent {
  fee: number
  most: number
  provisionBy: number
  stage: Stage
  funded: number
  settled: number
  /** 0 while none. */
  book: number
  activatedAt: number
  closedAt: number
  charge: number
  hold: number
  finalizeAt: number
  countered: boolean
  /** Epochs whose leaf an unanswered demand has excused this intent from. */
  excused: Set<number>
}

export interface Book {
  /** funded - refunded - hold. */
  ceiling: number
  claimed: number
  hold: number
  claimedEpoch: number
  frozenFrom: number
  outflow: Outflow
  /** Exits have a window of their own: whoever fills the other with closes keeps nobody in. */
  exits: Outflow
}

export interface Outflow {
  used: number
  cap: number
  since: number
}

export interface Leaf {
  amount: number
  coSigned: number
  /** What the bytes in the leaf cost by the tariff. */
  byTariff: number
  isFinal: boolean
}

/** A posted root. Leaves by number of the intent; `phantom` is value at indices of a book that nobody has. */
export interface Root {
  epoch: number
  cutoff: number
  postedAt: number
  /** Ticks from posting to the quorum; Infinity while there is none. */
  quorumAfter: number
  voided: boolean
  leaves: (Leaf | undefined)[]
  phantom: number[]
}

export interface Market {
  rules: Rules
  p: Parameters
  now: number
  intents: Intent[]
  /** By number of the book; 0 is none. */
  books: Book[]
  /** In the order of posting, voided ones too. */
  roots: Root[]
  /** The token's balance of the escrow, and what reached carriers and travellers. */
  cash: number
  toCarriers: number
  toTravellers: number
  /** Hears of every call, for whoever replays them elsewhere. */
  record?: (call: string, args: readonly unknown[], outcome: Outcome) => void
}

/** Why an action was refused, or what it moved. */
export type Outcome = number | string

export function openMarket(rules: Rules, p: Parameters, books: number, from: number): Market {
  return {
    rules,
    p,
    now: from,
    intents: [],
    books: Array.from({ length: books + 1 }, () => ({
      ceiling: 0,
      claimed: 0,
      hold: 0,
      claimedEpoch: 0,
      frozenFrom: 0,
      outflow: { used: 0, cap: 0, since: 0 },
      exits: { used: 0, cap: 0, since: 0 },
    })),
    roots: [],
    cash: 0,
    toCarriers: 0,
    toTravellers: 0,
  }
}

export function feesOf(m: Market, claimed: number): number {
  return Math.floor((claimed * m.p.feeBps) / 10_000)
}

export function available(book: Book): number {
  return book.ceiling - book.claimed
}
