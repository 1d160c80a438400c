// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAttestors} from "../interfaces/IAttestors.sol";
import {IIntentEscrow} from "../interfaces/IIntentEscrow.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {EpochRecord, RootRef, SettlementParameters} from "../interfaces/DataTypes.sol";
import {Quorum} from "../libraries/Quorum.sol";
import {Records} from "../libraries/Records.sol";
import {GesimDomain} from "./GesimDomain.sol";

/// @title Which roots are kept, which count for a book, and since when
/// @dev Two slots for an epoch in a ring of 64, and one word with the newest six epochs, so that "the latest final root"
/// is found without walking epochs that were skipped.
abstract contract SettlementRoots is ISettlement, GesimDomain {
    using Records for uint256;
    using Records for bytes32;

    /// @notice Payouts before slow finality in two successive windows of `slowSeconds`. One storage slot.
    struct FastPaid {
        uint64 current;
        uint64 previous;
        uint40 since;
    }

    /// @notice A root kept beside the ring. Two storage slots.
    struct KeptRoot {
        bytes32 root;
        uint256 word;
    }

    uint256 internal constant RING = 64;
    uint256 internal constant BPS = 10_000;
    uint32 internal constant NO_QUORUM = type(uint32).max;
    uint16 internal constant VOIDED = type(uint16).max;
    /// @dev An epoch's weight is the lowest of its word.
    uint256 private constant WEIGHT_MASK = type(uint16).max;
    /// @dev The word of heads: last toBlock 64 | six epochs of 32, the newest lowest.
    uint256 internal constant HEADS = 6;
    uint256 internal constant TO_BLOCK_SHIFT = 192;
    uint256 internal constant EPOCHS_MASK = (1 << TO_BLOCK_SHIFT) - 1;

    address internal immutable _escrow;
    address private immutable _payOnUsage;
    IAttestors internal immutable _attestors;
    uint40 internal immutable _epochSeconds;
    uint40 internal immutable _postingSeconds;
    uint40 private immutable _fastSeconds;
    uint40 private immutable _slowSeconds;
    uint16 internal immutable _quorumBps;
    uint16 private immutable _fastShareBps;

    bytes32[RING] internal _roots;
    uint256[RING] internal _words;
    uint256 internal _heads;
    FastPaid private _fastPaid;
    mapping(uint32 book => uint32) private _frozen;
    mapping(uint32 book => KeptRoot) private _lastGood;

    constructor(SettlementParameters memory p) {
        if (p.escrow.code.length == 0) revert Settlement_InvalidParameter("escrow");
        if (p.payOnUsage == address(0)) revert Settlement_InvalidParameter("payOnUsage");
        if (p.attestors.code.length == 0) revert Settlement_InvalidParameter("attestors");
        if (p.epochSeconds == 0) revert Settlement_InvalidParameter("epochSeconds");
        if (p.postingSeconds == 0 || p.postingSeconds >= p.epochSeconds) {
            revert Settlement_InvalidParameter("postingSeconds");
        }
        if (p.fastSeconds == 0 || p.fastSeconds > p.slowSeconds) revert Settlement_InvalidParameter("fastSeconds");
        // The newest six epochs must reach back to one that is final in any case.
        if (p.slowSeconds > (HEADS - 2) * p.epochSeconds) revert Settlement_InvalidParameter("slowSeconds");
        if (p.quorumBps <= BPS / 2 || p.quorumBps > BPS) revert Settlement_InvalidParameter("quorumBps");
        if (p.fastShareBps > BPS) revert Settlement_InvalidParameter("fastShareBps");
        _escrow = p.escrow;
        _payOnUsage = p.payOnUsage;
        _attestors = IAttestors(p.attestors);
        _epochSeconds = p.epochSeconds;
        _postingSeconds = p.postingSeconds;
        _fastSeconds = p.fastSeconds;
        _slowSeconds = p.slowSeconds;
        _quorumBps = p.quorumBps;
        _fastShareBps = p.fastShareBps;
    }

    modifier onlyPayOnUsage() {
        if (msg.sender != _payOnUsage) revert Settlement_NotPayOnUsage(msg.sender, _payOnUsage);
        _;
    }

    /// @inheritdoc ISettlement
    function freezeBook(uint32 book, uint32 fromEpoch, bytes4 fault) external onlyPayOnUsage {
        if (_isSlowFinal(_kept(fromEpoch))) revert Settlement_AlreadyFinal(fromEpoch);
        uint32 frozen = _frozen[book];
        if (frozen != 0 && frozen <= fromEpoch) return;
        _frozen[book] = fromEpoch;
        // A copy, because the ring goes on without the book.
        uint32 good = _newestBefore(fromEpoch);
        if (good == 0) delete _lastGood[book];
        else _lastGood[book] = KeptRoot(_roots[good % RING], _words[good % RING]);
        if (frozen == 0) IIntentEscrow(_escrow).noteFrozen(book);
        emit BookFrozen(book, fromEpoch, fault);
    }

    /// @inheritdoc ISettlement
    function voidEpoch(uint32 epoch, bytes4 fault) external onlyPayOnUsage {
        uint256 word = _kept(epoch);
        if (_isSlowFinal(word)) revert Settlement_AlreadyFinal(epoch);
        _words[epoch % RING] = word | WEIGHT_MASK;
        uint256 heads = _heads;
        uint256 left;
        uint256 places;
        for (uint256 i = 0; i < HEADS; ++i) {
            uint256 head = uint32(heads >> (32 * i));
            if (head == epoch) continue;
            left |= head << (32 * places++);
        }
        _heads = (heads & ~EPOCHS_MASK) | left;
        emit EpochVoided(epoch, fault);
    }

    /// @inheritdoc ISettlement
    function spendFast(uint32 epoch, uint64 wanted) external returns (uint64 granted) {
        if (msg.sender != _escrow) revert Settlement_NotEscrow(msg.sender, _escrow);
        uint256 word = _kept(epoch);
        FastPaid memory paid = _fastPaid;
        // Two windows of fixed beginnings hold at least what was paid in the last slowSeconds, so never too little.
        uint256 elapsed = block.timestamp - paid.since;
        if (elapsed >= _slowSeconds) {
            paid.previous = elapsed < 2 * uint256(_slowSeconds) ? paid.current : 0;
            paid.current = 0;
            paid.since = uint40(block.timestamp);
        }
        uint256 used = uint256(paid.current) + paid.previous;
        uint256 budget = _fastBudget(epoch, word.weightOf());
        granted = uint64(Math.min(wanted, budget > used ? budget - used : 0));
        paid.current += granted;
        _fastPaid = paid;
    }

    /// @inheritdoc ISettlement
    function isFinal(uint32 epoch, uint32 book) external view returns (bool) {
        uint256 frozen = _frozen[book];
        (uint256 word,) = _recordFor(book, frozen, epoch);
        return word != 0 && word.epochOf() == epoch && _counts(frozen, epoch) && _isFinal(word);
    }

    /// @inheritdoc ISettlement
    function latest() external view returns (uint32) {
        return uint32(_heads);
    }

    /// @inheritdoc ISettlement
    function epochOf(uint32 epoch) external view returns (EpochRecord memory record) {
        record = _roots[epoch % RING].unpackEpoch(_words[epoch % RING]);
        if (record.epoch != epoch) delete record;
    }

    /// @inheritdoc ISettlement
    function frozenFrom(uint32 book) external view returns (uint32) {
        return _frozen[book];
    }

    /// @inheritdoc ISettlement
    function postingUntil() external view returns (uint40) {
        return _postingUntil(uint32(_heads));
    }

    /// @inheritdoc ISettlement
    function nextFromBlock() external view returns (uint64) {
        uint256 heads = _heads;
        return heads == 0 ? 0 : uint64(heads >> TO_BLOCK_SHIFT) + 1;
    }

    /// @inheritdoc ISettlement
    function claimBasis(uint32 epoch, uint32 book)
        external
        view
        returns (RootRef memory ref, bool coSignedFinal, bool totalFinal)
    {
        return _claimBasis(epoch, book);
    }

    /// @inheritdoc ISettlement
    function refundBasis(uint32 epoch, uint32 book)
        external
        view
        returns (RootRef memory ref, bool isFinal_, bool isSlowFinal, uint40 lockedUntil)
    {
        lockedUntil = _postingUntil(uint32(_heads));
        (ref, isFinal_, isSlowFinal) = _claimBasis(epoch, book);
    }

    /// @inheritdoc ISettlement
    function closeBasis(uint32 book, uint32 claimedEpoch)
        external
        view
        returns (RootRef[] memory refs, bool latestFinal, uint40 lockedUntil)
    {
        uint256 heads = _heads;
        uint256 frozen = _frozen[book];
        lockedUntil = _postingUntil(uint32(heads));
        (uint256 newest, uint256 newestFinal) = _newestAndFinal(book, frozen, heads);
        // Fast finality is the word of a quorum that may lie: what leaves by it counts against the outflow cap.
        latestFinal = newest == 0 || _isSlowFinal(newest);
        if (newestFinal == newest) newestFinal = 0;
        uint256 claimed = _claimed(book, frozen, claimedEpoch, newest, newestFinal);
        // The claimed epoch is never newer than the latest final one, so newest first is the order of finding.
        uint256 count = (newest == 0 ? 0 : 1) + (newestFinal == 0 ? 0 : 1) + (claimed == 0 ? 0 : 1);
        refs = new RootRef[](count);
        if (claimed != 0) refs[--count] = _refFor(book, frozen, claimed);
        if (newestFinal != 0) refs[--count] = _refFor(book, frozen, newestFinal);
        if (newest != 0) refs[--count] = _refFor(book, frozen, newest);
    }

    /// @inheritdoc ISettlement
    function closeTimes(uint32 book) external view returns (bool latestFinal, uint40 lockedUntil) {
        uint256 heads = _heads;
        lockedUntil = _postingUntil(uint32(heads));
        (uint256 newest,) = _newestAndFinal(book, _frozen[book], heads);
        latestFinal = newest == 0 || _isSlowFinal(newest);
    }

    /// @inheritdoc ISettlement
    function parameters() external view returns (SettlementParameters memory) {
        return SettlementParameters({
            escrow: _escrow,
            payOnUsage: _payOnUsage,
            attestors: address(_attestors),
            epochSeconds: _epochSeconds,
            postingSeconds: _postingSeconds,
            fastSeconds: _fastSeconds,
            slowSeconds: _slowSeconds,
            quorumBps: _quorumBps,
            fastShareBps: _fastShareBps
        });
    }

    function _cutoff(uint32 epoch) internal view returns (uint40) {
        return (uint40(epoch) + 1) * _epochSeconds;
    }

    function _claimBasis(uint32 epoch, uint32 book)
        private
        view
        returns (RootRef memory ref, bool coSignedFinal, bool totalFinal)
    {
        uint256 frozen = _frozen[book];
        (uint256 word, bytes32 root) = _recordFor(book, frozen, epoch);
        if (word.epochOf() != epoch || epoch == 0) revert Settlement_UnknownEpoch(epoch);
        ref = _ref(root, word);
        if (!_counts(frozen, epoch)) return (ref, false, false);
        totalFinal = _isSlowFinal(word);
        coSignedFinal = totalFinal || _isFinal(word);
    }

    /// @dev The word of an epoch that is kept and not voided.
    function _kept(uint32 epoch) internal view returns (uint256 word) {
        word = _words[epoch % RING];
        if (word.epochOf() != epoch || epoch == 0) revert Settlement_UnknownEpoch(epoch);
        if (word.weightOf() == VOIDED) revert Settlement_EpochVoided(epoch);
    }

    /// @dev The place of an epoch in the ring, or the copy made when the book was frozen.
    function _recordFor(uint32 book, uint256 frozen, uint32 epoch) private view returns (uint256 word, bytes32 root) {
        word = _words[epoch % RING];
        if (frozen == 0 || word.epochOf() == epoch) return (word, _roots[epoch % RING]);
        KeptRoot storage good = _lastGood[book];
        return (good.word, good.root);
    }

    /// @dev The newest root that counts for the book, and the newest of them that is final; 0 where there is none.
    function _newestAndFinal(uint32 book, uint256 frozen, uint256 heads)
        private
        view
        returns (uint256 newest, uint256 newestFinal)
    {
        uint256 epochs = heads & EPOCHS_MASK;
        for (; epochs != 0; epochs >>= 32) {
            uint256 epoch = uint32(epochs);
            if (frozen != 0 && epoch >= frozen) continue;
            uint256 word = _words[epoch % RING];
            if (newest == 0) newest = word;
            if (_isFinal(word)) return (newest, word);
        }
        if (frozen != 0 && newest == 0) {
            newest = _lastGood[book].word;
            if (_isFinal(newest)) newestFinal = newest;
        }
    }

    /// @dev The root that the book last claimed from, where it is kept, counts, and is not one of the others. A root that a
    /// proven fault took from the book does not bind its travellers, even if it was claimed from.
    function _claimed(uint32 book, uint256 frozen, uint32 epoch, uint256 newest, uint256 newestFinal)
        private
        view
        returns (uint256 word)
    {
        if (epoch == 0 || epoch == newest.epochOf() || epoch == newestFinal.epochOf() || !_counts(frozen, epoch)) {
            return 0;
        }
        (word,) = _recordFor(book, frozen, epoch);
        if (word.epochOf() != epoch || word.weightOf() == VOIDED) return 0;
    }

    function _newestBefore(uint32 epoch) private view returns (uint32) {
        uint256 heads = _heads;
        for (uint256 i = 0; i < HEADS; ++i) {
            uint32 head = uint32(heads >> (32 * i));
            if (head < epoch) return head;
        }
        return 0;
    }

    function _counts(uint256 frozen, uint256 epoch) private pure returns (bool) {
        return frozen == 0 || epoch < frozen;
    }

    function _isFinal(uint256 word) private view returns (bool) {
        if (word.weightOf() == VOIDED) return false;
        if (_isSlowFinal(word)) return true;
        uint256 quorumAfter = word.quorumAfterOf();
        if (quorumAfter == NO_QUORUM) return false;
        return block.timestamp >= word.postedAtOf() + quorumAfter + _fastSeconds;
    }

    function _isSlowFinal(uint256 word) private view returns (bool) {
        return word.weightOf() != VOIDED && block.timestamp >= uint256(word.postedAtOf()) + _slowSeconds;
    }

    function _refFor(uint32 book, uint256 frozen, uint256 word) private view returns (RootRef memory) {
        (, bytes32 root) = _recordFor(book, frozen, word.epochOf());
        return _ref(root, word);
    }

    function _ref(bytes32 root, uint256 word) private pure returns (RootRef memory) {
        return RootRef(root, word.totalOf(), word.coSignedOf(), word.epochOf());
    }

    /// @dev The end of the posting window while the root of the epoch that just ended is missing, or has no quorum and
    /// may be replaced.
    function _postingUntil(uint32 newest) private view returns (uint40) {
        uint256 running = block.timestamp / _epochSeconds;
        uint256 until = running * _epochSeconds + _postingSeconds;
        if (running == 0 || block.timestamp > until) return 0;
        if (newest >= running - 1 && _words[newest % RING].quorumAfterOf() != NO_QUORUM) return 0;
        return uint40(until);
    }

    /// @dev What may be paid on the signers' word alone: a share of their stake in the committee that signed.
    function _fastBudget(uint32 epoch, uint16 weight) private view returns (uint256) {
        (, address committee) = _attestors.committeeAt(_cutoff(epoch));
        (, uint256 total) = Quorum.weigh(committee, 0, msg.data[:0]);
        return (total * weight * _fastShareBps) / (BPS * BPS);
    }
}
