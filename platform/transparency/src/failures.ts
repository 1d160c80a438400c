import type { FailureCatalogue } from '@gesim/base'

export const transparencyFailures = {
  'transparency.unknown-entry': {
    kind: 'refused',
    says: 'The log holds no entry with this hash.',
    remedy: 'Hash the entry as RFC 6962 says: SHA-256 over a zero byte and the entry’s bytes.',
    httpStatus: 404,
  },
  'transparency.unknown-size': {
    kind: 'refused',
    says: 'The log never had this many entries, or the first size is above the second.',
    remedy: 'Ask for sizes of checkpoints that you hold.',
    httpStatus: 400,
  },
} as const satisfies FailureCatalogue
