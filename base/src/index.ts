export {
  bytesEqual,
  concatBytes,
  fromBase64,
  fromBase64Url,
  fromHex,
  toBase64,
  toBase64Url,
  toHex,
  utf8,
} from './bytes.ts'
export type { Clock } from './clock.ts'
export { nowMs, nowSeconds, sleepMs, systemClock } from './clock.ts'
export type { FailureCatalogue, FailureFacts, FailureKind, FailureText } from './failure.ts'
export { broken, Failure, isFailure, kindOf, refuse, unreachable } from './failure.ts'
export { baseFailures } from './failures.ts'
export type { Log, LogFields, LogLevel } from './log.ts'
export { createLog, LOG_FIELDS } from './log.ts'
export {
  formatMicros,
  GB_BYTES,
  MICROS_PER_USDC,
  maxBigint,
  minBigint,
  mulDivDown,
  mulDivUp,
  parseMicros,
} from './money.ts'
export type { RetryPolicy } from './retry.ts'
export { retry } from './retry.ts'
export type { Setting, SettingsOf, SettingsTable } from './settings.ts'
export { describeSettings, readSettings } from './settings.ts'
