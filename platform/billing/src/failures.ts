import type { FailureCatalogue } from '@gesim/base'

export const billingFailures = {
  'billing.charge-fell': {
    kind: 'broken',
    says: 'A cumulative charge would become smaller.',
    remedy: "Compare the intent's usage records with its last charge; nothing was written.",
  },
  'billing.over-charged': {
    kind: 'broken',
    says: 'A charge would be larger than what was paid in.',
    remedy: 'Check the tariff clamp and the funding events of the intent; nothing was written.',
  },
  'billing.close-unbalanced': {
    kind: 'broken',
    says: 'The charge and the return of a closed intent are not what was paid in.',
    remedy: 'Compare the funding and closing events of the intent on chain; an event may be missing.',
  },
  'billing.no-terms': {
    kind: 'broken',
    says: 'Usage was recorded for an intent whose signed terms never arrived.',
    remedy:
      'Look for the activation of the intent in the journal; release the parked event when it is there.',
  },
  'billing.not-operator': {
    kind: 'refused',
    says: 'Only the operator may see the books.',
    remedy: 'Sign in as operator, or use an API key with the role operator.',
    httpStatus: 403,
  },
  'billing.chain-unreachable': {
    kind: 'unreachable',
    says: 'The chain could not be asked for the balance of the escrow.',
    remedy: 'Check the RPC address; the ledger itself is not affected.',
  },
} as const satisfies FailureCatalogue
