import type { FailureCatalogue } from '@gesim/base'

export const storeFailures = {
  'store.no-database': {
    kind: 'unreachable',
    says: 'The database does not answer.',
    remedy: 'Check DATABASE_URL and that Postgres runs; work goes on by itself once it answers.',
  },
  'store.conflict': {
    kind: 'unreachable',
    says: 'Two transactions wanted the same rows and this one lost.',
    remedy: 'Nothing to do: the work is tried again.',
  },
  'store.migration-changed': {
    kind: 'broken',
    says: 'A migration that this database already has was edited afterwards.',
    remedy: 'Undo the edit and write a new migration; a local database can be made anew with `--reset`.',
  },
  'store.migration-failed': {
    kind: 'broken',
    says: 'A migration could not be applied; nothing of it was kept.',
    remedy: 'Correct the named file; the cause is in the log.',
  },
  'store.no-postgres': {
    kind: 'refused',
    says: 'There is no Postgres program for this platform.',
    remedy: 'Install a Postgres 17 and name it in DATABASE_URL.',
  },
  'store.postgres-start': {
    kind: 'broken',
    says: 'The embedded Postgres did not start.',
    remedy: 'Read postgres.log in its data directory; `--reset` makes a new one.',
  },
  'store.unknown-event': {
    kind: 'broken',
    says: 'An event kind that the journey does not know was appended.',
    remedy: 'Add it to platform/journey/src/events.ts with its writer and readers.',
  },
  'store.event-parked': {
    kind: 'broken',
    says: 'A reader could not take an event; it and the later events of the same intent wait in journal_parked.',
    remedy: 'Remove the cause, then `select gesim.release_parked(reader, intent_id)`.',
  },
  'store.job-dead': {
    kind: 'broken',
    says: 'A job was given up; it lies in the queue `dead-letters` with its data and its reason.',
    remedy: 'Remove the cause, then redrive it from `dead-letters` with pg-boss.',
  },
} as const satisfies FailureCatalogue
