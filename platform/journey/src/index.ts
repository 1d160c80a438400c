export type { EventBodies, EventBody, EventKind, EventRow, JourneyEvent, StageName } from './events.ts'
export { EVENTS, STAGES } from './events.ts'
export type { IntentState, TimelineStep } from './intent.ts'
export { INTENT_STATES, TIMELINE_STEPS } from './intent.ts'
export type {
  ChoiceFacts,
  CommitmentJson,
  DemandJson,
  LeafProofJson,
  NodeProofJson,
  ReceiptJson,
  StatementJson,
  TermsJson,
} from './shapes.ts'
export type { Hex } from './words.ts'
