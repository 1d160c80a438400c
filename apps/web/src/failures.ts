import type { FailureCatalogue } from '@gesim/base'

/** Every way in which the browser's own part says no. */
export const webFailures = {
  'web.api-unreachable': {
    kind: 'unreachable',
    says: 'GeSIM does not answer right now.',
    remedy: 'Check the connection and try again in a moment.',
  },
  'web.answer-unreadable': {
    kind: 'broken',
    says: 'GeSIM answered with something this page does not understand.',
    remedy: 'Load the page again; if it stays, tell the operator the code.',
  },
  'web.body-too-large': {
    kind: 'refused',
    says: 'The request is larger than anything GeSIM needs.',
    remedy: 'Send less at once.',
    httpStatus: 413,
  },
  'web.shares-do-not-fit': {
    kind: 'refused',
    says: 'These two parts of the key do not belong together.',
    remedy: 'Use the newest recovery file of this wallet.',
  },
  'web.seal-does-not-open': {
    kind: 'refused',
    says: 'The stored key part does not open here.',
    remedy: 'Unlock with the passkey or the recovery file of this wallet.',
  },
  'web.not-a-recovery-file': {
    kind: 'refused',
    says: 'This is not a GeSIM recovery file, or it was changed.',
    remedy: 'Choose the file named gesim-recovery, or paste its last line.',
  },
  'web.recovery-of-another-wallet': {
    kind: 'refused',
    says: 'This recovery file belongs to another wallet.',
    remedy: 'Sign in with the account that made the file, or choose the file of this wallet.',
  },
  'web.passkey-refused': {
    kind: 'refused',
    says: 'The passkey was not used.',
    remedy: 'Try again, or continue without a passkey.',
  },
  'web.passkey-here-already': {
    kind: 'refused',
    says: 'This device has a passkey of this wallet already.',
    remedy:
      'Use that one, or add one on another device; to make it anew, remove the old one first, on the device too.',
  },
  'web.passkey-cannot-seal': {
    kind: 'refused',
    says: 'This device can make passkeys, but none that can protect a wallet.',
    remedy: 'Continue without a passkey: the recovery file protects the wallet equally well.',
  },
  'web.wallet-locked': {
    kind: 'refused',
    says: 'The wallet is locked in this browser.',
    remedy: 'Sign in again, use the passkey, or restore the wallet with the recovery file.',
  },
  'web.wallet-elsewhere': {
    kind: 'refused',
    says: 'This browser does not hold a part of the key to this wallet.',
    remedy: 'Use the passkey, or restore the wallet with its recovery file.',
  },
  'web.wallet-not-sealed': {
    kind: 'refused',
    says: 'The key of this wallet is not yet safely stored, so no money is put into it.',
    remedy: 'Load the page again to finish setting up the wallet.',
  },
  'web.not-the-words': {
    kind: 'refused',
    says: 'These are not twelve words of a wallet, or one of them is misspelt.',
    remedy: 'Compare them with your paper, in the same order, with a space between them.',
  },
  'web.words-of-another-wallet': {
    kind: 'refused',
    says: 'These words do not open this wallet.',
    remedy: 'Use the newest words of this wallet: if its key was changed, older ones open nothing.',
  },
  'web.key-not-followed': {
    kind: 'unreachable',
    says: 'The key is changed, but GeSIM has not noticed it yet.',
    remedy: 'Load the page again in a minute; both keys are kept until then.',
  },
  'web.fees-not-ready': {
    kind: 'unreachable',
    says: 'GeSIM is not yet ready to pay the network fee for this new wallet.',
    remedy: 'Try again in a minute; nothing was sent.',
  },
  'web.sign-in-again': {
    kind: 'refused',
    says: 'For this step the sign-in must be fresh.',
    remedy: 'Sign in once more; you come back to this page.',
  },
  'web.sign-in-failed': {
    kind: 'refused',
    says: 'The sign-in did not come to an end.',
    remedy: 'Choose a way to sign in and begin again.',
  },
  'web.terms-differ': {
    kind: 'refused',
    says: 'The terms that came back are not the terms that were shown, so nothing was signed.',
    remedy: 'Load the plan again; if it stays, tell the operator the code.',
  },
  'web.balance-short': {
    kind: 'refused',
    says: 'The balance is too small for this plan.',
    remedy: 'Top up the wallet and confirm again; nothing was charged.',
  },
  'web.over-limit': {
    kind: 'refused',
    says: 'This is above the spending limit that you have set; nothing was paid.',
    remedy: 'Pay less, wait until enough is free again, or change the limit on the wallet page.',
  },
  'web.quote-expired': {
    kind: 'refused',
    says: 'The price was fixed for a few minutes and they have passed.',
    remedy: 'Ask for the price again; nothing was charged.',
  },
  'web.payment-failed': {
    kind: 'refused',
    says: 'The payment did not go through and no money moved.',
    remedy: 'Try again; if it stays, tell the operator the code.',
  },
  'web.payment-pending': {
    kind: 'refused',
    says: 'An earlier payment is still on its way; nothing was sent now.',
    remedy: 'Wait until it is decided, which takes eleven minutes at most, or look at the wallet.',
  },
  'web.payment-unconfirmed': {
    kind: 'unreachable',
    says: 'The payment was sent but is not confirmed yet.',
    remedy: 'Wait on the order page; it notices the confirmation by itself.',
  },
} as const satisfies FailureCatalogue

export type WebFailureCode = keyof typeof webFailures
