// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DeviceBinding, EpochCommitment, IntentTerms, LeafProof, NodeProof, UsageVoucher} from "./DataTypes.sol";

/// @title Proofs of usage: vouchers that pay, and faults that freeze and slash
/// @notice A carrier that the settlement leaves unpaid takes the device's own voucher to the escrow. And anyone who sees
/// a wrong root proves it here: each fault is decided by code from what is on chain and the tree's own hashes, never by
/// a vote. A fault in a book freezes that book from that epoch on (a root without quorum is taken back whole); whoever
/// signed the root can then be slashed.
/// @dev Faults are judged by the state of the chain as of the root's cutoff. Holds no money.
interface IPayOnUsage {
    /// @notice A proven fault of a posted root. One storage slot.
    /// @param challenger Who proved it first; rewarded from slashed stake.
    /// @param bps Share of the signers' stake to slash.
    /// @param code Selector of the proof.
    struct Fault {
        address challenger;
        uint16 bps;
        bytes4 code;
    }

    event FaultProven(uint32 indexed epoch, uint32 indexed book, bytes4 fault, address challenger);
    event SignerSlashed(uint32 indexed epoch, address indexed attestor, bytes4 fault, uint16 bps, uint96 amount);

    /// @notice The escrow was made for another PayOnUsage.
    error PayOnUsage_WrongEscrow(address actual, address expected);
    /// @notice The intent is not Open.
    error PayOnUsage_NotOpen(bytes32 intentId);
    /// @notice The voucher is about another intent.
    error PayOnUsage_IntentMismatch(bytes32 actual, bytes32 expected);
    /// @notice The voucher is worth no more than leaves and watermark.
    error PayOnUsage_NothingToRelease(uint64 amount, uint64 base);
    /// @notice A root is due: try again when it is posted, or after `until`.
    error PayOnUsage_PostingWindow(uint40 until);
    /// @notice The proof shows no fault.
    error PayOnUsage_NoFault();
    /// @notice Epochs of a comparison are given older first.
    error PayOnUsage_EpochOrder(uint32 older, uint32 newer);
    /// @notice The epoch is not kept, or does not count for the book any more.
    error PayOnUsage_UnknownEpoch(uint32 epoch);
    /// @notice No fault of this root is proven.
    error PayOnUsage_NoFaultProven(uint32 epoch, bytes32 root);
    /// @notice The attestor was slashed for this epoch already.
    error PayOnUsage_AlreadySlashed(uint32 epoch, address attestor);
    /// @notice The signature does not fit. Of a device: the first 20 bytes of its key.
    error PayOnUsage_InvalidSignature(address signer, bytes32 digest);
    /// @notice One proof for each epoch of the escrow's `leafEpochs(book)` is needed.
    error PayOnUsage_LeafCount(uint256 actual, uint256 expected);
    /// @notice No node stands at this height and place.
    error PayOnUsage_InvalidPlace(uint8 level, uint32 place);

    /// @notice Pays the carrier of an Open intent up to a voucher. Anyone may send it.
    /// @dev Not in the posting window. Worth of the voucher: the least of its amount, the tariff's amount for its bytes,
    /// and the deposit. Pays what exceeds the highest of leaves and watermark.
    /// @param signature By the payer, or by the device of `binding`.
    /// @param leaves One proof for each epoch of the escrow's `leafEpochs(book)`, in that order.
    /// @return paid Gross amount.
    function redeemVoucher(
        IntentTerms calldata terms,
        UsageVoucher calldata voucher,
        bytes calldata signature,
        DeviceBinding calldata binding,
        LeafProof[] calldata leaves
    ) external returns (uint64 paid);

    /// @notice F1: a node whose sums are not those of its children, or of its leaf. Freezes the book, or voids the epoch
    /// when the node stands above books.
    /// @param level Height of the node: 0 (a leaf) to 32 (the root); a book's node has 20.
    /// @param prefix The node's place among the nodes of its level, from the left.
    /// @param node The node with its path. @param children What hashes to it: 96 bytes, of a leaf 128.
    function proveSumMismatch(
        uint32 epoch,
        uint8 level,
        uint32 prefix,
        NodeProof calldata node,
        bytes calldata children
    ) external;

    /// @notice F2: a leaf above the intent's deposit, or unlike the final charge of an intent closed by the cutoff.
    function proveOverEscrow(uint32 epoch, bytes32 intentId, LeafProof calldata leaf) external;

    /// @notice F3: a leaf whose amount, co-signed amount, bytes or sequence fell, or a FINAL amount that changed other
    /// than to the final charge.
    function proveRegression(
        bytes32 intentId,
        uint32 olderEpoch,
        LeafProof calldata older,
        uint32 newerEpoch,
        LeafProof calldata newer
    ) external;

    /// @notice F4: a leaf of an intent that was open at the cutoff above both the tariff for its bytes and the watermark.
    function proveTariff(uint32 epoch, IntentTerms calldata terms, LeafProof calldata leaf) external;

    /// @notice F5: a leaf at a place where its intent is not, or was not yet at the cutoff.
    function proveMisplaced(uint32 epoch, uint32 book, uint32 index, bytes32 intentId, LeafProof calldata leaf) external;

    /// @notice F5: a subtree of a book that lies wholly above its allocated indices and is not empty.
    /// @param level Height of the node, 0 to 19. @param prefix The node's place among the nodes of its level in the book.
    function proveUnallocated(uint32 epoch, uint32 book, uint8 level, uint32 prefix, NodeProof calldata node) external;

    /// @notice F6: one attestor signed two roots for one epoch. Slashes it wholly.
    function proveEquivocation(
        address attestor,
        EpochCommitment calldata one,
        bytes calldata signatureOfOne,
        EpochCommitment calldata other,
        bytes calldata signatureOfOther
    ) external;

    /// @notice Slashes one who signed the root of an epoch with a proven fault. Anyone, once for each signer.
    /// @dev A root that was posted without quorum costs its signers everything, one with quorum the fault's share.
    function slashSigner(EpochCommitment calldata commitment, address attestor, bytes calldata signature)
        external
        returns (uint96 amount);

    /// @notice The first proven fault of an epoch's root; all zero when there is none.
    function faultOf(uint32 epoch, bytes32 root) external view returns (Fault memory);
}
