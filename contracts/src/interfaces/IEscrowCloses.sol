// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CloseConsent, CloseOrder, IntentTerms, LeafProof} from "./DataTypes.sol";

/// @title Ends by both sides' word, one or many, and the way from one intent into the next
interface IEscrowCloses {
    /// @notice Closes an Open intent at a charge that both sides signed. Anyone may send it.
    /// @dev Not in the posting window. The charge is at least the highest of leaves, watermark and activation fee.
    /// @param carrierKey A key of role USAGE of the book's carrier.
    /// @param payerSignature The payer's over the same consent; not read when the payer sends it.
    function closeInstant(
        IntentTerms calldata terms,
        CloseConsent calldata consent,
        address carrierKey,
        bytes calldata carrierSignature,
        bytes calldata payerSignature,
        LeafProof[] calldata leaves,
        bool toBalance
    ) external returns (uint64 refunded);

    /// @notice Several closes in one transaction, of one payer or of many, each by the rules of `closeInstant`. All or none.
    /// @return refunded What went back in all.
    function closeBatch(CloseOrder[] calldata orders, bool toBalance) external returns (uint64 refunded);

    /// @notice Ends an intent by its FINAL leaf in a slow-final epoch although the book has claimed from a newer one since,
    /// and returns the rest to the payer's wallet. Anyone.
    /// @dev By the rules of `refundFinal`. A carrier that claims every epoch makes slow-final epochs too old for
    /// `refundFinal`, whose leaf must not be older than the claim; here the newer epoch shows that the leaf still is the same.
    /// @param epoch Final for the book, and not older than the one it last claimed from.
    /// @param leaf The FINAL leaf in it.
    /// @param confirmedEpoch Slow-final for the book.
    /// @param confirmedLeaf The FINAL leaf of the same amount in it.
    function refundConfirmed(
        IntentTerms calldata terms,
        uint32 epoch,
        LeafProof calldata leaf,
        uint32 confirmedEpoch,
        LeafProof calldata confirmedLeaf
    ) external returns (uint64 refunded);

    /// @notice Ends an intent by its FINAL leaf and puts of the rest into a new one, without leaving the escrow. Only the payer
    /// of both.
    /// @dev By the rules of `refundFinal` and `createFromBalance`. What is above `amount` goes to the payer's balance.
    /// @return nextId The new intent's id.
    function rollover(
        IntentTerms calldata terms,
        uint32 epoch,
        LeafProof calldata leaf,
        IntentTerms calldata nextTerms,
        uint64 amount
    ) external returns (bytes32 nextId);
}
