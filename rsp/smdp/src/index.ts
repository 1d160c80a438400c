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
export { ANY_OPERATOR } from './ports.ts'
export type { DatabaseSessions } from './postgres-sessions.ts'
export { postgresSessions } from './postgres-sessions.ts'
export { postgresState } from './postgres-state.ts'
export type { ServedSmdp } from './serve.ts'
export { serveSmdp } from './serve.ts'
export type { Session } from './sessions.ts'
export type { SmdpSettings } from './settings.ts'
export { optionsOf, smdpSettings } from './settings.ts'
export type { Smdp, SmdpLimits, SmdpOptions } from './smdp.ts'
export { DEFAULT_LIMITS, startSmdp } from './smdp.ts'
export type { StockPlaces } from './stock.ts'
export { readStock, stockUp } from './stock.ts'
