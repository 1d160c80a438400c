import type { FailureCatalogue } from '@gesim/base'

export const carrierFailures = {
  'carrier.not-allowed': {
    kind: 'refused',
    says: 'Whoever calls shows no certificate of an operator that may order here.',
    remedy: 'Call with the certificate of the GeSIM operator named in CARRIER_CUSTOMER_ID.',
    httpStatus: 403,
  },
  'carrier.unknown-profile': {
    kind: 'refused',
    says: 'No order of this carrier has this ICCID.',
    remedy: 'Use the ICCID that downloadOrder answered.',
    httpStatus: 404,
  },
  'carrier.order-over': {
    kind: 'refused',
    says: 'The order was cancelled.',
    remedy: 'Order again.',
  },
  'carrier.other-intent': {
    kind: 'refused',
    says: 'The profile was confirmed for another purchase.',
    remedy: 'Order a profile of its own for each purchase.',
  },
  'carrier.out-of-service': {
    kind: 'refused',
    says: 'The carrier is set to refuse every order (a fault of the simulation).',
    remedy: 'Take the fault back: PUT /admin/fault {"mode": "none"}.',
  },
  'carrier.smdp-refused': {
    kind: 'refused',
    says: 'The SM-DP+ refused the profile or the order.',
    remedy: "Read the SM-DP+'s status code in the facts.",
  },
  'carrier.smdp-unreachable': {
    kind: 'unreachable',
    says: 'The SM-DP+ did not answer.',
    remedy: 'It is asked again; look whether the SM-DP+ runs.',
  },
  'carrier.node-unreachable': {
    kind: 'unreachable',
    says: 'The GeSIM node did not answer.',
    remedy: 'It is asked again; look whether the node runs.',
  },
  'carrier.node-refused': {
    kind: 'refused',
    says: 'The GeSIM node refused what the carrier sent.',
    remedy: "Read the node's code in the facts; its remedy is in the failures of that stage.",
  },
  'carrier.chain-unreachable': {
    kind: 'unreachable',
    says: 'The chain did not answer.',
    remedy: 'It is asked again; look whether the chain runs.',
  },
  'carrier.evidence-invalid': {
    kind: 'refused',
    says: 'The installation result is not a success signed by a certified card for the ordered profile.',
    remedy: 'No receipt is signed for it; compare the result with the order.',
  },
  'carrier.terms-differ': {
    kind: 'refused',
    says: 'The terms that the node shows are not those of the intent, or do not name this book.',
    remedy: 'No receipt is signed for it; the node must show the terms that hash to the intent id.',
  },
  'carrier.not-held': {
    kind: 'refused',
    says: 'The escrow does not hold money for the intent: not funded, refunded or closed.',
    remedy: 'No receipt is signed for it; nothing could be earned.',
  },
  'carrier.authentication-failed': {
    kind: 'refused',
    says: 'The card did not prove to be the subscriber, or the request was not protected with its session key.',
    remedy: 'Attach again with the installed profile.',
    httpStatus: 403,
  },
  'carrier.service-off': {
    kind: 'refused',
    says: 'The subscription is not in service: not activated on chain yet, or ended.',
    remedy: 'Wait for the activation, or buy again.',
    httpStatus: 403,
  },
  'carrier.exhausted': {
    kind: 'refused',
    says: 'The deposit or the included volume is used up.',
    remedy: 'Top up or buy again.',
    httpStatus: 402,
  },
  'carrier.unsigned-credit': {
    kind: 'refused',
    says: 'The device has used more than it has signed for.',
    remedy: 'Post a UsageVoucher to the node and try again in a second.',
    httpStatus: 429,
  },
  'carrier.bad-request': {
    kind: 'refused',
    says: 'The request does not have the form of the radio protocol.',
    remedy: 'See the README of simulators/carrier.',
    httpStatus: 400,
  },
  'carrier.not-a-profile': {
    kind: 'refused',
    says: 'The template is not a profile package that can be personalised.',
    remedy: 'Send an unprotected profile package (DER) with a USIM and authentication parameters.',
    httpStatus: 422,
  },
} as const satisfies FailureCatalogue
