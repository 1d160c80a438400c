import type { FailureCatalogue } from '@gesim/base'

export const intentsFailures = {
  'intents.no-session': {
    kind: 'refused',
    says: 'Nobody with a wallet is signed in.',
    remedy: 'Sign in; the wallet is made at the first sign-in.',
    httpStatus: 401,
  },
  'intents.unknown': {
    kind: 'refused',
    says: 'There is no such purchase of this traveller.',
    remedy: 'Check the intent id, and that you are signed in as the one who bought it.',
    httpStatus: 404,
  },
  'intents.plan-unknown': {
    kind: 'refused',
    says: 'There is no such plan.',
    remedy: 'GET /v1/plans lists the plans on sale.',
    httpStatus: 404,
  },
  'intents.plan-not-on-sale': {
    kind: 'refused',
    says: 'The plan needs a registration that cannot be done here.',
    remedy: 'Choose another plan for the country; its card says what is asked for.',
    httpStatus: 409,
  },
  'intents.quote-unknown': {
    kind: 'refused',
    says: 'There is no such quote of this traveller.',
    remedy: 'Ask for a new quote.',
    httpStatus: 404,
  },
  'intents.quote-expired': {
    kind: 'refused',
    says: 'The quote has run out; no money has moved.',
    remedy: 'Ask for a new quote and confirm it in time.',
    httpStatus: 410,
  },
  'intents.plan-changed': {
    kind: 'refused',
    says: 'The plan has changed since the quote; no money has moved.',
    remedy: 'Look at the plan again and ask for a new quote.',
    httpStatus: 409,
  },
  'intents.terms-differ': {
    kind: 'refused',
    says: 'The terms are not those of the quote.',
    remedy: 'Send the terms of the quote unchanged; for other terms ask for another quote.',
    httpStatus: 422,
  },
  'intents.not-payer': {
    kind: 'refused',
    says: 'The terms name another payer than the signed-in wallet.',
    remedy: 'Sign in with the wallet that shall pay.',
    httpStatus: 403,
  },
  'intents.underpaid': {
    kind: 'refused',
    says: 'Less money is in escrow than the plan costs.',
    remedy: 'Fund the rest to the same intent id, or take the money back: it is yours.',
  },
  'intents.no-carrier': {
    kind: 'refused',
    says: 'No carrier can deliver this plan now.',
    remedy: 'Take the money back at once, or wait: after the deadline it comes back by itself.',
  },
  'intents.over-limit': {
    kind: 'refused',
    says: 'This is above the spending limit that the traveller has set; no money has moved.',
    remedy:
      'GET /v1/wallet/limits?wantMicros=… says what is left and from when on it would pass. Pay less, wait, or raise the limit: a raise waits a day.',
    httpStatus: 409,
  },
  'intents.above-cap': {
    kind: 'refused',
    says: 'The purchase takes no more than the cap of its terms.',
    remedy: 'Add less, or buy another plan.',
    httpStatus: 409,
  },
  'intents.no-network-yet': {
    kind: 'refused',
    says: 'No carrier serves the purchase yet, so there is none to compare with.',
    remedy: 'Ask again once one was chosen; the purchase’s page shows it.',
    httpStatus: 409,
  },
  'intents.not-active': {
    kind: 'refused',
    says: 'The service is not on, so it cannot be ended.',
    remedy: 'Before activation take the money back by the contract’s refund; it needs nobody else.',
    httpStatus: 409,
  },
  'intents.over': {
    kind: 'refused',
    says: 'The purchase is over.',
    remedy: 'Buy a new plan.',
    httpStatus: 409,
  },
  'intents.not-entitled': {
    kind: 'unreachable',
    says: 'The account has no soulbound token yet.',
    remedy: 'Nothing to do: it is being minted, and the order goes on by itself.',
  },
  'intents.no-chain': {
    kind: 'unreachable',
    says: 'The chain does not answer.',
    remedy: 'Try again in a moment.',
  },
  'intents.pairing-code-wrong': {
    kind: 'refused',
    says: 'The pairing code is wrong, used, or older than five minutes.',
    remedy: 'Make a new code on the purchase’s page and type it in at once.',
    httpStatus: 403,
  },
  'intents.device-wrong': {
    kind: 'refused',
    says: 'The device key is neither an address (20 bytes) nor a verifier with a key.',
    remedy: 'Send ERC-7913 signer bytes: 20 bytes, or a verifier address followed by the key.',
    httpStatus: 422,
  },
  'intents.device-unknown': {
    kind: 'refused',
    says: 'No such device is paired with the purchase.',
    remedy: 'Pair the device first, then bind it.',
    httpStatus: 404,
  },
  'intents.device-token-wrong': {
    kind: 'refused',
    says: 'The device token is unknown, has run out, or belongs to another purchase.',
    remedy: 'Pair the device again.',
    httpStatus: 401,
  },
  'intents.signature-wrong': {
    kind: 'refused',
    says: 'The signature is not the payer’s over this statement.',
    remedy: 'Sign the EIP-712 statement with the paying account, in the escrow’s domain.',
    httpStatus: 403,
  },
  'intents.consent-expired': {
    kind: 'refused',
    says: 'The consent ends before now, or later than a year from now.',
    remedy: 'Sign one that ends with the purchase’s deadline.',
    httpStatus: 422,
  },
  'intents.not-a-carrier': {
    kind: 'refused',
    says: 'The request carries no valid carrier API key.',
    remedy:
      'Send a carrier API key of this operator as a bearer token; a delegate asks with a key of the carrier.',
    httpStatus: 401,
  },
  'intents.carrier-unknown': {
    kind: 'refused',
    says: 'The carrier of this key does not stand in the registry on the chain.',
    remedy: 'Register the carrier in the CarrierRegistry, or use the key of a carrier that is registered.',
    httpStatus: 409,
  },
  'intents.purpose-unreadable': {
    kind: 'refused',
    says: 'The purpose holds signs that a reader would not see as they are.',
    remedy: 'Send one line of at most 140 characters, without control signs and without space around it.',
    httpStatus: 422,
  },
  'intents.question-unknown': {
    kind: 'refused',
    says: 'No question stands behind this code.',
    remedy:
      'Compare the six characters with those of the carrier, or let it ask again: codes last five minutes.',
    httpStatus: 404,
  },
  'intents.question-of-another': {
    kind: 'refused',
    says: 'The question is put to another account than the one that is signed in.',
    remedy: 'Sign in as the traveller whom the carrier asked, or let it ask this account.',
    httpStatus: 403,
  },
  'intents.question-altered': {
    kind: 'refused',
    says: 'What was signed is not the question that the carrier asked.',
    remedy: 'Load the question again by its code and sign it unchanged; nothing was passed on.',
    httpStatus: 422,
  },
  'intents.question-wrong-chain': {
    kind: 'refused',
    says: 'What was signed is for another chain or another identity contract.',
    remedy: 'Sign in the domain that the question names: GET /v1/network says which chain this is.',
    httpStatus: 422,
  },
  'intents.question-wrong-carrier': {
    kind: 'refused',
    says: 'What was signed is for another carrier, or the carrier has another admin on the chain by now.',
    remedy: 'Sign the question as it was asked; if the carrier has changed its admin, let it ask again.',
    httpStatus: 422,
  },
  'intents.question-expired': {
    kind: 'refused',
    says: 'The question has run out.',
    remedy: 'Let the carrier ask again: a question lasts five minutes.',
    httpStatus: 410,
  },
  'intents.question-answered': {
    kind: 'refused',
    says: 'The question was answered before; each is answered once.',
    remedy: 'Nothing to do if it was you. For another proof the carrier asks again.',
    httpStatus: 409,
  },
  'intents.entitlement-signature-wrong': {
    kind: 'refused',
    says: 'The signature is not the account’s over this question.',
    remedy: 'Sign the EIP-712 question with the account that is asked, by a key that opens it now.',
    httpStatus: 403,
  },
  'intents.entitlement-lost': {
    kind: 'refused',
    says: 'The account holds no active entitlement at this carrier.',
    remedy: 'A plan has to be on at this carrier, and the account has to hold its soulbound token.',
    httpStatus: 409,
  },
  'intents.transaction-refused': {
    kind: 'refused',
    says: 'A transaction for this purchase would be reverted by the chain.',
    remedy:
      'The reason is beside it; your money stays where it is, and you can take it back while it is held.',
  },
  'intents.undone': {
    kind: 'refused',
    says: 'The chain took back a transaction of this purchase.',
    remedy: 'Nothing to do: the purchase follows the chain; if it was your payment, pay again.',
  },
  'intents.catalogue-wrong': {
    kind: 'broken',
    says: 'The catalogue of plans cannot be read.',
    remedy: 'Correct the file that INTENTS_CATALOGUE names; its shape is the Plan of platform/wire.',
  },
} as const satisfies FailureCatalogue
