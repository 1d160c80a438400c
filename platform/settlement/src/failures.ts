import type { FailureCatalogue } from '@gesim/base'

export const settlementFailures = {
  'settlement.unknown-epoch': {
    kind: 'refused',
    says: 'No root was made for this epoch: it had nothing new, or it is not over.',
    remedy: 'Ask GET /v1/epochs for the epochs that have a root.',
    httpStatus: 404,
  },
  'settlement.no-leaf': {
    kind: 'refused',
    says: 'The intent has no leaf in this epoch.',
    remedy: 'Ask for a later epoch; an intent has a leaf from the epoch of its first charge on.',
    httpStatus: 404,
  },
  'settlement.no-node': {
    kind: 'refused',
    says: "The epoch's tree has no such place: a level has as many nodes as two to the power of 32 less its height.",
    remedy: 'Ask for a place below that; the root is level 32, place 0.',
    httpStatus: 400,
  },
  'settlement.unknown-intent': {
    kind: 'refused',
    says: 'No purchase of this id was activated.',
    remedy: 'Check the id; until a profile is installed the whole amount can be taken back.',
    httpStatus: 404,
  },
  'settlement.remainder-not-ready': {
    kind: 'refused',
    says: 'The last charge of the purchase is in no final root yet.',
    remedy: 'End the service first; then ask again after the next epoch and its window.',
    httpStatus: 409,
  },
  'settlement.remainder-returned': {
    kind: 'refused',
    says: 'The purchase is closed: what was left has gone back.',
    remedy: 'Look at the receipt: it names the transaction.',
    httpStatus: 410,
  },
  'settlement.not-in-committee': {
    kind: 'refused',
    says: "The signer is no member of the epoch's committee.",
    remedy: 'Stake in the AttestorRegistry and wait for the next committee.',
    httpStatus: 403,
  },
  'settlement.bad-attestation': {
    kind: 'refused',
    says: "The signature is not the attestor's over this epoch's commitment.",
    remedy: 'Sign the EIP-712 digest of exactly the commitment that is served.',
    httpStatus: 400,
  },
  'settlement.too-late': {
    kind: 'refused',
    says: 'The posting window of the epoch is over.',
    remedy: 'Attest the next epoch; its charges are cumulative.',
    httpStatus: 410,
  },
  'settlement.chain-unreachable': {
    kind: 'unreachable',
    says: 'The chain does not answer.',
    remedy: 'Check the RPC address; the clerk goes on by itself when it answers.',
  },
  'settlement.foreign-root': {
    kind: 'broken',
    says: 'The chain holds a root for an epoch that this database does not know or knows otherwise.',
    remedy: 'Restore the database that made the root; nothing is posted until then.',
  },
  'settlement.cannot-answer': {
    kind: 'broken',
    says: 'A demand for a leaf or for its records cannot be answered from this database.',
    remedy:
      'Restore what the root was made from before the time for the answer ends, or ask who posted that root to answer.',
  },
  'settlement.leaf-fell': {
    kind: 'broken',
    says: 'A leaf would fall below what an earlier root says.',
    remedy:
      "Compare the intent's charges with its leaf in the last posted epoch; no root is made until then.",
  },
} as const satisfies FailureCatalogue
