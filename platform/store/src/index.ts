export { storeFailures } from './failures.ts'
export type { Follower, FollowOptions, Handle, JourneyEventOf } from './follow.ts'
export type { Held, HeldField, HeldKind, Holder, Holding } from './holdings.ts'
export {
  intentsHeld,
  micros,
  octets,
  ofAccount,
  ofIntents,
  ofSubject,
  readHeld,
  sealed,
  seconds,
  storeHoldings,
  text,
  time,
} from './holdings.ts'
export type { EnqueueOptions, JobHandler, JobInfo, Worker, WorkOptions } from './jobs.ts'
export type { ReadQuery } from './journal.ts'
export type { Migration } from './migrate.ts'
export { MIGRATIONS_DIR, migrate, readMigrations } from './migrate.ts'
export type { Postgres, PostgresOptions } from './postgres.ts'
export { startPostgres } from './postgres.ts'
export type { Ticker } from './schedule.ts'
export { storeSettings } from './settings.ts'
export { traceOfIntent } from './spans.ts'
export type { Access, ChainSettings, Running, Stage, StageContext } from './stage.ts'
export { defineStage } from './stage.ts'
export type { ConnectOptions, Store } from './store.ts'
export { connect } from './store.ts'
export type { Db, Tables, Tx } from './tables.ts'
