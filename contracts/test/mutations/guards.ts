import type { Mutation } from './mutation.ts'

const ACTIVATE = 'contracts/test/intent-escrow/Activate*'
const CLOSE = 'contracts/test/intent-escrow/Closes*'
const LEAVE = 'contracts/test/intent-escrow/Exits*'
const PAY = 'contracts/test/intent-escrow/Payouts*'
const ACTIVATION = 'contracts/src/abstracts/EscrowActivation.sol'
const EXITS = 'contracts/src/abstracts/EscrowExits.sol'
const FINAL_LEAF = 'contracts/src/abstracts/EscrowFinalLeaf.sol'
const CLOSES = 'contracts/src/abstracts/EscrowCloses.sol'
const ESCROW = 'contracts/src/IntentEscrow.sol'
const PROOFS = 'contracts/src/abstracts/FaultProofs.sol'
const VOUCHERS = 'contracts/src/PayOnUsage.sol'

/** Rules of the model that are kept in several places: each place by itself, or those that back each other together. */
export const GUARDS: Mutation[] = [
  {
    rule: 'consent (to this intent)',
    file: ACTIVATION,
    find: 'if (consentFor != intentId) revert IntentEscrow_IntentMismatch(consentFor, intentId);',
    replace: '',
    tests: ACTIVATE,
  },
  {
    rule: 'consent (to this book)',
    file: ACTIVATION,
    find: 'if (consentBook != book) revert IntentEscrow_BookMismatch(consentBook, book);',
    replace: '',
    tests: ACTIVATE,
  },
  {
    rule: 'consent (to this receipt)',
    file: ACTIVATION,
    find: 'if (consent.receiptDigest != receiptDigest) {',
    replace: 'if (false) {',
    tests: ACTIVATE,
  },
  {
    rule: 'consent (the receipt is of this intent)',
    file: ACTIVATION,
    find: 'if (receiptFor != intentId) revert IntentEscrow_IntentMismatch(receiptFor, intentId);',
    replace: '',
    tests: ACTIVATE,
  },
  {
    rule: 'consent (the receipt is of this book)',
    file: ACTIVATION,
    find: 'if (receipt.book != book) revert IntentEscrow_BookMismatch(receipt.book, book);',
    replace: '',
    tests: ACTIVATE,
  },
  {
    rule: 'finalizeLeaf (what was stated or shown)',
    file: EXITS,
    find: 'Math.max(Math.max(leaving.charge, highest),',
    replace: 'Math.max(highest,',
    tests: LEAVE,
  },
  {
    rule: 'finalizeLeaf (vouchers shown in time)',
    file: EXITS,
    find: '        leaving.charge = charge;\n',
    replace: '',
    tests: LEAVE,
  },
  {
    rule: 'asOfCutoff (activations)',
    file: PROOFS,
    find: 'intent.activatedAt != 0 && intent.activatedAt < _cutoff(epoch)',
    replace: 'intent.activatedAt != 0',
    tests: 'contracts/test/pay-on-usage/Faults*',
  },
  {
    rule: 'outflowOfCloses (vouchers)',
    file: ESCROW,
    find: '_spendOutflow(intent.book, book, paid, latestFinal);',
    replace: '',
    tests: PAY,
  },
  {
    rule: 'outflowOfCloses (both sides close)',
    file: CLOSES,
    find: '_spendOutflow(intent.book, book, refunded, latestFinal);',
    replace: '',
    tests: CLOSE,
  },
  {
    rule: 'outflowOfCloses (FINAL leaf)',
    file: FINAL_LEAF,
    find: '_spendOutflow(intent.book, book, refunded, isSlowFinal);',
    replace: '',
    tests: 'contracts/test/intent-escrow/Outflows*',
  },
  {
    rule: 'outflowOfCloses (exits)',
    file: EXITS,
    find: '_spendOutflow(WINDOW_OF_EXITS | intent.book, book, refunded, latestFinal);',
    replace: '',
    tests: 'contracts/test/intent-escrow/Outflows*',
  },
  {
    rule: 'outflowOfCloses (an excused leaf)',
    file: EXITS,
    find: '                latestFinal = false;\n',
    replace: '',
    tests: LEAVE,
  },
  {
    rule: 'outflowOfCloses (fast claims)',
    file: ESCROW,
    find: 'granted = uint64(Math.min(wanted, outflow.cap - outflow.used));',
    replace: 'granted = wanted;',
    tests: PAY,
  },
  {
    rule: 'outflowOfCloses (fast claims are counted)',
    file: ESCROW,
    find: '        outflow.used += granted;\n',
    replace: '',
    tests: PAY,
  },
  {
    rule: 'claimCeiling (what exits hold is kept out)',
    file: EXITS,
    find: '        book.ceiling -= hold;\n        book.hold += hold;\n',
    replace: '        book.hold += hold;\n',
    also: [
      { file: EXITS, find: '        book.ceiling += hold - most;\n', replace: '' },
      { file: EXITS, find: '        book.ceiling += hold;\n', replace: '' },
    ],
    tests: PAY,
  },
  {
    rule: 'closeWatermark (both sides close)',
    file: CLOSES,
    find: 'least = Math.max(Math.max(least, intent.settled), terms.activationFee);',
    replace: 'least = Math.max(least, terms.activationFee);',
    tests: CLOSE,
  },
  {
    rule: 'closeWatermark (exits, at both steps)',
    file: EXITS,
    find: 'uint256 least = Math.max(Math.max(statedCharge, intent.settled), terms.activationFee);',
    replace: 'uint256 least = Math.max(statedCharge, terms.activationFee);',
    also: [
      {
        file: EXITS,
        find: 'Math.max(intent.settled, terms.activationFee))',
        replace: 'terms.activationFee)',
      },
    ],
    tests: 'contracts/test/intent-escrow/Watermarks*',
  },
  {
    rule: 'closeWatermark (what a request holds back)',
    file: EXITS,
    find: 'uint256 least = Math.max(Math.max(statedCharge, intent.settled), terms.activationFee);',
    replace: 'uint256 least = Math.max(statedCharge, terms.activationFee);',
    tests: 'contracts/test/intent-escrow/Watermarks*',
  },
  {
    rule: 'final leaf: the leaf must be FINAL',
    file: FINAL_LEAF,
    find: 'if (leaf.flags & LEAF_FINAL == 0) revert IntentEscrow_LeafNotFinal(leaf.flags);',
    replace: '',
    tests: CLOSE,
  },
  {
    rule: 'final leaf: its root must be final',
    file: FINAL_LEAF,
    find: 'if (!isFinal) revert IntentEscrow_NotFinal(epoch, intent.book);',
    replace: '',
    tests: CLOSE,
  },
  {
    rule: 'final leaf: its root must not be older than the last claim',
    file: FINAL_LEAF,
    find: 'if (epoch < claimedEpoch) revert IntentEscrow_StaleEpoch(epoch, claimedEpoch);',
    replace: '',
    tests: CLOSE,
  },
  {
    rule: 'closeLockout (FINAL leaf)',
    file: FINAL_LEAF,
    find: 'if (lockedUntil != 0) revert IntentEscrow_PostingWindow(lockedUntil);',
    replace: '',
    tests: CLOSE,
  },
  {
    rule: 'closeLockout (vouchers, in the escrow)',
    file: ESCROW,
    find: 'if (lockedUntil != 0) revert IntentEscrow_PostingWindow(lockedUntil);',
    replace: '',
    tests: PAY,
  },
  {
    rule: 'closeLockout (vouchers, where the leaves are shown)',
    file: VOUCHERS,
    find: 'if (lockedUntil != 0) revert PayOnUsage_PostingWindow(lockedUntil);',
    replace: '',
    tests: 'contracts/test/pay-on-usage/PayOnUsage.t.sol',
  },
  {
    rule: 'closeLockout (vouchers, wholly)',
    file: ESCROW,
    find: 'if (lockedUntil != 0) revert IntentEscrow_PostingWindow(lockedUntil);',
    replace: '',
    also: [
      {
        file: VOUCHERS,
        find: 'if (lockedUntil != 0) revert PayOnUsage_PostingWindow(lockedUntil);',
        replace: '',
      },
    ],
    tests: 'contracts/test/pay-on-usage/PayOnUsage.t.sol',
  },
  {
    rule: 'closeLockout (finalizeExit)',
    file: EXITS,
    find: 'if (lockedUntil != 0) revert',
    replace: 'if (lockedUntil != 0 && intent.state == IntentState.Open) revert',
    tests: LEAVE,
  },
  {
    rule: 'voucherAboveLeaf (the book counts what a voucher took)',
    file: ESCROW,
    find: '(uint64 fee, address payout) = _payCarrier(intent.book, book, paid);\n',
    replace:
      '(uint64 fee, address payout) = _payCarrier(intent.book, book, paid);\n        book.claimed -= paid;\n        _books[intent.book] = book.pack();\n',
    tests: PAY,
  },
  {
    rule: 'voucherAboveLeaf (the watermark, wholly)',
    file: ESCROW,
    find: 'uint256 from = Math.max(base, intent.settled);',
    replace: 'uint256 from = base;',
    also: [{ file: VOUCHERS, find: 'base = intent.settled;', replace: 'base = 0;' }],
    tests: 'contracts/test/pay-on-usage/VouchersPayOnce*',
  },
]
