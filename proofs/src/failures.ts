import type { FailureCatalogue } from '@gesim/base'

export const proofsFailures = {
  'proofs.out-of-range': {
    kind: 'refused',
    says: 'A number does not fit the field that holds it on the chain.',
    remedy:
      'Check the named field against the contracts’ DataTypes: amounts and bytes have 64 bits, books 12, indices 20.',
    httpStatus: 400,
  },
  'proofs.carry': {
    kind: 'refused',
    says: 'The sums of two nodes exceed 64 bits, so that no root can stand for them.',
    remedy: 'Look for the leaf with an impossible amount; no honest tree comes near 2^64.',
  },
  'proofs.malformed-path': {
    kind: 'refused',
    says: 'The siblings of a path do not fit its bitmap.',
    remedy: 'Give 48 bytes for each set bit, from below upwards, and no bit above the path.',
    httpStatus: 400,
  },
  'proofs.malformed-deltas': {
    kind: 'refused',
    says: 'The deltas of an epoch are not 32 bytes followed by records of 12 bytes in ascending positions.',
    remedy: 'Take the deltas from the calldata of the transaction that posted the epoch.',
    httpStatus: 400,
  },
  'proofs.no-such-entry': {
    kind: 'refused',
    says: 'A log proof was asked for an entry or a size that the log does not have.',
    remedy: 'Ask for an index below the size, and a size not above the number of entries.',
    httpStatus: 404,
  },
  'proofs.not-on-curve': {
    kind: 'refused',
    says: 'The coordinates are not those of a point of bn254 G1.',
    remedy: 'Take the ciphertext or key as its maker published it; (0, 0) is the point at infinity.',
    httpStatus: 400,
  },
  'proofs.no-such-amount': {
    kind: 'refused',
    says: 'No amount up to the bound is in the decrypted point.',
    remedy: 'Use the sum’s ceiling as the bound. Above it a record was not what its co-signers vouched for.',
  },
  'proofs.wrong-share': {
    kind: 'refused',
    says: 'A member’s part of the key, of a decryption or of its proof is not what was promised, or too few take part.',
    remedy:
      'Leave the named member out and begin again with fresh nonces and as many members as the threshold says.',
  },
  'proofs.exit-no-key': {
    kind: 'refused',
    says: 'This is neither twelve words nor a private key.',
    remedy: 'Type the twelve words in their order, or the private key: 64 hex digits, with or without 0x.',
  },
  'proofs.exit-unknown-word': {
    kind: 'refused',
    says: 'One of the words is none of the 2048 that such lists are made of.',
    remedy: 'Look at the word in the named place again; it is probably misspelt.',
  },
  'proofs.exit-words-do-not-fit': {
    kind: 'refused',
    says: 'Each word exists, but together they are no key: one is another, or two are swapped.',
    remedy: 'Compare every word and the order with what was written down.',
  },
  'proofs.exit-share-alone': {
    kind: 'refused',
    says: 'This is the line of a recovery file. It is one of three parts of the key and opens nothing alone.',
    remedy: 'Give the twelve words or the private key. The line only says which account it belongs to.',
  },
  'proofs.exit-not-your-key': {
    kind: 'refused',
    says: 'This key may not act for that account.',
    remedy: 'Check the words, or name the account’s address where its keys were once replaced.',
  },
  'proofs.exit-bad-network': {
    kind: 'refused',
    says: 'The description of the network is incomplete.',
    remedy:
      'Give the JSON that `/v1/network` answers: chainId, fromBlock and the contracts’ addresses. The fact names the field.',
  },
  'proofs.exit-rpc-address': {
    kind: 'refused',
    says: 'This is no address of a chain node.',
    remedy:
      'Give one that begins with https:// (or http:// on this machine); public lists of nodes name them for every chain.',
  },
  'proofs.exit-rpc-silent': {
    kind: 'unreachable',
    says: 'The chain node does not answer.',
    remedy: 'Try again, or name another node. Nothing is lost: the money lies on the chain, not at the node.',
  },
  'proofs.exit-rpc-refused': {
    kind: 'unreachable',
    says: 'The chain node refused the question with an error of its own.',
    remedy: 'Name another node; the fact holds its words.',
  },
  'proofs.exit-rpc-other-chain': {
    kind: 'refused',
    says: 'The node belongs to another chain.',
    remedy: 'Name a node of the chain that the fact `expected` names.',
  },
  'proofs.exit-rpc-no-contracts': {
    kind: 'refused',
    says: 'The node does not know the contracts, or knows others in their place.',
    remedy: 'Name another node of the same chain: this one is behind, or does not tell the truth.',
  },
  'proofs.exit-rpc-no-logs': {
    kind: 'unreachable',
    says: 'The node answers no logs, not even of one block.',
    remedy: 'Name another node, one that keeps old logs (an archive node, or a public one).',
  },
  'proofs.exit-no-ether': {
    kind: 'refused',
    says: 'The key’s own address has too little ether for the network’s fee.',
    remedy: 'Send the amount that is named to the address `owner` on the same chain, and try again.',
  },
  'proofs.exit-fee-too-high': {
    kind: 'refused',
    says: 'The node names a network fee that no step of the way out should cost; nothing was sent.',
    remedy:
      'Name another node: this one may not tell the truth. If others say the same, wait until the network is cheaper. The facts name the fee and the most.',
  },
  'proofs.exit-under-way': {
    kind: 'refused',
    says: 'A transaction of this key is on its way already.',
    remedy: 'Wait until it is in a block, then look again: it may have done what was wanted.',
  },
  'proofs.exit-not-mined': {
    kind: 'unreachable',
    says: 'The transaction was sent, but not seen in a block in time.',
    remedy: 'Look again in a while before anything is sent anew; the fact names the transaction.',
  },
  'proofs.exit-refused': {
    kind: 'refused',
    says: 'A contract refused the step.',
    remedy: 'The fact `reason` names its rule. Look again: what the chain says may have changed meanwhile.',
  },
} as const satisfies FailureCatalogue
