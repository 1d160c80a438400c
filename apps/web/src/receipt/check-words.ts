/** A check in a traveller's words: what is claimed, who signed it, what it means when it is red. */
export interface CheckWords {
  readonly title: string
  readonly means: string
  readonly signedBy: string
  readonly whenRed: string
}

/** In the order of a purchase. The keys are the checks of `@gesim/proofs` and our own. */
export const CHECK_WORDS: Readonly<Record<string, CheckWords>> = {
  terms: {
    title: 'These are the terms you paid for',
    means: 'Price, limits and deadlines give exactly the purchase number, and the chain knows that number.',
    signedBy: 'you, when you paid',
    whenRed: 'The terms shown here are not the ones you agreed to.',
  },
  plan: {
    title: 'It is the plan you chose',
    means:
      'The plan and the list of carriers fit the hashes in the terms; the chain itself never learned the plan.',
    signedBy: 'you, when you paid',
    whenRed: 'Another plan was noted for this purchase.',
  },
  paid: {
    title: 'Your money went into escrow',
    means: 'The contract’s own log shows the payment.',
    signedBy: 'the chain',
    whenRed: 'The chain does not show this payment.',
  },
  provisioning: {
    title: 'The carrier says: installed',
    means:
      'Signed with a key that the registry knows as the carrier’s, over the answer of the eSIM chip itself.',
    signedBy: 'the carrier',
    whenRed: 'This statement does not come from the carrier.',
  },
  consent: {
    title: 'You say so too',
    means: 'Without this consent the carrier cannot be paid for an eSIM that nobody installed.',
    signedBy: 'your phone or your wallet',
    whenRed: 'Nobody with your key agreed to the activation.',
  },
  activated: {
    title: 'The escrow opened for this carrier only',
    means: 'From here on the carrier can be paid for proven use, up to your deposit.',
    signedBy: 'the chain',
    whenRed: 'The chain does not show the activation.',
  },
  voucher: {
    title: 'Your phone’s count',
    means: 'The data your phone counted, signed by it.',
    signedBy: 'your phone',
    whenRed: 'This count was not signed by your phone.',
  },
  usage: {
    title: 'The carrier’s count',
    means: 'The data the carrier counted, signed with its registered key.',
    signedBy: 'the carrier',
    whenRed: 'This count was not signed by the carrier.',
  },
  evidence: {
    title: 'The books use exactly these counts',
    means: 'The line in the closed books names the two counts and the installation above, and no others.',
    signedBy: 'arithmetic',
    whenRed: 'The books rest on other counts than those shown.',
  },
  tariff: {
    title: 'The charge follows the tariff',
    means: 'Recomputed here from the data used and your terms; never above your deposit.',
    signedBy: 'arithmetic',
    whenRed: 'The charge is not what your terms say.',
  },
  leaf: {
    title: 'Your charge is in the closed books',
    means: 'A chain of hashes leads from your line to the one number on the chain.',
    signedBy: 'arithmetic and the chain',
    whenRed: 'Your charge is not in the books the chain knows.',
  },
  book: {
    title: 'The carrier’s total is in the same books',
    means: 'What the carrier can claim is the sum of lines like yours.',
    signedBy: 'arithmetic and the chain',
    whenRed: 'The carrier’s total does not belong to these books.',
  },
  attestors: {
    title: 'Independent attestors agree',
    means: 'Two thirds of the stake recomputed these books and signed them.',
    signedBy: 'the attestors',
    whenRed: 'Too few attestors signed these books.',
  },
  payout: {
    title: 'The carrier was paid by the contract',
    means: 'The contract’s own log shows the payment to the carrier.',
    signedBy: 'the chain',
    whenRed: 'The chain does not show this payout.',
  },
  closed: {
    title: 'What was charged is what was proven',
    means: 'The final charge on the chain fits the books, and the rest is yours.',
    signedBy: 'the chain',
    whenRed: 'The chain charged something else.',
  },
  returned: {
    title: 'The rest came back to you',
    means: 'The contract’s own log shows the return to your wallet.',
    signedBy: 'the chain',
    whenRed: 'The chain does not show this return.',
  },
  refunded: {
    title: 'All of it came back to you',
    means: 'The contract’s own log shows the full return to your wallet.',
    signedBy: 'the chain',
    whenRed: 'The chain does not show this return.',
  },
  log: {
    title: 'This receipt is in the public log',
    means: 'Entries of that log can be added but never changed or removed.',
    signedBy: 'the log',
    whenRed: 'The log does not contain this receipt.',
  },
}

export const CHECK_ORDER = Object.keys(CHECK_WORDS)
