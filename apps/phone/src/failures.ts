import type { FailureCatalogue } from '@gesim/base'

export const phoneFailures = {
  'phone.bad-request': {
    kind: 'refused',
    says: 'The request to the phone is not one of its interface.',
    remedy: 'See the README of apps/phone for the paths and their bodies.',
    httpStatus: 400,
  },
  'phone.unknown-download': {
    kind: 'refused',
    says: 'The phone knows no download of this number.',
    remedy: 'Start one with POST /api/downloads and use the id of its answer.',
    httpStatus: 404,
  },
  'phone.busy': {
    kind: 'refused',
    says: 'The phone is at work already: one download and one transfer at a time.',
    remedy: 'Wait for the running one to end, then try again.',
    httpStatus: 409,
  },
  'phone.no-line': {
    kind: 'refused',
    says: 'The phone is not connected to a network.',
    remedy: 'Enable a profile, and wait until its service is on.',
    httpStatus: 409,
  },
  'phone.not-paired': {
    kind: 'refused',
    says: 'No purchase is paired with the enabled profile.',
    remedy: 'Give the pairing code of the purchase together with the activation code.',
    httpStatus: 409,
  },
  'phone.receipt-not-ours': {
    kind: 'refused',
    says: "The carrier's receipt is not about what this phone's card installed.",
    remedy: 'The phone does not consent; tell the operator, and take the money back while it is held.',
    httpStatus: 409,
  },
  'phone.node-refused': {
    kind: 'refused',
    says: 'The GeSIM node refused a request of the phone.',
    remedy: "Read the node's code in the facts; its remedy is in docs/failures.md.",
    httpStatus: 409,
  },
  'phone.node-unreachable': {
    kind: 'unreachable',
    says: 'The GeSIM node did not answer.',
    remedy: 'It is asked again; look whether the node runs and PHONE_NODE_URL names it.',
  },
  'phone.radio-refused': {
    kind: 'refused',
    says: "The carrier's network refused the phone.",
    remedy: 'Read the code in the facts: the service may be off, used up, or waiting for a signed voucher.',
    httpStatus: 409,
  },
  'phone.radio-unreachable': {
    kind: 'unreachable',
    says: "The carrier's network did not answer.",
    remedy: 'It is tried again; look whether the carrier runs.',
  },
  'phone.card-refused': {
    kind: 'refused',
    says: 'The card did not answer the network as a USIM does.',
    remedy: 'See the status word; the profile may hold no USIM, or the network has not its key.',
    httpStatus: 409,
  },
  'phone.state-unreadable': {
    kind: 'broken',
    says: 'The state of the phone cannot be read.',
    remedy: 'Restore the folder in PHONE_STATE_DIR, or move it away: the phone then begins as new.',
  },
} as const satisfies FailureCatalogue
