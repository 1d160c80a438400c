export { AdvisorDecision, AdvisorDecisions, AdvisorQuery, advisorRoutes } from './advisor.ts'
export { authRoutes, Provider, Session, SessionRow } from './auth.ts'
export {
  CarrierBook,
  CarrierIntent,
  carriersRoutes,
  DownloadProgress,
  ProvisioningRequest,
} from './carriers.ts'
export { ApiKey, developerRoutes, KeyRole } from './developer.ts'
export { DeviceIntent, devicesRoutes, PAIRING_ALPHABET } from './devices.ts'
export {
  EntitlementDomain,
  EntitlementProof,
  EntitlementQuestion,
  entitlementsRoutes,
} from './entitlements.ts'
export {
  Attestation,
  Commitment,
  EpochInput,
  EpochInputs,
  EpochRow,
  EpochState,
  epochsRoutes,
} from './epochs.ts'
export { ErrorBody } from './errors.ts'
export { BookStatement, FinanceSummary, FinanceTransactions, financeRoutes, LedgerPage } from './finance.ts'
export type { IntentStateWord } from './intents.ts'
export { Activation, Intent, IntentState, intentsRoutes, Receipt, TimelineEntry, Usage } from './intents.ts'
export { limitsRoutes, SpendingLimits, SpendingView } from './limits.ts'
export { Checkpoint, LogEntry, logRoutes } from './log.ts'
export { Health, Network, networkRoutes } from './network.ts'
export { OnRampOrder, onRampRoutes } from './on-ramp.ts'
export { ComplianceSignal, Estimate, oraclesRoutes, Rate } from './oracles.ts'
export { Passkey, passkeyRoutes } from './passkeys.ts'
export { Plan, PlanKind, plansRoutes } from './plans.ts'
export { Ending, EndingPreview, StoredGroup, storedWords } from './privacy.ts'
export { ProfileInUse, Profiles, profilesRoutes } from './profiles.ts'
export { Qos, Quote, quotesRoutes } from './quotes.ts'
export { MOST_RENEWAL_DAYS, MOST_RENEWALS, Renewal, RenewalEnd, renewalsRoutes } from './renewals.ts'
export type { AnswerOf, BodyOf, Call, Caller, HttpServer, ParamsOf, QueryOf, Route } from './route.ts'
export { route, serve } from './route.ts'
export { Switching, switchingRoutes } from './switching.ts'
export {
  MoveAnswer,
  MoveQuestion,
  TelemetryAccepted,
  TelemetryBatch,
  TelemetrySample,
  telemetryRoutes,
} from './telemetry.ts'
export {
  ActivationConsent,
  Agreement,
  CarrierUsageReceipt,
  DeviceBinding,
  ProvisioningReceipt,
  Terms,
  UsageVoucher,
} from './terms.ts'
export { OffRamp, PayoutChoice, SafeBatch, treasuryRoutes } from './treasury.ts'
export { SignedUsageReceipt, UsageBatchAnswer, usageRoutes } from './usage.ts'
export { Wallet, walletRoutes } from './wallet.ts'
export { Watch, watchRoutes } from './watch.ts'
export { webPushRoutes } from './web-push.ts'
export type { Hex } from './words.ts'
export {
  Address,
  BigDecimal,
  Country,
  Hash,
  HexBytes,
  IntentId,
  Line,
  Micros,
  Millis,
  Name,
  Nothing,
  Octets,
  Seconds,
  Seq,
  Uint32,
} from './words.ts'
