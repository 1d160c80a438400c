import type { FailureCatalogue } from '@gesim/base'

/** How metering says no. Each is answered for one record; the other records of a batch are not harmed by it. */
export const meteringFailures = {
  'metering.unknown-intent': {
    kind: 'refused',
    says: 'No intent with this id was ever wished to be activated here.',
    remedy: 'Check the intent id; records are accepted once the escrow is Open for a carrier.',
    httpStatus: 404,
  },
  'metering.not-active': {
    kind: 'refused',
    says: 'The intent is not activated on chain yet, so there is nothing to meter.',
    remedy: 'Keep the record and send it again after the activation is mined.',
  },
  'metering.service-ended': {
    kind: 'refused',
    says: 'Service ended and the time for last records is over.',
    remedy: 'Stop service; nothing more can be charged to this intent.',
    httpStatus: 410,
  },
  'metering.not-your-intent': {
    kind: 'refused',
    says: 'The token or API key belongs to another intent or carrier.',
    remedy: 'Use the token of the paired device, or the API key of the carrier that serves the book.',
    httpStatus: 403,
  },
  'metering.not-signed-in': {
    kind: 'refused',
    says: 'The request carries no valid device token or carrier API key.',
    remedy: 'Pair the device again, or create a carrier API key, and send it as a bearer token.',
    httpStatus: 401,
  },
  'metering.out-of-order': {
    kind: 'refused',
    says: 'A record with a higher sequence number or a later time was accepted before.',
    remedy: 'Send records in rising order of seq and asOf; the accepted one already covers earlier usage.',
  },
  'metering.seq-reused': {
    kind: 'refused',
    says: 'Another record of this signer already has this sequence number.',
    remedy: 'Sign the new figures under the next sequence number; never sign two records with the same one.',
  },
  'metering.not-cumulative': {
    kind: 'refused',
    says: 'The record counts fewer bytes than an earlier one of the same signer.',
    remedy: 'Report bytes since activation; a counter that started again must be added to the last figure.',
  },
  'metering.too-many-bytes': {
    kind: 'refused',
    says: 'The record counts more bytes than any line can carry.',
    remedy: 'Check the unit: bytes, cumulative since activation.',
    httpStatus: 400,
  },
  'metering.from-future': {
    kind: 'refused',
    says: 'The time of the record lies in the future.',
    remedy: "Set the signer's clock and sign again.",
    httpStatus: 400,
  },
  'metering.before-activation': {
    kind: 'refused',
    says: 'The time of the record lies before the activation of the intent.',
    remedy: 'Count from the activation on; earlier traffic cannot be charged.',
    httpStatus: 400,
  },
  'metering.above-deposit': {
    kind: 'refused',
    says: 'The amount of the record is larger than the deposit.',
    remedy: 'State at most the funded deposit: the tariff is clamped there, and service stops.',
    httpStatus: 400,
  },
  'metering.wrong-amount': {
    kind: 'refused',
    says: 'The amount is not what the signed tariff gives for these bytes.',
    remedy: 'Compute the amount from the cumulative bytes with the terms of the intent, rounded up once.',
    httpStatus: 400,
  },
  'metering.bad-signature': {
    kind: 'refused',
    says: 'The signature is not one of the key it claims.',
    remedy: 'Sign the EIP-712 digest of exactly this record, in the domain of the escrow on this chain.',
    httpStatus: 400,
  },
  'metering.key-not-registered': {
    kind: 'refused',
    says: 'The key is no USAGE key of this carrier at the time of the record.',
    remedy: 'Register the key in the CarrierRegistry for this time, or sign with a key that is.',
    httpStatus: 403,
  },
  'metering.device-not-bound': {
    kind: 'refused',
    says: 'No valid pairing consent of the payer covers this device at the time of the record.',
    remedy: 'Pair the device again so that the payer signs its consent.',
    httpStatus: 403,
  },
  'metering.another-device-bound': {
    kind: 'refused',
    says: 'The payer bound another device on chain before service began, so only vouchers of bound devices count.',
    remedy:
      'Sign with the bound device’s own key, or let usage be metered by the carrier until the next purchase.',
    httpStatus: 403,
  },
  'metering.chain-unreachable': {
    kind: 'unreachable',
    says: 'The chain could not be asked whether a key is valid.',
    remedy: 'Send the record again; nothing was stored.',
  },
} as const satisfies FailureCatalogue

export type MeteringCode = keyof typeof meteringFailures
