// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIntentEscrow} from "../interfaces/IIntentEscrow.sol";
import {
    ActivationConsent,
    BookRecord,
    DeviceBinding,
    IntentRecord,
    IntentState,
    IntentTerms,
    ProvisioningReceipt
} from "../interfaces/DataTypes.sol";
import {Records} from "../libraries/Records.sol";
import {Signed} from "../libraries/Signed.sol";
import {Structs712} from "../libraries/Structs712.sol";
import {SumTree} from "../libraries/SumTree.sol";
import {EscrowBase} from "./EscrowBase.sol";

/// @title From Held to a carrier's book, or back to the traveller
abstract contract EscrowActivation is IIntentEscrow, EscrowBase {
    using Records for IntentRecord;
    using Records for BookRecord;

    uint8 private constant ROLE_PROVISIONING = 1;

    /// @inheritdoc IIntentEscrow
    function activate(
        IntentTerms calldata terms,
        uint32[] calldata books,
        uint32 book,
        ProvisioningReceipt calldata receipt,
        address carrierKey,
        bytes calldata carrierSignature,
        ActivationConsent calldata consent,
        bytes calldata consentSignature,
        DeviceBinding calldata binding
    ) external nonReentrant {
        _requireAccepted(terms, books, book);
        bytes32 receiptDigest = _checkReceipt(book, receipt, carrierKey, carrierSignature);
        _checkConsent(terms.payer, consent, consentSignature, binding, receiptDigest);
        _open(terms, book, receipt.intentId, consent.intentId, consent.book, receiptDigest);
    }

    /// @inheritdoc IIntentEscrow
    function refund(IntentTerms calldata terms) external nonReentrant {
        (bytes32 intentId, IntentRecord memory intent) = _intentIn(terms, IntentState.Held);
        if (msg.sender != terms.payer && block.timestamp <= terms.provisionBy) {
            revert IntentEscrow_NotPayer(msg.sender, terms.payer);
        }
        intent.state = IntentState.Closed;
        intent.closedAt = uint40(block.timestamp);
        _intents[intentId] = intent.pack();
        emit IntentRefunded(intentId, terms.payer, intent.funded);
        _giveBack(terms.payer, intent.funded, false);
    }

    function _requireAccepted(IntentTerms calldata terms, uint32[] calldata books, uint32 book) private pure {
        bytes32 booksHash = keccak256(abi.encode(books));
        if (booksHash != terms.booksHash) revert IntentEscrow_BooksMismatch(booksHash, terms.booksHash);
        for (uint256 i = 0; i < books.length; ++i) {
            if (books[i] == book) return;
        }
        revert IntentEscrow_BookNotAccepted(book);
    }

    function _checkReceipt(
        uint32 book,
        ProvisioningReceipt calldata receipt,
        address carrierKey,
        bytes calldata carrierSignature
    ) private view returns (bytes32 digest) {
        if (receipt.book != book) revert IntentEscrow_BookMismatch(receipt.book, book);
        if (!_carriers.isBookKey(book, ROLE_PROVISIONING, carrierKey, uint48(block.timestamp))) {
            revert IntentEscrow_NotCarrierKey(book, ROLE_PROVISIONING, carrierKey);
        }
        digest = _digest(Structs712.hash(receipt));
        if (!Signed.isBy(carrierKey, digest, carrierSignature)) {
            revert IntentEscrow_InvalidCarrierSignature(carrierKey, digest);
        }
    }

    function _checkConsent(
        address payer,
        ActivationConsent calldata consent,
        bytes calldata signature,
        DeviceBinding calldata binding,
        bytes32 receiptDigest
    ) private view {
        if (consent.receiptDigest != receiptDigest) {
            revert IntentEscrow_ReceiptMismatch(consent.receiptDigest, receiptDigest);
        }
        if (consent.validUntil < block.timestamp) revert IntentEscrow_Expired(block.timestamp, consent.validUntil);
        _requireTraveller(payer, _digest(Structs712.hash(consent)), signature, binding);
    }

    /// @dev Both statements are signed as they are; here they must be about this intent, this book, and in time.
    function _open(
        IntentTerms calldata terms,
        uint32 book,
        bytes32 receiptFor,
        bytes32 consentFor,
        uint32 consentBook,
        bytes32 receiptDigest
    ) private {
        (bytes32 intentId, IntentRecord memory intent) = _intentIn(terms, IntentState.Held);
        if (receiptFor != intentId) revert IntentEscrow_IntentMismatch(receiptFor, intentId);
        if (consentFor != intentId) revert IntentEscrow_IntentMismatch(consentFor, intentId);
        if (consentBook != book) revert IntentEscrow_BookMismatch(consentBook, book);
        if (block.timestamp > terms.provisionBy) revert IntentEscrow_Expired(block.timestamp, terms.provisionBy);
        if (intent.funded < terms.activationFee) revert IntentEscrow_Underfunded(intent.funded, terms.activationFee);

        BookRecord memory bucket = _book(book);
        if (bucket.frozen) revert IntentEscrow_BookFrozen(book);
        uint32 index = bucket.count;
        if (book >= SumTree.MAX_BOOKS || index >= SumTree.MAX_INDICES) revert IntentEscrow_BookFull(book);
        bucket.count = index + 1;
        bucket.ceiling += intent.funded;
        _books[book] = bucket.pack();

        intent.state = IntentState.Open;
        intent.book = uint16(book);
        intent.index = uint24(index);
        intent.activatedAt = uint40(block.timestamp);
        _intents[intentId] = intent.pack();
        emit IntentActivated(intentId, book, index, receiptDigest, intent.activatedAt);
    }
}
