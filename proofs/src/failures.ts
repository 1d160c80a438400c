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
} as const satisfies FailureCatalogue
