// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IIntentEscrow} from "../interfaces/IIntentEscrow.sol";
import {BookRecord, IntentRecord, IntentState, IntentTerms, LeafProof, RootRef} from "../interfaces/DataTypes.sol";
import {SumTree} from "../libraries/SumTree.sol";
import {EscrowBase} from "./EscrowBase.sol";

/// @title The ordinary end of an active intent: its FINAL leaf in a final root
abstract contract EscrowFinals is IIntentEscrow, EscrowBase {
    uint32 private constant LEAF_FINAL = 1;

    /// @inheritdoc IIntentEscrow
    function refundFinal(IntentTerms calldata terms, uint32 epoch, LeafProof calldata leaf, bool toBalance)
        external
        nonReentrant
        returns (uint64 refunded)
    {
        (bytes32 intentId, IntentRecord memory intent) = _intentIn(terms, IntentState.Open);
        BookRecord memory book = _book(intent.book);
        // A root older than the carrier's last claim could hold a lower leaf than the one that was paid.
        if (epoch < book.claimedEpoch) revert IntentEscrow_StaleEpoch(epoch, book.claimedEpoch);
        uint40 lockedUntil = _settlement.postingUntil();
        if (lockedUntil != 0) revert IntentEscrow_PostingWindow(lockedUntil);
        (RootRef memory ref, bool isFinal,) = _settlement.claimBasis(epoch, intent.book);
        if (!isFinal) revert IntentEscrow_NotFinal(epoch, intent.book);
        SumTree.checkLeaf(ref, intentId, intent.book, intent.index, leaf);
        if (leaf.flags & LEAF_FINAL == 0) revert IntentEscrow_LeafNotFinal(leaf.flags);

        uint64 charge = uint64(Math.max(Math.max(leaf.amount, intent.settled), terms.activationFee));
        refunded = _refundOf(intent, book, charge);
        _close(intentId, intent, book, terms, refunded, REASON_FINAL, toBalance);
    }
}
