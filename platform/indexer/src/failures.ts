import type { FailureCatalogue } from '@gesim/base'

export const indexerFailures = {
  'indexer.no-chain': {
    kind: 'unreachable',
    says: 'The chain’s RPC does not answer.',
    remedy: 'Check CHAIN_RPC_URL; reading goes on by itself from the block where it stopped.',
  },
  'indexer.moving': {
    kind: 'unreachable',
    says: 'The chain changed while it was read.',
    remedy: 'Nothing to do: the same blocks are read again.',
  },
  'indexer.wrong-chain': {
    kind: 'broken',
    says: 'The RPC serves another chain than the settings name.',
    remedy: 'Correct CHAIN_RPC_URL or CHAIN_ID.',
  },
  'indexer.undone': {
    kind: 'broken',
    says: 'A reorganisation took away a log that had already become an event.',
    remedy:
      'Raise INDEXER_CONFIRMATIONS, or set it to `finalized`; the event `chain.undone` names what fell away.',
  },
} as const satisfies FailureCatalogue
