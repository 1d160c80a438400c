// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {BookRecord, IntentRecord, IntentState, IntentTerms, LeafProof, RootRef} from "../interfaces/DataTypes.sol";
import {SumTree} from "../libraries/SumTree.sol";
import {EscrowBase} from "./EscrowBase.sol";

/// @title What a FINAL leaf in a final root does to an active intent
abstract contract EscrowFinalLeaf is EscrowBase {
    uint32 private constant LEAF_FINAL = 1;

    /// @dev Ends the intent; the caller gives the rest back.
    function _endByFinalLeaf(IntentTerms calldata terms, uint32 epoch, LeafProof calldata leaf)
        internal
        returns (uint64 refunded)
    {
        (bytes32 intentId, IntentRecord memory intent) = _intentIn(terms, IntentState.Open);
        BookRecord memory book = _book(intent.book);
        bool isSlowFinal = _checkFinal(intentId, intent, epoch, book.claimedEpoch, leaf);
        refunded = _endAt(terms, intentId, intent, book, leaf.amount, isSlowFinal);
    }

    /// @dev Ends the intent at the charge of a leaf that was checked.
    function _endAt(
        IntentTerms calldata terms,
        bytes32 intentId,
        IntentRecord memory intent,
        BookRecord memory book,
        uint64 charge,
        bool isSlowFinal
    ) internal returns (uint64 refunded) {
        refunded = _refundOf(intent, book, uint64(Math.max(Math.max(charge, intent.settled), terms.activationFee)));
        // Before the root is beyond challenge a quorum may have lied: ending by its leaf is for the payer to choose, and
        // what leaves is capped.
        if (!isSlowFinal) _requirePayer(terms.payer);
        _spendOutflow(intent.book, book, refunded, isSlowFinal);
        _end(intentId, intent, book, refunded, REASON_FINAL);
    }

    /// @dev Requires a FINAL leaf in a final root that is not older than `claimedEpoch`.
    function _checkFinal(
        bytes32 intentId,
        IntentRecord memory intent,
        uint32 epoch,
        uint32 claimedEpoch,
        LeafProof calldata leaf
    ) internal view returns (bool isSlowFinal) {
        // A root older than the carrier's last claim could hold a lower leaf than the one that was paid.
        if (epoch < claimedEpoch) revert IntentEscrow_StaleEpoch(epoch, claimedEpoch);
        RootRef memory ref;
        bool isFinal;
        uint40 lockedUntil;
        (ref, isFinal, isSlowFinal, lockedUntil) = _settlement.refundBasis(epoch, intent.book);
        if (lockedUntil != 0) revert IntentEscrow_PostingWindow(lockedUntil);
        if (!isFinal) revert IntentEscrow_NotFinal(epoch, intent.book);
        SumTree.checkLeaf(ref, intentId, intent.book, intent.index, leaf);
        if (leaf.flags & LEAF_FINAL == 0) revert IntentEscrow_LeafNotFinal(leaf.flags);
    }
}
