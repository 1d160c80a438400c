/** The life of an intent as the Intent Manager keeps it; `platform/intents/decide.ts` is the table of moves. */
export const INTENT_STATES = [
  /** Terms drawn up and shown; no money has moved. */
  'drafted',
  /** The money is in escrow, Held: it can be taken back at once, alone. */
  'funded',
  /** A carrier was chosen and asked for a profile. */
  'ordered',
  /** An activation code exists. */
  'ready',
  /** The profile is on a card. */
  'installed',
  /** The escrow is Open for one carrier's book; service is on. */
  'active',
  /** Service was asked to end; the last usage is being settled. */
  'finishing',
  /** Charged, paid, the rest returned. */
  'settled',
  /** The whole amount is on its way back. */
  'refunding',
  /** The whole amount is back. */
  'refunded',
  /** Never funded in time. */
  'lapsed',
] as const

export type IntentState = (typeof INTENT_STATES)[number]

/** The steps a traveller sees, in order, with the same names everywhere. */
export const TIMELINE_STEPS = [
  'paid',
  'ordered',
  'ready',
  'downloaded',
  'installed',
  'connected',
  'settled',
  'refunding',
  'refunded',
] as const

export type TimelineStep = (typeof TIMELINE_STEPS)[number]
