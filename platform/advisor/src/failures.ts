import type { FailureCatalogue } from '@gesim/base'

export const advisorFailures = {
  'advisor.operators-only': {
    kind: 'refused',
    says: 'The decisions log is for operators.',
    remedy:
      'Send an API key with the operator role as a bearer token; on a local chain ask from the same machine.',
    httpStatus: 403,
  },
} as const satisfies FailureCatalogue
