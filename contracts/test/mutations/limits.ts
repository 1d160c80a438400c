import type { Mutation } from './mutation.ts'

const SETTLEMENT = 'contracts/src/Settlement.sol'
const ROOTS = 'contracts/src/abstracts/SettlementRoots.sol'
const ESCROW = 'contracts/src/IntentEscrow.sol'
const PROOFS = 'contracts/src/abstracts/FaultProofs.sol'
const ATTESTORS = 'contracts/src/abstracts/Attestors.sol'
const CARRIERS = 'contracts/src/CarrierRegistry.sol'
const PAUSE = 'contracts/src/abstracts/GuardianPause.sol'
const RECOVERY = 'contracts/src/abstracts/AccountRecovery.sol'

/** Figures and times that bound what somebody trusted can do: thresholds, shares, caps, delays. */
export const LIMITS: Mutation[] = [
  {
    rule: 'posting alone: two epochs were missed',
    file: SETTLEMENT,
    find: 'if (commitment.epoch < due) revert Settlement_NotMissed(commitment.epoch, due);',
    replace: '',
    tests: 'contracts/test/settlement/PostAlone*',
  },
  {
    rule: 'posting alone: two, not one',
    file: SETTLEMENT,
    find: 'MISSED_EPOCHS = 2;',
    replace: 'MISSED_EPOCHS = 1;',
    tests: 'contracts/test/settlement/PostAlone*',
  },
  {
    rule: 'posting alone: a stake stands behind it',
    file: SETTLEMENT,
    find: 'if (staked < needed) revert Settlement_NoBond(poster, staked, needed);',
    replace: '',
    tests: 'contracts/test/settlement/PostAlone*',
  },
  {
    rule: 'quorum: a root without one waits for slow finality',
    file: SETTLEMENT,
    find: 'weight >= _quorumBps ? 0 : NO_QUORUM',
    replace: '0',
    tests: 'contracts/test/settlement/*',
  },
  {
    rule: 'quorum: signatures that come later must reach it',
    file: SETTLEMENT,
    find: 'bool quorum = weight >= _quorumBps;',
    replace: 'bool quorum = true;',
    tests: 'contracts/test/settlement/*',
  },
  {
    rule: 'quorum: only one takes the place of a root',
    file: SETTLEMENT,
    find: 'if (weight < _quorumBps) revert Settlement_NoMoreWeight(weight, _quorumBps);',
    replace: '',
    tests: 'contracts/test/settlement/*',
  },
  {
    rule: 'quorum: without one a fault takes the epoch back and all of the stake',
    file: PROOFS,
    find: 'hadQuorum = record.weight >= _quorumBps;',
    replace: 'hadQuorum = true;',
    tests: 'contracts/test/pay-on-usage/PayOnUsage.t.sol',
  },
  {
    rule: 'fast payouts: a share of the stake, not all of it',
    file: ROOTS,
    find: '(total * weight * _fastShareBps) / (BPS * BPS)',
    replace: '(total * weight) / BPS',
    tests: 'contracts/test/settlement/*',
  },
  {
    rule: 'fast payouts: claims count against the stake',
    file: ESCROW,
    find: 'if (granted != 0) granted = _settlement.spendFast(epoch, granted);',
    replace: '',
    tests: 'contracts/test/intent-escrow/Payouts*',
  },
  {
    rule: 'slash: 40 % to the challenger',
    file: ATTESTORS,
    find: 'REWARD_BPS = 4_000;',
    replace: 'REWARD_BPS = 10_000;',
    tests: 'contracts/test/attestor-registry/*',
  },
  {
    rule: 'slash: at most 10,000 USDC to the challenger',
    file: ATTESTORS,
    find: 'Math.min(uint256(amount) * REWARD_BPS / 10_000, MAX_REWARD)',
    replace: 'uint256(amount) * REWARD_BPS / 10_000',
    tests: 'contracts/test/attestor-registry/*',
  },
  {
    rule: 'slash: 40 % to the book',
    file: PROOFS,
    find: 'RESTITUTION_BPS = 4_000;',
    replace: 'RESTITUTION_BPS = 6_000;',
    tests: 'contracts/test/pay-on-usage/Data*',
  },
  {
    rule: 'payout address: a change waits',
    file: CARRIERS,
    find: 'uint48 effectiveAt = uint48(block.timestamp) + payoutDelay;',
    replace: 'uint48 effectiveAt = uint48(block.timestamp);',
    tests: 'contracts/test/carrier-registry/*',
  },
  {
    rule: 'pause: 72 hours at most',
    file: PAUSE,
    find: 'if (duration == 0 || duration > LONGEST)',
    replace: 'if (duration == 0)',
    tests: 'contracts/test/compliance-hook/*',
  },
  {
    rule: 'pause: 72 hours of rest after one',
    file: PAUSE,
    find: 'uint256(until) + LONGEST;',
    replace: 'uint256(until);',
    tests: 'contracts/test/compliance-hook/*',
  },
  {
    rule: 'pause: renewed once only',
    file: PAUSE,
    find: 'if (block.timestamp >= until || renewed) revert',
    replace: 'if (block.timestamp >= until) revert',
    tests: 'contracts/test/compliance-hook/*',
  },
  {
    rule: 'recovery: signers have time to cancel',
    file: RECOVERY,
    find: 'uint48 dueAt = uint48(block.timestamp) + recoveryDelay;',
    replace: 'uint48 dueAt = uint48(block.timestamp);',
    tests: 'contracts/test/gesim-account/*',
  },
]
