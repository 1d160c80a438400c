// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {NodeProof} from "./DataTypes.sol";

/// @notice The carrier's word, by a key of role USAGE, to be paid now for a claim that comes later. Signed in the domain of
/// the escrow like every other statement.
/// @param gross What of the book's claim the pool will keep.
/// @param discountBps What the pool earns of it, in basis points: the carrier gets the rest at once.
/// @param validUntil Until when it may be used. Once for a book and an epoch in any case.
struct AdvanceOffer {
    uint32 book;
    uint32 epoch;
    uint64 gross;
    uint16 discountBps;
    uint40 validUntil;
}

/// @notice What a signed offer rests on.
/// @param carrierId Whose book it is. @param finalAt When its claim is final.
/// @param most Nine tenths of what the book can claim then. @param cap Half the signers' stake.
struct Appraisal {
    uint32 carrierId;
    uint40 finalAt;
    uint256 most;
    uint256 cap;
}

/// @title What a book's claim is worth before it is final
/// @notice Reads escrow, settlement and registries, and holds nothing. A receivable is part of a book's node in a root that
/// a quorum of attestors signed, in which no fault was proven, and which is not slowly final yet.
interface IReceivables {
    /// @notice The offer's time is over.
    error Receivables_OfferExpired(uint40 validUntil);
    error Receivables_DiscountTooHigh(uint16 discountBps, uint16 most);
    /// @notice A discount can be no more than everything.
    error Receivables_InvalidParameter(bytes32 name);
    /// @notice The offer is not signed by this key of the book's carrier.
    error Receivables_InvalidOffer(address key, bytes32 digest);
    /// @notice No quorum signed the epoch's root, a fault was proven in it, or it is final already.
    error Receivables_NotAdvanceable(uint32 book, uint32 epoch);
    /// @notice Reverts unless the carrier signed the offer and its claim can be advanced.
    /// @param key A key of role USAGE of the book's carrier. @param node The book's node in the epoch's root.
    function appraise(AdvanceOffer calldata offer, NodeProof calldata node, address key, bytes calldata signature)
        external
        view
        returns (Appraisal memory);

    /// @notice Whether the epoch's root counts no more for the book: frozen, voided, replaced or forgotten.
    function isLost(uint32 book, uint32 epoch) external view returns (bool);

    /// @notice The EIP-712 digest that a carrier signs.
    function digestOf(AdvanceOffer calldata offer) external view returns (bytes32);

    /// @notice The settlement's slow window.
    function slowSeconds() external view returns (uint40);

    /// @notice The dearest discount that an offer may name.
    function maxDiscountBps() external view returns (uint16);
}
