// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochCommitment, EpochRecord, NodeProof, RootRef, SettlementParameters} from "./DataTypes.sol";

/// @title The settlement: which root of charges counts, and since when
/// @notice One transaction an epoch says what every active intent owes, however many there are. It counts at once for
/// nobody: after the fast window when a quorum of the attestors' stake signed it (the co-signed lane), after the slow
/// window in any case, unless a fault is proven before. Holds no money.
/// @dev Epoch n is posted from its cutoff (n + 1) * epochSeconds until postingSeconds later, or skipped: charges are
/// cumulative, so that skipping loses nothing. The last 64 posted epochs are kept. A book in which a fault was proven is
/// frozen from that epoch on and for good: what was final before can be claimed, its travellers leave by exits against
/// the last good root, the carrier opens another book. Later roots carry a frozen book's node along unchanged, so that
/// sums never fall. A faulty root that had no quorum is taken back whole instead: one attestor must not freeze books.
interface ISettlement {
    event UsageCommitted(
        uint32 indexed epoch,
        bytes32 root,
        uint64 total,
        uint64 coSigned,
        bytes32 prevRoot,
        bytes32 dataHash,
        uint40 postedAt,
        uint16 weight
    );
    /// @notice More signatures came in. @param weight Signed share in basis points.
    event EpochAttested(uint32 indexed epoch, uint16 weight, bool quorum);
    event BookFrozen(uint32 indexed book, uint32 fromEpoch, bytes4 fault);
    event EpochVoided(uint32 indexed epoch, bytes4 fault);
    /// @notice A book could not be paid in a periodic settlement; the others were. @param reason The revert's data.
    event BookNotSettled(uint32 indexed epoch, uint32 indexed book, bytes reason);

    /// @notice A constant of the constructor is out of its range.
    error Settlement_InvalidParameter(bytes32 name);
    /// @notice The escrow was made for another settlement.
    error Settlement_WrongEscrow(address actual, address expected);
    /// @notice Only PayOnUsage may do this.
    error Settlement_NotPayOnUsage(address caller, address payOnUsage);
    /// @notice Only the escrow may do this.
    error Settlement_NotEscrow(address caller, address escrow);
    /// @notice The epoch's root is posted between these times only.
    error Settlement_OutsideWindow(uint256 now_, uint256 from, uint256 until);
    /// @notice Epochs are posted in order.
    error Settlement_NotAfterLatest(uint32 epoch, uint32 latest);
    /// @notice The cutoff is not the epoch's end.
    error Settlement_WrongCutoff(uint40 actual, uint40 expected);
    /// @notice The commitment does not follow the root before it.
    error Settlement_WrongPrevRoot(bytes32 actual, bytes32 expected);
    /// @notice The blocks do not follow those of the epoch before, or lie in the future.
    error Settlement_WrongBlocks(uint64 fromBlock, uint64 toBlock, uint64 expectedFrom);
    /// @notice A sum fell, or the co-signed one exceeds the total.
    error Settlement_SumsFell(uint64 total, uint64 coSigned, uint64 totalBefore, uint64 coSignedBefore);
    /// @notice The deltas are not those that were signed.
    error Settlement_WrongData(bytes32 actual, bytes32 expected);
    /// @notice The commitment names another committee than the one of its cutoff.
    error Settlement_WrongCommittee(uint32 actual, uint32 expected);
    /// @notice At least one attestor signs.
    error Settlement_Unsigned();
    /// @notice The committee has not missed two epochs yet.
    error Settlement_NotMissed(uint32 epoch, uint256 firstOpen);
    /// @notice Who posts without the committee has at least a member's stake.
    error Settlement_NoBond(address poster, uint96 staked, uint96 needed);
    /// @notice The epoch is not kept: never posted, or older than 64 postings.
    error Settlement_UnknownEpoch(uint32 epoch);
    /// @notice The epoch was voided.
    error Settlement_EpochVoided(uint32 epoch);
    /// @notice The commitment is not the posted one.
    error Settlement_WrongRoot(bytes32 actual, bytes32 expected);
    /// @notice The signatures add nothing to what is known.
    error Settlement_NoMoreWeight(uint16 actual, uint16 known);
    /// @notice As many proofs as books.
    error Settlement_ProofCount(uint256 proofs, uint256 books);
    /// @notice A claim might run out of gas: send more.
    error Settlement_NotEnoughGas(uint256 actual, uint256 needed);
    /// @notice The slow window is over: what was final stays.
    error Settlement_AlreadyFinal(uint32 epoch);

    /// @notice Posts an epoch's root. Anyone may send it: what counts is who signed.
    /// @dev At least one member of the committee of the cutoff signs; its stake is the bond of a root without quorum. While
    /// the window is open, a root with quorum replaces one without.
    /// @param signatures Over the commitment's EIP-712 digest, 64 bytes each (ERC-2098), ascending by signer.
    /// @param deltas The epoch's data: hash of the inputs (32 bytes), then records of position (4) and increase (8).
    function postEpoch(EpochCommitment calldata commitment, bytes calldata signatures, bytes calldata deltas) external;

    /// @notice Posts an epoch's root without the committee, once it has missed two epochs: it cannot hold up the books by
    /// silence. Anyone may send it; whoever signed needs at least a member's active stake, all of which a proven fault takes.
    /// @dev The root has no weight, so it is final after the slow window only, and a root with quorum replaces it while the
    /// posting window is open.
    /// @param signature The poster's over the commitment's EIP-712 digest: ECDSA, 65 bytes.
    function postAlone(EpochCommitment calldata commitment, bytes calldata signature, bytes calldata deltas) external;

    /// @notice Brings signatures to a posted epoch, so that it becomes final sooner. Give all of them, old and new.
    function attest(EpochCommitment calldata commitment, bytes calldata signatures) external;

    /// @notice Pays several books from one epoch. A book that cannot be paid is skipped with an event.
    /// @dev Needs 250,000 gas left before each book, so that an estimate of gas never stops at a skipped claim.
    /// @return paid Gross amount over all books.
    function settle(uint32 epoch, uint32[] calldata books, NodeProof[] calldata nodes) external returns (uint64 paid);

    /// @notice Freezes a book from an epoch on. Only PayOnUsage, after a proof.
    /// @dev Keeps the last good root before it, so that its travellers can always leave.
    function freezeBook(uint32 book, uint32 fromEpoch, bytes4 fault) external;

    /// @notice Takes a root back before slow finality. Only PayOnUsage, after a proof above the level of books.
    function voidEpoch(uint32 epoch, bytes4 fault) external;

    /// @notice Takes from the share of the signers' stake that may be paid before slow finality. Only the escrow.
    /// @return granted At most `wanted`.
    function spendFast(uint32 epoch, uint64 wanted) external returns (uint64 granted);

    /// @notice Whether refunds and co-signed claims of the book may rely on the epoch.
    function isFinal(uint32 epoch, uint32 book) external view returns (bool);

    /// @notice The newest posted epoch that was not voided; 0 before the first.
    function latest() external view returns (uint32);

    /// @notice The record of a kept epoch; all zero otherwise.
    function epochOf(uint32 epoch) external view returns (EpochRecord memory);

    /// @notice The first epoch that does not count for the book; 0 when it is not frozen.
    function frozenFrom(uint32 book) external view returns (uint32);

    /// @notice The first block that the next commitment reads; 0 before the first epoch, which may begin anywhere.
    function nextFromBlock() external view returns (uint64);

    /// @notice The end of the posting window while a root is due and not posted with a quorum; 0 otherwise.
    function postingUntil() external view returns (uint40);

    /// @notice What a claim of the book from the epoch rests on.
    /// @return ref The root and its sums. @return coSignedFinal, totalFinal Which lanes may be claimed.
    function claimBasis(uint32 epoch, uint32 book)
        external
        view
        returns (RootRef memory ref, bool coSignedFinal, bool totalFinal);

    /// @notice What the refund of a FINAL leaf rests on: as `claimBasis`, and whether the posting window is open.
    function refundBasis(uint32 epoch, uint32 book)
        external
        view
        returns (RootRef memory ref, bool isFinal_, bool isSlowFinal, uint40 lockedUntil);

    /// @notice What closes, exits and vouchers of the book rest on.
    /// @param claimedEpoch The epoch that the book last claimed from.
    /// @return refs Newest first, equal ones once: latest posted, latest final, last claimed from (while kept).
    /// @return latestFinal Whether the latest of them is beyond challenge (slow-final), or there is none. @return lockedUntil As `postingUntil`.
    function closeBasis(uint32 book, uint32 claimedEpoch)
        external
        view
        returns (RootRef[] memory refs, bool latestFinal, uint40 lockedUntil);

    /// @notice The times of `closeBasis` alone, for who has the roots already.
    function closeTimes(uint32 book) external view returns (bool latestFinal, uint40 lockedUntil);

    /// @notice The EIP-712 digest that attestors sign.
    function digestOf(EpochCommitment calldata commitment) external view returns (bytes32);

    /// @notice The constants it was made with.
    function parameters() external view returns (SettlementParameters memory);
}
