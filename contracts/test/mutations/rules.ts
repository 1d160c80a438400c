import { GUARDS } from './guards.ts'
import { LIMITS } from './limits.ts'
import type { Mutation } from './mutation.ts'

const REPLAY = 'contracts/test/differential/*'
const FAULTS = 'contracts/test/pay-on-usage/*'
const ACTIVATION = 'contracts/src/abstracts/EscrowActivation.sol'
const EXITS = 'contracts/src/abstracts/EscrowExits.sol'
const BASE = 'contracts/src/abstracts/EscrowBase.sol'
const FINAL_LEAF = 'contracts/src/abstracts/EscrowFinalLeaf.sol'
const CLOSES = 'contracts/src/abstracts/EscrowCloses.sol'
const ESCROW = 'contracts/src/IntentEscrow.sol'
const ROOTS = 'contracts/src/abstracts/SettlementRoots.sol'
const PROOFS = 'contracts/src/abstracts/FaultProofs.sol'
const DEMANDS = 'contracts/src/abstracts/Challenges.sol'
const REDEEM = 'contracts/src/PayOnUsage.sol'

/**
 * Each rule of money taken out of the contracts, and the tests that must then fail. The names are those of
 * contracts/model/rules.ts; what follows in brackets is one part of a rule, and what follows a colon is not the model's.
 */
export const MUTATIONS: Mutation[] = [
  {
    rule: 'consent',
    file: ACTIVATION,
    find: '        _requireTraveller(payer, _digest(Structs712.hash(consent)), signature, binding);',
    replace: '',
    tests: 'contracts/test/intent-escrow/Activate*',
  },
  {
    rule: 'consentExpiry',
    file: ACTIVATION,
    find: 'if (consent.validUntil < block.timestamp) revert',
    replace: 'if (false) revert',
    tests: 'contracts/test/intent-escrow/Activate*',
  },
  {
    rule: 'heldOnly',
    file: ACTIVATION,
    find: '(bytes32 intentId, IntentRecord memory intent) = _intentIn(terms, IntentState.Held);\n        if (receiptFor',
    replace:
      'bytes32 intentId = Structs712.hash(terms);\n        IntentRecord memory intent = _intent(intentId);\n        if (receiptFor',
    tests: REPLAY,
  },
  {
    rule: 'provisionBy',
    file: ACTIVATION,
    find: 'if (block.timestamp > terms.provisionBy) revert IntentEscrow_Expired',
    replace: 'if (false) revert IntentEscrow_Expired',
    tests: REPLAY,
  },
  {
    rule: 'idOnce',
    file: ACTIVATION,
    find: '        intent.state = IntentState.Closed;\n        intent.closedAt = uint40(block.timestamp);\n        _intents[intentId] = intent.pack();',
    replace: '        delete _intents[intentId];',
    tests: REPLAY,
  },
  {
    rule: 'coversFee',
    file: ACTIVATION,
    find: 'if (intent.funded < terms.activationFee) revert',
    replace: 'if (false) revert',
    tests: REPLAY,
  },
  {
    rule: 'frozenActivate',
    file: ACTIVATION,
    find: 'if (bucket.frozen) revert',
    replace: 'if (false) revert',
    tests: 'contracts/test/intent-escrow/Activate*',
  },
  {
    rule: 'exitChargesFee',
    file: EXITS,
    find: 'uint256 least = Math.max(Math.max(statedCharge, intent.settled), terms.activationFee);',
    replace: 'uint256 least = Math.max(statedCharge, intent.settled);',
    tests: REPLAY,
  },
  {
    rule: 'finalizeLeaf',
    file: EXITS,
    find: 'Math.max(Math.max(leaving.charge, highest), Math.max(intent.settled, terms.activationFee))',
    replace: 'Math.max(leaving.charge, Math.max(intent.settled, terms.activationFee))',
    tests: 'contracts/test/intent-escrow/Exits*',
  },
  {
    rule: 'requestLeaf',
    file: EXITS,
    find: 'Math.min(Math.max(least, highest), intent.funded)',
    replace: 'Math.min(least, intent.funded)',
    tests: REPLAY,
  },
  {
    rule: 'leafNotStored',
    file: EXITS,
    find: 'ExitRecord(uint64(least), hold, finalizeAt, false)',
    replace: 'ExitRecord(uint64(owed), hold, finalizeAt, false)',
    tests: REPLAY,
  },
  {
    rule: 'requestLockout',
    file: EXITS,
    find: 'if (lockedUntil != 0) revert',
    replace: 'if (lockedUntil != 0 && intent.state != IntentState.Open) revert',
    tests: 'contracts/test/intent-escrow/Exits*',
  },
  {
    rule: 'closeLockout',
    file: BASE,
    find: 'if (lockedUntil != 0) revert IntentEscrow_PostingWindow(lockedUntil);',
    replace: '',
    tests: REPLAY,
  },
  {
    rule: 'payerFinalizes',
    file: EXITS,
    find: 'if (!latestFinal) _requirePayer(terms.payer);',
    replace: '',
    tests: 'contracts/test/intent-escrow/Exits*',
  },
  {
    rule: 'payerFinalizes (FINAL leaf)',
    file: FINAL_LEAF,
    find: 'if (!isSlowFinal) _requirePayer(terms.payer);',
    replace: '',
    tests: 'contracts/test/intent-escrow/Closes*',
  },
  {
    rule: 'noShortPay',
    file: EXITS,
    find: 'if (msg.sender != terms.payer || block.timestamp < shortFrom) {',
    replace: 'if (false) {',
    tests: 'contracts/test/intent-escrow/Exits*',
  },
  {
    rule: 'trim',
    file: EXITS,
    find: '_holdAtMost(intentId, intent.book, book, _rest(intent.funded, leaf.amount))',
    replace: '_holdAtMost(intentId, intent.book, book, intent.funded)',
    tests: 'contracts/test/intent-escrow/Exits*',
  },
  {
    rule: 'exitWindow',
    file: EXITS,
    find: '_spendOutflow(WINDOW_OF_EXITS | intent.book,',
    replace: '_spendOutflow(intent.book,',
    tests: 'contracts/test/intent-escrow/Exits*',
  },
  {
    rule: 'excuse',
    file: DEMANDS,
    find: '_excused[_place(demand.epoch, demand.root, demand.book, demand.index)] = true;',
    replace: '',
    tests: 'contracts/test/intent-escrow/Exits*',
  },
  {
    rule: 'highestLeaf',
    file: ROOTS,
    find: 'if (claimed != 0) refs[--count] = _refFor(book, frozen, claimed);',
    replace: 'if (claimed != 0) refs[--count] = _refFor(book, frozen, newest);',
    tests: 'contracts/test/intent-escrow/Closes*',
  },
  {
    rule: 'outflowOfCloses',
    file: BASE,
    find: 'if (latestFinal || amount == 0) return;',
    replace: 'if (latestFinal || amount < type(uint64).max) return;',
    tests: 'contracts/test/intent-escrow/Closes*',
  },
  {
    rule: 'outflowOfCloses (slow finality)',
    file: ROOTS,
    find: 'latestFinal = newest == 0 || _isSlowFinal(newest);\n        if (newestFinal',
    replace: 'latestFinal = newest == 0 || newest == newestFinal;\n        if (newestFinal',
    tests: 'contracts/test/settlement/Bases*',
  },
  {
    rule: 'claimCeiling',
    file: ESCROW,
    find: 'uint256 due = Math.min(lane, bucket.ceiling);',
    replace: 'uint256 due = lane;',
    tests: 'contracts/test/intent-escrow/Payouts*',
  },
  {
    rule: 'closeLeaf',
    file: CLOSES,
    find: 'least = Math.max(Math.max(least, intent.settled), terms.activationFee);',
    replace: 'least = Math.max(intent.settled, terms.activationFee);',
    tests: 'contracts/test/intent-escrow/Closes*',
  },
  {
    rule: 'closeWatermark',
    file: FINAL_LEAF,
    find: 'Math.max(Math.max(charge, intent.settled), terms.activationFee)',
    replace: 'Math.max(charge, terms.activationFee)',
    tests: 'contracts/test/intent-escrow/Closes*',
  },
  {
    rule: 'voucherAboveLeaf',
    file: REDEEM,
    find: 'if (leaves[i].amount > base) base = leaves[i].amount;',
    replace: '',
    tests: FAULTS,
  },
  {
    rule: 'confirmedLeaf',
    file: CLOSES,
    find: 'if (leaf.amount != confirmedLeaf.amount) {',
    replace: 'if (false) {',
    tests: 'contracts/test/intent-escrow/Confirmed*',
  },
  {
    rule: 'confirmedLeaf (the older root is beyond challenge)',
    file: CLOSES,
    find: 'if (!_checkFinal(intentId, intent, confirmedEpoch, 0, confirmedLeaf)) {',
    replace: '_checkFinal(intentId, intent, confirmedEpoch, 0, confirmedLeaf);\n        if (false) {',
    tests: 'contracts/test/intent-escrow/Confirmed*',
  },
  {
    rule: 'confirmedLeaf (the newer root shows what was claimed for)',
    file: CLOSES,
    find: '_checkFinal(intentId, intent, epoch, book.claimedEpoch, leaf);',
    replace: '_checkFinal(intentId, intent, epoch, 0, leaf);',
    tests: 'contracts/test/intent-escrow/Confirmed*',
  },
  {
    rule: 'payerWord',
    file: CLOSES,
    find: 'if (msg.sender == payer) return;',
    replace: 'return;',
    tests: REPLAY,
  },
  {
    rule: 'asOfCutoff',
    file: PROOFS,
    find: 'intent.state == IntentState.Closed && intent.closedAt < _cutoff(epoch)',
    replace: 'intent.state == IntentState.Closed',
    tests: FAULTS,
  },
  {
    rule: 'closedLeaf',
    file: PROOFS,
    find: 'if (!isAbove && !isUnlikeClose) revert',
    replace: 'if (!isAbove) revert',
    tests: FAULTS,
  },
  {
    rule: 'stopOnFinal (a FINAL leaf stays)',
    file: PROOFS,
    find: 'if (!fell && !reopened) revert',
    replace: 'if (!fell) revert',
    tests: FAULTS,
  },
  {
    rule: 'challenge: a graver fault takes the difference',
    file: PROOFS,
    find: 'if (fault.bps >= bps) return hadQuorum;',
    replace: 'if (fault.code != 0) return hadQuorum;',
    tests: FAULTS,
  },
  {
    rule: 'challenge: devices are bound before the activation',
    file: DEMANDS,
    find: 'return since != 0 && since < time;',
    replace: 'return since != 0;',
    tests: FAULTS,
  },
  {
    rule: 'challenge: records give the leaf',
    file: DEMANDS,
    find: 'if (!_covers(intentId, terms, leaf, deviceBytes, carrierBytes)) revert PayOnUsage_WrongAnswer();',
    replace: '',
    tests: FAULTS,
  },
  ...GUARDS,
  ...LIMITS,
]
