import type { FailureCatalogue } from '@gesim/base'

export const provisionerFailures = {
  'provisioner.not-signed-in': {
    kind: 'refused',
    says: 'The request belongs to no signed-in traveller.',
    remedy: 'Sign in and ask again.',
    httpStatus: 401,
  },
  'provisioner.device-token-wrong': {
    kind: 'refused',
    says: 'The request carries no valid device token.',
    remedy: 'Pair the device again with a fresh code.',
    httpStatus: 401,
  },
  'provisioner.no-carrier-key': {
    kind: 'refused',
    says: 'The request carries no valid carrier API key.',
    remedy: 'Create a carrier API key on the developer page and send it as a bearer token.',
    httpStatus: 401,
  },
  'provisioner.unknown-intent': {
    kind: 'refused',
    says: 'No purchase with this intent id is known to whoever asks.',
    remedy:
      'Check the intent id; a purchase is shown to its payer, its device and the carriers that may serve it.',
    httpStatus: 404,
  },
  'provisioner.not-ready': {
    kind: 'refused',
    says: 'No activation code exists yet.',
    remedy: 'Wait for the step "ready" in the timeline; the money stays in escrow until then.',
  },
  'provisioner.code-used': {
    kind: 'refused',
    says: 'The activation code was used or withdrawn and is no longer kept.',
    remedy: 'The profile is on the card already, or the purchase has ended; buy again for another device.',
    httpStatus: 410,
  },
  'provisioner.carrier-silent': {
    kind: 'unreachable',
    says: 'The carrier did not answer in time.',
    remedy: 'Nothing to do: the next carrier is asked; with nobody left the money goes back.',
  },
  'provisioner.carrier-refused': {
    kind: 'refused',
    says: 'The carrier refused the order.',
    remedy: "Nothing to do: the next carrier is asked; the carrier's own reason is in the log.",
  },
  'provisioner.profile-gone': {
    kind: 'refused',
    says: 'The carrier no longer has the profile that it set aside.',
    remedy: 'Nothing to do: a fresh one is ordered from the same carrier.',
  },
  'provisioner.sold-out': {
    kind: 'refused',
    says: 'The supplier has no profile of this kind left.',
    remedy: 'Nothing to do: the next carrier is asked; the operator refills the supplier.',
  },
  'provisioner.supplier-balance': {
    kind: 'refused',
    says: "The operator's balance with the supplier does not cover the order.",
    remedy: 'The operator tops up the balance with the supplier; travellers are served by the next carrier.',
  },
  'provisioner.supplier-price': {
    kind: 'refused',
    says: 'The supplier changed the price of the package.',
    remedy: 'The operator reads the price list again; travellers are served by the next carrier.',
  },
  'provisioner.supplier-access': {
    kind: 'broken',
    says: 'The supplier does not accept our access code or signature.',
    remedy: 'Check ESIM_ACCESS_CODE, ESIM_ACCESS_SECRET, the clock and the address that the supplier allows.',
  },
  'provisioner.supplier-answer': {
    kind: 'unreachable',
    says: 'The supplier answered something that cannot be read.',
    remedy: 'It is asked again; if it lasts, compare the answer with the adapter.',
  },
  'provisioner.supplier-not-allocated': {
    kind: 'unreachable',
    says: 'The supplier is still allocating the profile.',
    remedy: 'It is asked again until the time of the order is over.',
  },
  'provisioner.supplier-status': {
    kind: 'refused',
    says: "The profile's status does not allow this at the supplier: it was downloaded or cancelled already.",
    remedy: 'Look the profile up at the supplier; only profiles that nobody downloaded can be cancelled.',
  },
  'provisioner.installation-failed': {
    kind: 'refused',
    says: 'The card could not install the profile.',
    remedy: 'Nothing to do: the next carrier is asked; the reason of the card is at the carrier.',
  },
  'provisioner.no-such-carrier': {
    kind: 'refused',
    says: 'No carrier is configured for the book.',
    remedy: 'Add the book to PROVISIONER_CARRIERS, or take it out of the plan.',
  },
  'provisioner.sealed-differs': {
    kind: 'broken',
    says: 'A sealed value cannot be opened: another key sealed it, or it was moved to another purchase.',
    remedy: 'Put the key that sealed it back into PROVISIONER_SEALING_KEYS.',
  },
  'provisioner.not-your-order': {
    kind: 'refused',
    says: 'The receipt speaks of a book that does not serve this purchase, or not of this carrier.',
    remedy: 'Sign receipts for your own orders only, with the book of the order.',
    httpStatus: 403,
  },
  'provisioner.order-over': {
    kind: 'refused',
    says: 'The order has ended: another carrier took over, or the money went back.',
    remedy: 'Do not enable service; nothing can be charged for this profile.',
    httpStatus: 410,
  },
  'provisioner.too-late': {
    kind: 'refused',
    says: 'The time in which the profile had to be provisioned is over.',
    remedy: 'The money goes back to the traveller; buy again.',
    httpStatus: 410,
  },
  'provisioner.key-not-registered': {
    kind: 'refused',
    says: 'The key is no PROVISIONING key of the carrier of this book now.',
    remedy: 'Register the key in the CarrierRegistry, or sign with one that is.',
    httpStatus: 403,
  },
  'provisioner.receipt-signature': {
    kind: 'refused',
    says: 'The signature is not one of the key it claims.',
    remedy: 'Sign the EIP-712 digest of exactly this receipt, in the domain of the escrow on this chain.',
    httpStatus: 422,
  },
  'provisioner.receipt-differs': {
    kind: 'refused',
    says: 'Another receipt for this order was accepted before.',
    remedy: 'Sign one receipt for an order and repeat exactly that one.',
  },
  'provisioner.evidence-differs': {
    kind: 'refused',
    says: 'The installation result is not the one that the receipt names, or of another profile.',
    remedy: "Send the card's result for this order; the receipt's evidence is its keccak256.",
    httpStatus: 422,
  },
  'provisioner.evidence-invalid': {
    kind: 'refused',
    says: 'The installation result is not a success signed by a certified card.',
    remedy:
      'Check the result, its signature and that the certificates lead to an issuer in PROVISIONER_ISSUERS.',
    httpStatus: 422,
  },
  'provisioner.no-receipt': {
    kind: 'refused',
    says: 'There is no receipt of the carrier to consent to yet, or it is another one.',
    remedy: 'Read the purchase again and consent to the receipt digest it shows.',
  },
  'provisioner.consent-wrong': {
    kind: 'refused',
    says: 'The consent is not signed by the payer or the paired device, or is not valid long enough.',
    remedy: 'Sign the ActivationConsent of this receipt, valid for at least another minute.',
    httpStatus: 422,
  },
  'provisioner.device-not-bound': {
    kind: 'refused',
    says: 'The payer has not bound this device yet, so its consent counts for nothing.',
    remedy: 'Let the payer sign the pairing consent in the web app, then consent again.',
    httpStatus: 403,
  },
  'provisioner.chain-unreachable': {
    kind: 'unreachable',
    says: 'The chain could not be asked whether a key or signature is valid.',
    remedy: 'Send it again; nothing was stored.',
  },
} as const satisfies FailureCatalogue
