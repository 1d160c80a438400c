import type { FailureCatalogue } from '@gesim/base'

/** How the relayer says no. */
export const relayerFailures = {
  'relayer.no-chain': {
    kind: 'broken',
    says: 'The relayer was started without a chain.',
    remedy: 'Set the RPC address and the contract addresses of the node.',
  },
  'relayer.chain-unreachable': {
    kind: 'unreachable',
    says: 'The chain does not answer.',
    remedy:
      'Nothing is lost: signed transactions are stored and sent when the chain answers again. Check the RPC address.',
  },
  'relayer.node-refused': {
    kind: 'unreachable',
    says: 'The chain node does not take a transaction, for a reason of its own and not of the contract.',
    remedy:
      'The reason is in the log and in `relayer_transactions.why`: mostly the key that sends has no ether left. It is offered again by itself.',
  },
  'relayer.wrong-chain': {
    kind: 'broken',
    says: 'The node at the RPC address serves another chain than the configured one.',
    remedy: 'Correct the RPC address or the chain id: nothing was sent.',
  },
  'relayer.unknown-role': {
    kind: 'broken',
    says: 'No key is configured for the role that shall send a transaction.',
    remedy: 'Set the keys of the relayer; `--settings` prints their names.',
  },
  'relayer.bad-request': {
    kind: 'refused',
    says: 'The request is not JSON-RPC 2.0.',
    remedy: 'Send an object, or an array of objects, with `jsonrpc`, `id`, `method` and `params`.',
    httpStatus: 400,
  },
  'relayer.batch-too-large': {
    kind: 'refused',
    says: 'More calls in one batch than are answered at once.',
    remedy: 'Send smaller batches.',
    httpStatus: 413,
  },
  'relayer.not-local': {
    kind: 'refused',
    says: 'Test money exists on a local chain only.',
    remedy: 'On a real chain, send USDC to the wallet.',
    httpStatus: 404,
  },
  'relayer.no-account': {
    kind: 'refused',
    says: 'Nobody is signed in and no account is named.',
    remedy: 'Sign in, or name the account on a local chain.',
    httpStatus: 401,
  },
  'relayer.faucet-limit': {
    kind: 'refused',
    says: 'The account had its test money: at most 100 USDC at once and 1,000 an hour.',
    remedy: 'Spend some first, or wait an hour.',
    httpStatus: 429,
  },
  'relayer.faucet-refused': {
    kind: 'refused',
    says: 'The test token does not mint to this account.',
    remedy: 'The facts name the reason: a blocked account, or a paused token.',
  },
  'relayer.operation-invalid': {
    kind: 'refused',
    says: 'A user operation is malformed or breaks a limit of the bundler.',
    remedy: 'The message names the field and the limit; estimate the operation again.',
    httpStatus: 400,
  },
  'relayer.operation-rejected': {
    kind: 'refused',
    says: 'The EntryPoint rejects the user operation. The message carries its AA code.',
    remedy:
      'AA2x: the account, its nonce or its signature. AA3x: the paymaster: ask for its data again. AA1x: the factory.',
    httpStatus: 400,
  },
  'relayer.not-sponsored': {
    kind: 'refused',
    says: 'The operator does not pay for this operation.',
    remedy:
      'Only accounts that signed in here are sponsored, for calls to the escrow and its token; pay from credit instead.',
    httpStatus: 403,
  },
  'relayer.pool-full': {
    kind: 'unreachable',
    says: 'Too many user operations wait.',
    remedy: 'Try again in a moment.',
  },
} as const satisfies FailureCatalogue
