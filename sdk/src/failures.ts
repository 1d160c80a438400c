import type { FailureCatalogue } from '@gesim/base'

export const sdkFailures = {
  'sdk.no-answer': {
    kind: 'unreachable',
    says: 'The API did not answer.',
    remedy: 'Check the base URL and that the node runs, then try again.',
  },
  'sdk.not-a-stream': {
    kind: 'refused',
    says: 'The answer of a stream route had no body.',
    remedy: 'Check that no proxy between here and the API buffers server-sent events.',
  },
  'sdk.parameter-missing': {
    kind: 'refused',
    says: 'A path parameter of the route was not given.',
    remedy: 'Pass it in `params`.',
  },
  'sdk.answer-unclear': {
    kind: 'broken',
    says: 'The answer is an error that is not in the form of the API.',
    remedy: 'Something else answers at this address: check the base URL.',
  },
} as const satisfies FailureCatalogue
