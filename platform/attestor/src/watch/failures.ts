import type { FailureCatalogue } from '@gesim/base'

export const watcherFailures = {
  'watcher.chain-unreachable': {
    kind: 'unreachable',
    says: 'The watcher’s chain node does not answer.',
    remedy:
      'Check the RPC address; the watcher goes on by itself. A root that nobody watches is final after the slow window.',
  },
  'watcher.source-unreachable': {
    kind: 'unreachable',
    says: 'A node that publishes trees does not answer the watcher.',
    remedy:
      'Check WATCHER_SOURCES; the other sources are asked meanwhile, and the root stays unjudged until one answers.',
  },
  'watcher.no-source': {
    kind: 'broken',
    says: 'The watcher knows no node that publishes trees, so it looks at no root.',
    remedy: 'Set WATCHER_SOURCES to the address of the own node, and of mirrors.',
  },
  'watcher.fault-found': {
    kind: 'broken',
    says: 'A root on chain has a fault, and its proof is on the way.',
    remedy:
      'Look at GET /v1/watch: the book freezes when the proof is mined. Where the root is your own, stop posting and compare the intent with its signed records.',
  },
  'watcher.data-hidden': {
    kind: 'broken',
    says: 'No source serves the data of a root on chain.',
    remedy:
      'Add a source that has it to WATCHER_SOURCES. Of another’s root a leaf is demanded with a bond, as far as WATCHER_DAILY_MICROS goes.',
  },
  'watcher.own-data-hidden': {
    kind: 'broken',
    says: 'A root of this operator cannot be recomputed from what its own node serves.',
    remedy:
      'Add the node to WATCHER_SOURCES and see that GET /v1/epochs/:epoch/inputs answers: anyone may demand the data now.',
  },
  'watcher.not-provable': {
    kind: 'broken',
    says: 'The chain does not take the proof of a fault that the watcher found.',
    remedy:
      'Compare the finding in GET /v1/watch with the chain: either the fault is proven by another, or watcher and contracts disagree; report it.',
  },
  'watcher.no-bond': {
    kind: 'broken',
    says: 'The challenger has not enough USDC for the bond of a demand.',
    remedy:
      'Send USDC to the address of WATCHER_CHALLENGER, the relayer’s poster key; a bond is 5 USDC and comes back unless the demand is answered.',
  },
  'watcher.too-late': {
    kind: 'broken',
    says: 'The window of a root closed before its fault was proven.',
    remedy:
      'See in the log why the proof did not reach the chain; travellers of the book can still leave by exits.',
  },
} as const satisfies FailureCatalogue
