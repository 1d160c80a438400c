// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IPayOnUsage} from "../interfaces/IPayOnUsage.sol";
import {IEscrowExits} from "../interfaces/IIntentEscrow.sol";
import {
    BookRecord,
    DeviceBinding,
    EscrowParameters,
    ExitRecord,
    IntentRecord,
    IntentState,
    IntentTerms,
    LeafProof,
    RootRef,
    UsageVoucher
} from "../interfaces/DataTypes.sol";
import {Records} from "../libraries/Records.sol";
import {Structs712} from "../libraries/Structs712.sol";
import {SumTree} from "../libraries/SumTree.sol";
import {Tariff} from "../libraries/Tariff.sol";
import {EscrowBase} from "./EscrowBase.sol";
import {EscrowCloses} from "./EscrowCloses.sol";

/// @title Ends that do not wait for a FINAL leaf: by both sides' word, or without the carrier, by time
/// @dev A part of the escrow in a contract of its own, because one contract holds 24,576 bytes of code only. The escrow
/// makes it in its constructor and runs it by delegatecall, so it works on the escrow's storage and money; it has the
/// same storage because all of it is declared in EscrowBase. Called directly it finds no intents and refuses.
contract EscrowExits is IEscrowExits, EscrowCloses {
    using SafeERC20 for IERC20;
    using Records for IntentRecord;
    using Records for BookRecord;

    uint32 private constant WINDOW_OF_EXITS = 1 << 31;

    constructor(EscrowParameters memory p) EscrowBase(p, msg.sender) {}

    /// @inheritdoc IEscrowExits
    function requestExit(IntentTerms calldata terms, uint64 statedCharge, LeafProof[] calldata leaves)
        external
        nonReentrant
    {
        _requirePayer(terms.payer);
        (bytes32 intentId, IntentRecord memory intent) = _intentIn(terms, IntentState.Open);
        if (statedCharge > intent.funded) revert IntentEscrow_ChargeTooHigh(statedCharge, intent.funded);
        BookRecord memory book = _book(intent.book);
        (uint256 highest,) = _leafOrExcuse(intentId, intent, book.claimedEpoch, leaves);

        // The leaves limit what is held back; they are not kept as the charge, since a corrupt root must not raise it.
        uint256 least = Math.max(Math.max(statedCharge, intent.settled), terms.activationFee);
        uint256 owed = Math.min(Math.max(least, highest), intent.funded);
        uint64 hold = uint64(Math.min(intent.funded - owed, book.ceiling - book.claimed));
        book.ceiling -= hold;
        book.hold += hold;
        _books[intent.book] = book.pack();

        intent.state = IntentState.Exiting;
        _intents[intentId] = intent.pack();
        uint40 finalizeAt = uint40(block.timestamp) + _exitSeconds;
        _exits[intentId] = ExitRecord(uint64(least), hold, finalizeAt, false);
        emit ExitRequested(intentId, statedCharge, hold, finalizeAt);
    }

    /// @inheritdoc IEscrowExits
    function counterExit(
        IntentTerms calldata terms,
        UsageVoucher calldata voucher,
        bytes calldata signature,
        DeviceBinding calldata binding
    ) external nonReentrant {
        (bytes32 intentId, IntentRecord memory intent) = _intentIn(terms, IntentState.Exiting);
        if (voucher.intentId != intentId) revert IntentEscrow_IntentMismatch(voucher.intentId, intentId);
        _requireTraveller(terms.payer, _digest(Structs712.hash(voucher)), signature, binding);
        ExitRecord memory leaving = _exits[intentId];
        uint64 charge = uint64(Math.min(voucher.cumAmount, Tariff.charge(terms, voucher.cumBytes, intent.funded)));
        if (charge <= leaving.charge) revert IntentEscrow_NoNewEvidence(charge, leaving.charge);
        if (block.timestamp >= leaving.finalizeAt) revert IntentEscrow_Expired(block.timestamp, leaving.finalizeAt);

        if (_holdAtMost(intentId, intent.book, _book(intent.book), intent.funded - charge)) {
            leaving.hold = intent.funded - charge;
        }
        leaving.charge = charge;
        if (!leaving.countered) {
            leaving.countered = true;
            leaving.finalizeAt += _counterSeconds;
        }
        _exits[intentId] = leaving;
        emit ExitCountered(intentId, charge, leaving.finalizeAt);
    }

    /// @inheritdoc IEscrowExits
    function cancelExit(IntentTerms calldata terms) external nonReentrant {
        _requirePayer(terms.payer);
        (bytes32 intentId, IntentRecord memory intent) = _intentIn(terms, IntentState.Exiting);
        BookRecord memory book = _book(intent.book);
        _releaseHold(intentId, book);
        _books[intent.book] = book.pack();
        intent.state = IntentState.Open;
        _intents[intentId] = intent.pack();
        emit ExitCancelled(intentId);
    }

    /// @inheritdoc IEscrowExits
    function finalizeExit(IntentTerms calldata terms, LeafProof[] calldata leaves)
        external
        nonReentrant
        returns (uint64 refunded)
    {
        (bytes32 intentId, IntentRecord memory intent) = _intentIn(terms, IntentState.Exiting);
        BookRecord memory book = _book(intent.book);
        bool latestFinal;
        (refunded, latestFinal) = _exitRefund(intentId, intent, book, terms, leaves);
        uint40 shortFrom = _exits[intentId].finalizeAt + _exitSeconds;
        _releaseHold(intentId, book);
        uint64 available = book.ceiling - book.claimed;
        if (refunded > available) {
            // A drained book gives what it has in the end: the payer is not locked in by somebody else's fault. Till then
            // holds can be trimmed and restitution paid, and only the payer decides to take less.
            if (msg.sender != terms.payer || block.timestamp < shortFrom) {
                revert IntentEscrow_BookShort(available, refunded);
            }
            refunded = available;
        }
        // A window of their own: whoever fills the other with closes keeps nobody in.
        _spendOutflow(WINDOW_OF_EXITS | intent.book, book, refunded, latestFinal);
        _close(intentId, intent, book, terms, refunded, REASON_EXIT, false);
    }

    /// @inheritdoc IEscrowExits
    function trimExit(IntentTerms calldata terms, LeafProof calldata leaf) external nonReentrant {
        (bytes32 intentId, IntentRecord memory intent) = _intentIn(terms, IntentState.Exiting);
        BookRecord memory book = _book(intent.book);
        (RootRef[] memory refs,,) = _settlement.closeBasis(intent.book, book.claimedEpoch);
        for (uint256 i = 0; i < refs.length; ++i) {
            if (refs[i].epoch == book.claimedEpoch) {
                SumTree.checkLeaf(refs[i], intentId, intent.book, intent.index, leaf);
                uint64 charge = _exits[intentId].charge;
                if (leaf.amount <= charge) revert IntentEscrow_NoNewEvidence(leaf.amount, charge);
                if (!_holdAtMost(intentId, intent.book, book, _rest(intent.funded, leaf.amount))) {
                    revert IntentEscrow_NoNewEvidence(leaf.amount, charge);
                }
                emit ExitTrimmed(intentId, _exits[intentId].hold);
                return;
            }
        }
        revert IntentEscrow_NotFinal(book.claimedEpoch, intent.book);
    }

    /// @inheritdoc IEscrowExits
    function replenish(uint32 bookNumber, uint64 amount) external nonReentrant {
        if (amount == 0) revert IntentEscrow_ZeroAmount();
        BookRecord memory book = _book(bookNumber);
        book.ceiling += amount;
        _books[bookNumber] = book.pack();
        emit BookReplenished(bookNumber, amount, msg.sender);
        _usdc.safeTransferFrom(msg.sender, address(this), amount);
    }

    function _exitRefund(
        bytes32 intentId,
        IntentRecord memory intent,
        BookRecord memory book,
        IntentTerms calldata terms,
        LeafProof[] calldata leaves
    ) private view returns (uint64 refunded, bool latestFinal) {
        ExitRecord memory leaving = _exits[intentId];
        if (block.timestamp < leaving.finalizeAt) revert IntentEscrow_TooEarly(block.timestamp, leaving.finalizeAt);
        uint256 highest;
        (highest, latestFinal) = _leafOrExcuse(intentId, intent, book.claimedEpoch, leaves);
        // A leaf that can still be challenged may be wrong: whether to end by it is for the payer to choose.
        if (!latestFinal) _requirePayer(terms.payer);
        uint256 charge = Math.max(Math.max(leaving.charge, highest), Math.max(intent.settled, terms.activationFee));
        refunded = intent.funded - uint64(Math.min(charge, intent.funded));
    }

    /// @dev As `_highestLeaf`, but a leaf that nobody showed when it was demanded may be left out. What leaves then counts
    /// against the window of exits in any case: whoever hides a leaf and asks for it gains little.
    function _leafOrExcuse(
        bytes32 intentId,
        IntentRecord memory intent,
        uint32 claimedEpoch,
        LeafProof[] calldata leaves
    ) private view returns (uint64 highest, bool latestFinal) {
        RootRef[] memory refs;
        uint40 lockedUntil;
        (refs, latestFinal, lockedUntil) = _settlement.closeBasis(intent.book, claimedEpoch);
        if (lockedUntil != 0) revert IntentEscrow_PostingWindow(lockedUntil);
        if (leaves.length != refs.length) revert IntentEscrow_LeafCount(leaves.length, refs.length);
        for (uint256 i = 0; i < refs.length; ++i) {
            if (leaves[i].bitmap == type(uint256).max) {
                if (!IPayOnUsage(_payOnUsage).isExcused(refs[i], intent.book, intent.index)) {
                    revert IntentEscrow_LeafMissing(intentId, refs[i].epoch);
                }
                latestFinal = false;
                continue;
            }
            SumTree.checkLeaf(refs[i], intentId, intent.book, intent.index, leaves[i]);
            if (leaves[i].amount > highest) highest = leaves[i].amount;
        }
    }

    /// @dev Gives what an exit holds back beyond `most` to its book. False when it holds no more.
    function _holdAtMost(bytes32 intentId, uint16 bookNumber, BookRecord memory book, uint64 most)
        private
        returns (bool)
    {
        uint64 hold = _exits[intentId].hold;
        if (hold <= most) return false;
        _exits[intentId].hold = most;
        book.ceiling += hold - most;
        book.hold -= hold - most;
        _books[bookNumber] = book.pack();
        return true;
    }

    function _rest(uint64 funded, uint64 charge) private pure returns (uint64) {
        return charge < funded ? funded - charge : 0;
    }

    /// @dev Gives what an exit held back to the book again (the caller stores it).
    function _releaseHold(bytes32 intentId, BookRecord memory book) private {
        uint64 hold = _exits[intentId].hold;
        book.hold -= hold;
        book.ceiling += hold;
        delete _exits[intentId];
    }
}
