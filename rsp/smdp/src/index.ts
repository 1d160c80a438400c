export type { EventRegistry } from './es2plus.ts'
export { smdpFailures } from './failures.ts'
export type { SignerOf } from './identities.ts'
export { memoryState } from './memory-state.ts'
export type { Operator } from './operators.ts'
export { parseOperators } from './operators.ts'
export type {
  Chance,
  Change,
  Download,
  Evidence,
  Message,
  Order,
  PendingMessage,
  Profile,
  ProfileKey,
  ProfileState,
  SmdpState,
} from './ports.ts'
export { postgresState } from './postgres-state.ts'
export type { SmdpSettings } from './settings.ts'
export { optionsOf, smdpSettings } from './settings.ts'
export type { Smdp, SmdpLimits, SmdpOptions } from './smdp.ts'
export { DEFAULT_LIMITS, startSmdp } from './smdp.ts'
