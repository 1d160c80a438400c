import type { FailureCatalogue } from '@gesim/base'

export const oraclesFailures = {
  'oracles.chain-unreachable': {
    kind: 'unreachable',
    says: 'The chain does not answer, so no rate and no screening can be read.',
    remedy: 'Check the RPC address; the last rates stay, with their age.',
  },
  'oracles.not-operator': {
    kind: 'refused',
    says: 'Only the operator may ask whether an address is screened out.',
    remedy: 'Sign in as operator, or use an API key with the role operator.',
    httpStatus: 403,
  },
} as const satisfies FailureCatalogue
