import type { FailureCatalogue } from '@gesim/base'

export { watcherFailures } from './watch/failures.ts'

const remedy = "Compare the operator's inputs with the chain; the attestor signs nothing until they agree."

/** Every reason not to sign. A refusal is the product of an attestor: each says exactly what does not fit. */
export const attestorFailures = {
  'attestor.node-unreachable': {
    kind: 'unreachable',
    says: 'The node that serves epochs does not answer.',
    remedy: 'Check ATTESTOR_API_URL; the attestor goes on by itself.',
  },
  'attestor.chain-unreachable': {
    kind: 'unreachable',
    says: 'The attestor’s own chain node does not answer.',
    remedy: 'Check the RPC address; the attestor goes on by itself.',
  },
  'attestor.already-signed': {
    kind: 'refused',
    says: 'Another root was signed for this epoch before: a second one would cost the whole stake.',
    remedy: 'Ask the operator why the epoch changed; keep the state file.',
  },
  'attestor.wrong-times': {
    kind: 'refused',
    says: 'Cutoff or last block are not those of the epoch.',
    remedy,
  },
  'attestor.wrong-previous': {
    kind: 'refused',
    says: 'The commitment does not follow the newest root on chain.',
    remedy,
  },
  'attestor.wrong-versions': {
    kind: 'refused',
    says: 'The commitment names other rules or another committee.',
    remedy,
  },
  'attestor.wrong-events': {
    kind: 'refused',
    says: 'The root over the escrow’s logs is not the one that the attestor computed from its own chain node.',
    remedy,
  },
  'attestor.wrong-root': {
    kind: 'refused',
    says: 'The leaves do not give the root or the sums.',
    remedy,
  },
  'attestor.wrong-data': {
    kind: 'refused',
    says: 'The deltas are not those of the leaves.',
    remedy,
  },
  'attestor.leaf-missing': {
    kind: 'refused',
    says: 'An intent that had a leaf has none any more.',
    remedy,
  },
  'attestor.leaf-fell': {
    kind: 'refused',
    says: 'A cumulative figure of a leaf fell, or a FINAL leaf changed.',
    remedy,
  },
  'attestor.not-activated': {
    kind: 'refused',
    says: 'The chain knows no activation of the intent before the cutoff, or another place in another book.',
    remedy,
  },
  'attestor.papers-missing': {
    kind: 'refused',
    says: 'The signed terms or the provisioning receipt of a leaf are not served.',
    remedy,
  },
  'attestor.wrong-terms': {
    kind: 'refused',
    says: 'The terms are not those of the intent: their hash is another.',
    remedy,
  },
  'attestor.wrong-receipt': {
    kind: 'refused',
    says: 'The provisioning receipt is not the one that opened the escrow.',
    remedy,
  },
  'attestor.wrong-evidence': {
    kind: 'refused',
    says: 'The evidence of a leaf is not the hash of what was signed.',
    remedy,
  },
  'attestor.bad-voucher': {
    kind: 'refused',
    says: 'A voucher is about another intent, from the future, or not signed by the traveller.',
    remedy,
  },
  'attestor.bad-usage-receipt': {
    kind: 'refused',
    says: 'A usage receipt is about another intent, from the future, or not signed by a key of the carrier.',
    remedy,
  },
  'attestor.wrong-charge': {
    kind: 'refused',
    says: 'An amount is not what terms and reconciled bytes give.',
    remedy,
  },
} as const satisfies FailureCatalogue
