// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IEscrowCloses} from "../interfaces/IEscrowCloses.sol";
import {
    BookRecord,
    CloseConsent,
    CloseOrder,
    IntentRecord,
    IntentState,
    IntentTerms,
    LeafProof
} from "../interfaces/DataTypes.sol";
import {Signed} from "../libraries/Signed.sol";
import {Structs712} from "../libraries/Structs712.sol";
import {EscrowFinalLeaf} from "./EscrowFinalLeaf.sol";
import {EscrowIntake} from "./EscrowIntake.sol";

/// @title Ends by both sides' word, one or many, and the way from one intent into the next
abstract contract EscrowCloses is IEscrowCloses, EscrowIntake, EscrowFinalLeaf {
    uint8 private constant ROLE_USAGE = 2;

    /// @inheritdoc IEscrowCloses
    function closeInstant(
        IntentTerms calldata terms,
        CloseConsent calldata consent,
        address carrierKey,
        bytes calldata carrierSignature,
        bytes calldata payerSignature,
        LeafProof[] calldata leaves,
        bool toBalance
    ) external nonReentrant returns (uint64 refunded) {
        (bytes32 intentId, IntentRecord memory intent) = _intentIn(terms, IntentState.Open);
        _checkClose(intentId, intent.book, terms.payer, consent, carrierKey, carrierSignature, payerSignature);
        refunded = _closeAgreed(terms, intentId, intent, consent.finalAmount, leaves, toBalance);
    }

    /// @inheritdoc IEscrowCloses
    function closeBatch(CloseOrder[] calldata orders, bool toBalance) external nonReentrant returns (uint64 refunded) {
        for (uint256 i = 0; i < orders.length; ++i) {
            CloseOrder calldata order = orders[i];
            (bytes32 intentId, IntentRecord memory intent) = _intentIn(order.terms, IntentState.Open);
            _checkClose(
                intentId,
                intent.book,
                order.terms.payer,
                order.consent,
                order.carrierKey,
                order.carrierSignature,
                order.payerSignature
            );
            refunded += _closeAgreed(order.terms, intentId, intent, order.consent.finalAmount, order.leaves, toBalance);
        }
    }

    /// @inheritdoc IEscrowCloses
    function refundConfirmed(
        IntentTerms calldata terms,
        uint32 epoch,
        LeafProof calldata leaf,
        uint32 confirmedEpoch,
        LeafProof calldata confirmedLeaf
    ) external nonReentrant returns (uint64 refunded) {
        (bytes32 intentId, IntentRecord memory intent) = _intentIn(terms, IntentState.Open);
        BookRecord memory book = _book(intent.book);
        _checkFinal(intentId, intent, epoch, book.claimedEpoch, leaf);
        // The older root may be older than the last claim, since the newer one shows what was claimed for.
        if (!_checkFinal(intentId, intent, confirmedEpoch, 0, confirmedLeaf)) {
            revert IntentEscrow_NotFinal(confirmedEpoch, intent.book);
        }
        if (leaf.amount != confirmedLeaf.amount) {
            revert IntentEscrow_LeavesDiffer(leaf.amount, confirmedLeaf.amount);
        }
        refunded = _endAt(terms, intentId, intent, book, leaf.amount, true);
        _giveBack(terms.payer, refunded, false);
    }

    /// @inheritdoc IEscrowCloses
    function rollover(
        IntentTerms calldata terms,
        uint32 epoch,
        LeafProof calldata leaf,
        IntentTerms calldata nextTerms,
        uint64 amount
    ) external nonReentrant returns (bytes32 nextId) {
        _requirePayer(terms.payer);
        _requirePayer(nextTerms.payer);
        uint64 rest = _endByFinalLeaf(terms, epoch, leaf);
        if (amount > rest) revert IntentEscrow_InsufficientBalance(rest, amount);
        nextId = _createHeld(nextTerms, amount);
        emit IntentRolledOver(Structs712.hash(terms), nextId, amount);
        _giveBack(terms.payer, rest - amount, true);
    }

    function _checkClose(
        bytes32 intentId,
        uint32 book,
        address payer,
        CloseConsent calldata consent,
        address carrierKey,
        bytes calldata carrierSignature,
        bytes calldata payerSignature
    ) private view {
        if (consent.intentId != intentId) {
            revert IntentEscrow_IntentMismatch(consent.intentId, intentId);
        }
        if (consent.validUntil < block.timestamp) revert IntentEscrow_Expired(block.timestamp, consent.validUntil);
        if (!_carriers.isBookKey(book, ROLE_USAGE, carrierKey, uint48(block.timestamp))) {
            revert IntentEscrow_NotCarrierKey(book, ROLE_USAGE, carrierKey);
        }
        bytes32 digest = _digest(Structs712.hash(consent));
        if (!Signed.isBy(carrierKey, digest, carrierSignature)) {
            revert IntentEscrow_InvalidCarrierSignature(carrierKey, digest);
        }
        if (msg.sender == payer) return;
        if (!Signed.isBy(payer, digest, payerSignature)) {
            revert IntentEscrow_InvalidPayerSignature(payer, digest);
        }
    }

    function _closeAgreed(
        IntentTerms calldata terms,
        bytes32 intentId,
        IntentRecord memory intent,
        uint64 charge,
        LeafProof[] calldata leaves,
        bool toBalance
    ) private returns (uint64 refunded) {
        BookRecord memory book = _book(intent.book);
        (uint256 least, bool latestFinal) = _highestLeaf(intentId, intent, book.claimedEpoch, leaves);
        least = Math.max(Math.max(least, intent.settled), terms.activationFee);
        if (charge < least) revert IntentEscrow_ChargeTooLow(charge, uint64(least));
        refunded = _refundOf(intent, book, charge);
        _spendOutflow(intent.book, book, refunded, latestFinal);
        _close(intentId, intent, book, terms, refunded, REASON_INSTANT, toBalance);
    }
}
