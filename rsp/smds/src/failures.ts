import type { FailureCatalogue } from '@gesim/base'

export const smdsFailures = {
  'smds.event-exists': {
    kind: 'refused',
    says: 'An event with this identifier is registered for the card already.',
    remedy: 'Register under another identifier, or go on: a retry finds its event.',
  },
  'smds.no-event': {
    kind: 'refused',
    says: 'There is no such event, or another server registered it.',
    remedy: 'Check the identifier of the event.',
    httpStatus: 404,
  },
  'smds.too-many-events': {
    kind: 'refused',
    says: 'As many events wait for the card as may.',
    remedy: 'Delete events of the card that are not needed any more.',
  },
  'smds.no-server': {
    kind: 'refused',
    says: 'The caller showed no certificate of a server that may register events.',
    remedy: 'Connect with the TLS certificate of an SM-DP+ or SM-DS under a trusted issuer.',
    httpStatus: 403,
  },
  'smds.not-the-server': {
    kind: 'refused',
    says: 'The caller names another server than its certificate does.',
    remedy: 'Name the identifier of the certificate as functionRequesterIdentifier.',
    httpStatus: 403,
  },
  'smds.root-refused': {
    kind: 'unreachable',
    says: 'The root SM-DS answered, and did not take the event.',
    remedy: 'See its answer in the log; register under another identifier, or without forwarding.',
  },
  'smds.root-unavailable': {
    kind: 'unreachable',
    says: 'The root SM-DS does not answer.',
    remedy: 'Try again, or register without forwarding.',
  },
  'smds.data-key-missing': {
    kind: 'refused',
    says: 'A database is set but no key for the EIDs.',
    remedy: 'Set SMDS_DATA_KEY to 64 hex digits and keep it: without it no card finds its events.',
  },
} as const satisfies FailureCatalogue
