export type {
  ChoiceFacts,
  CommitmentJson,
  DemandJson,
  EventBodies,
  EventBody,
  EventKind,
  EventRow,
  JourneyEvent,
  LeafProofJson,
  NodeProofJson,
  ReceiptJson,
  StageName,
  StatementJson,
  TermsJson,
} from './events.ts'
export { EVENTS, STAGES } from './events.ts'
export type { IntentState, TimelineStep } from './intent.ts'
export { INTENT_STATES, TIMELINE_STEPS } from './intent.ts'
export type { Hex } from './words.ts'
