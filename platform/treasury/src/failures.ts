import type { FailureCatalogue } from '@gesim/base'

export const treasuryFailures = {
  'treasury.no-session': {
    kind: 'refused',
    says: 'Only a signed-in traveller with a wallet can buy USDC for it.',
    remedy: 'Sign in, and let the page make a wallet.',
    httpStatus: 401,
  },
  'treasury.on-ramp-absent': {
    kind: 'refused',
    says: 'No card provider is connected here.',
    remedy:
      'Send USDC to the address of the wallet; the operator connects a provider behind the on-ramp port.',
    httpStatus: 404,
  },
  'treasury.on-ramp-unreachable': {
    kind: 'unreachable',
    says: 'The card provider does not answer. Nothing was charged by this step.',
    remedy: 'Try again in a moment; an order that was begun goes on by itself.',
  },
  'treasury.on-ramp-limit': {
    kind: 'refused',
    says: 'One order is for 5 USDC at least and 200 USDC at most.',
    remedy: 'Choose an amount in between.',
    httpStatus: 400,
  },
  'treasury.on-ramp-day-limit': {
    kind: 'refused',
    says: 'A wallet buys at most 500 USDC with cards within a day.',
    remedy: 'Choose a smaller amount, or wait until a day has passed since the last orders.',
    httpStatus: 409,
  },
  'treasury.on-ramp-too-many': {
    kind: 'refused',
    says: 'Three orders of this wallet are open.',
    remedy: 'Finish or cancel one of them first.',
    httpStatus: 409,
  },
  'treasury.on-ramp-price': {
    kind: 'refused',
    says: 'The price went up since it was shown. Nothing was charged.',
    remedy: 'Look at the new price and order again.',
    httpStatus: 409,
  },
  'treasury.on-ramp-unknown': {
    kind: 'refused',
    says: 'This wallet has no such order.',
    remedy: 'Open the top-up page; it lists the orders.',
    httpStatus: 404,
  },
  'treasury.not-carrier': {
    kind: 'refused',
    says: 'Only a carrier may ask for its own money in fiat.',
    remedy: "Use an API key of the carrier's role.",
    httpStatus: 403,
  },
  'treasury.not-operator': {
    kind: 'refused',
    says: 'Only the operator decides on off-ramp requests; batches are shown to it and to the carrier that they pay.',
    remedy:
      "Sign in as operator, or use an API key of the operator's role, or of the carrier's to see its own.",
    httpStatus: 403,
  },
  'treasury.not-fiat': {
    kind: 'refused',
    says: 'The carrier is paid in USDC: no Safe and no beneficiary are known.',
    remedy: 'Choose fiat first with PUT /v1/treasury/payout, then name the Safe in the carrier registry.',
    httpStatus: 409,
  },
  'treasury.bad-amount': {
    kind: 'refused',
    says: 'The amount is nothing, or more than the Safe holds beyond what is asked for already.',
    remedy: 'Ask for at most what is free in the Safe.',
    httpStatus: 400,
  },
  'treasury.unknown-request': {
    kind: 'refused',
    says: 'There is no off-ramp request of this number.',
    remedy: 'List the requests with GET /v1/treasury/off-ramps.',
    httpStatus: 404,
  },
  'treasury.wrong-state': {
    kind: 'refused',
    says: 'The request has moved on: this step does not follow from where it stands.',
    remedy: 'Read its state; requested, approved, sent, confirmed and failed follow each other.',
    httpStatus: 409,
  },
  'treasury.unknown-batch': {
    kind: 'refused',
    says: 'There is no batch of this number that waits for signatures.',
    remedy: 'List the batches with GET /v1/treasury/batches.',
    httpStatus: 404,
  },
  'treasury.bad-signature': {
    kind: 'refused',
    says: "The signature is not an owner's over this Safe transaction.",
    remedy: 'Sign the EIP-712 SafeTx that the batch serves, with the key of an owner of its Safe.',
    httpStatus: 400,
  },
  'treasury.no-beneficiary': {
    kind: 'refused',
    says: 'Fiat needs a currency and the reference of a beneficiary.',
    remedy: 'Name both; the reference is a hash of what you agreed on with the provider.',
    httpStatus: 400,
  },
  'treasury.bad-owners': {
    kind: 'refused',
    says: 'A Safe needs distinct owners and a threshold that they can reach, at least two.',
    remedy: 'Name two owners or more and a threshold from 2 to their number.',
    httpStatus: 400,
  },
  'treasury.safe-taken': {
    kind: 'refused',
    says: "The Safe is the treasury's own, or pays the requests of another carrier.",
    remedy: 'Name a Safe of your own, or have one made; write to the operator if somebody else named yours.',
    httpStatus: 409,
  },
  'treasury.chain-unreachable': {
    kind: 'unreachable',
    says: 'The chain does not answer, so no batch can be made, simulated or followed.',
    remedy: 'Check the RPC address; the clerk goes on by itself when it answers.',
  },
  'treasury.ramp-unreachable': {
    kind: 'unreachable',
    says: 'The off-ramp provider does not answer.',
    remedy: 'Nothing is lost: the request stays where it stands and the provider is asked again.',
  },
  'treasury.draft-changed': {
    kind: 'broken',
    says: 'A stored batch no longer gives the hash that its owners signed.',
    remedy:
      'Do not send it: compare the row with the Safe, reject the nonce in the Safe and make a new batch.',
  },
} as const satisfies FailureCatalogue
