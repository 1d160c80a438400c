import type {
  AnswerOf,
  advisorRoutes,
  authRoutes,
  carriersRoutes,
  developerRoutes,
  entitlementsRoutes,
  epochsRoutes,
  intentsRoutes,
  logRoutes,
  onRampRoutes,
  passkeyRoutes,
  renewalsRoutes,
  walletRoutes,
} from '@gesim/wire'

export type {
  Activation,
  CarrierBook,
  Ending,
  EndingPreview,
  EntitlementProof,
  Estimate,
  FinanceSummary,
  FinanceTransactions,
  Hex,
  Intent,
  IntentStateWord,
  LedgerPage,
  Network,
  OnRampOrder,
  Passkey,
  Plan,
  Profiles,
  Quote,
  Receipt,
  Renewal,
  Session,
  SpendingView,
  Switching,
  TimelineEntry,
  Usage,
  Wallet,
} from '@gesim/wire'

export type Providers = AnswerOf<typeof authRoutes.providers>
export type Sessions = AnswerOf<typeof authRoutes.sessions>
export type Passkeys = AnswerOf<typeof passkeyRoutes.list>
export type Activity = AnswerOf<typeof walletRoutes.activity>
export type Stored = AnswerOf<typeof walletRoutes.privacy>
export type Intents = AnswerOf<typeof intentsRoutes.list>
export type Renewals = AnswerOf<typeof renewalsRoutes.list>
export type Pairing = AnswerOf<typeof intentsRoutes.pairing>
export type PairingCode = AnswerOf<typeof intentsRoutes.createPairingCode>
export type ApiKeys = AnswerOf<typeof developerRoutes.listKeys>
export type ApiRequests = AnswerOf<typeof developerRoutes.requests>
export type JournalEvents = AnswerOf<typeof developerRoutes.events>
export type CarrierBooks = AnswerOf<typeof carriersRoutes.dashboard>
export type Decisions = AnswerOf<typeof advisorRoutes.decisions>
export type NewApiKey = AnswerOf<typeof developerRoutes.createKey>
export type OnRamp = AnswerOf<typeof onRampRoutes.overview>
export type OnRampQuote = AnswerOf<typeof onRampRoutes.quote>
/** A carrier's question whether the account is entitled there. */
export type Question = AnswerOf<typeof entitlementsRoutes.question>
export type LogProof = AnswerOf<typeof logRoutes.proof>
/** What a payer needs to take the rest of a purchase. */
export type Remainder = AnswerOf<typeof epochsRoutes.remainder>
