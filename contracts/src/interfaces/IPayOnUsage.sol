// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    Demand,
    DeviceBinding,
    EpochCommitment,
    Evidence,
    IntentTerms,
    LeafProof,
    NodeProof,
    RootRef,
    UsageVoucher
} from "./DataTypes.sol";

/// @title Proofs of usage: vouchers that pay, and faults that freeze and slash
/// @notice A carrier that the settlement leaves unpaid takes the device's own voucher to the escrow. And anyone who sees
/// a wrong root proves it here: each fault is decided by code from what is on chain and the tree's own hashes, never by
/// a vote. A fault in a book freezes that book from that epoch on (a root without quorum is taken back whole); whoever
/// signed the root can then be slashed. What cannot be seen is demanded, with a bond: a hidden leaf, or the signed records
/// behind one. An answer earns the bond; silence is a fault.
/// @dev Faults are judged by the state of the chain as of the root's cutoff. Of a slash 40 % go to the challenger (at most
/// 10,000 USDC), 40 % are kept here for the book that suffered, 20 % to the treasury: who proves an own fault loses 60 %.
/// Holds the bonds of demands and that restitution, no other money.
interface IPayOnUsage {
    /// @notice A proven fault of a posted root. One storage slot.
    /// @param challenger Who proved it first; rewarded from slashed stake.
    /// @param bps Share of the signers' stake to slash.
    /// @param code Selector of the proof or of the demand.
    /// @param book The book that it is in; 0 above books.
    struct Fault {
        address challenger;
        uint16 bps;
        bytes4 code;
        uint32 book;
    }

    event FaultProven(uint32 indexed epoch, uint32 indexed book, bytes4 fault, address challenger);
    /// @param intentId Whose leaf is asked for. @param kind Selector of the demand.
    event Demanded(bytes32 indexed id, bytes4 indexed kind, bytes32 indexed intentId, uint64 bond, Demand demand);
    /// @param by Who answered, or ended it unanswered.
    event DemandEnded(bytes32 indexed id, bool answered, address by);
    /// @notice The leaf at this place is in the transaction's input.
    event DataShown(uint32 indexed epoch, uint32 indexed book, uint32 indexed index, bytes32 intentId);
    /// @notice The intent at this place may exit without a leaf in the epoch's root.
    event Excused(uint32 indexed epoch, uint32 indexed book, uint32 indexed index);
    event DeviceBound(address indexed payer, address indexed device, uint40 since, uint40 validUntil);
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

    /// @notice The device is no 20 bytes long key, or was not bound before the intent's activation.
    error PayOnUsage_NotBound(address payer, address device);
    /// @notice This very demand is open.
    error PayOnUsage_AlreadyDemanded(bytes32 id);
    /// @notice No such demand is open.
    error PayOnUsage_NoSuchDemand(bytes32 id);
    /// @notice Answers come in time, ends after it, demands for evidence while their end can still take a root back.
    error PayOnUsage_OutsideTime(uint256 now_, uint256 until);
    /// @notice This does not answer the demand.
    error PayOnUsage_WrongAnswer();
    /// @notice Restitution goes to books in which a fault was proven.
    error PayOnUsage_NotFrozen(uint32 book);

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

    /// @notice F2: a leaf above the intent's deposit, with more co-signed than charged, or unlike the final charge of an
    /// intent closed by the cutoff.
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
    /// @dev A root that was posted without quorum costs its signers everything, one with quorum the fault's share; a leaf
    /// that was only hidden a tenth in both cases. A graver fault that is proven later takes the difference.
    function slashSigner(EpochCommitment calldata commitment, address attestor, bytes calldata signature)
        external
        returns (uint96 amount);

    /// @notice Binds a device's own key (an address without code) to the caller, a payer. Whoever wants to demand evidence binds
    /// the device before the activation. From then on only bound devices' vouchers count, so nobody else may send it:
    /// a pairing that a node serves would let a stranger shut out all devices to come.
    /// @dev On chain because a payer's account can change its mind about signatures: without a time of binding that nobody
    /// can move, an honest root could be challenged with records whose signatures were unmade. Attestors count vouchers of
    /// bound devices only, where a payer has bound one before the activation.
    function bindDevice(address device, uint40 validUntil) external;

    /// @notice C1: demands the leaf of an activated intent in a root, for 12 hours (a quarter of the slow window). Anyone.
    /// @dev Bond 5 USDC; the payer's own first demand about the intent in the epoch 1 USDC. Unanswered: the book is frozen
    /// from that epoch on (a root without quorum taken back) and its signers lose a tenth. If the root is slow-final by
    /// then it stays, and the intent may exit without a leaf in it.
    function challengeData(uint32 epoch, IntentTerms calldata terms) external returns (Demand memory demand);

    /// @notice C2: demands the signed records behind a leaf of an intent that was open at the cutoff. Same bonds.
    /// @dev In the first half of the slow window. Refused where the chain itself is the evidence: up to the activation fee
    /// or the watermark, and for a close. Unanswered: as F2.
    /// @param device A device of the payer, bound before the activation. The answer may show another such one's voucher.
    function challengeEvidence(uint32 epoch, IntentTerms calldata terms, LeafProof calldata leaf, address device)
        external
        returns (Demand memory demand);

    /// @notice Shows a hidden leaf, to all. Anyone; earns the bond.
    function answerData(Demand calldata demand, bytes32 intentId, LeafProof calldata leaf) external;

    /// @notice Shows the records behind a leaf: its evidence is their hash, the bound device and a key that the carrier had
    /// for USAGE signed them, and reconciliation and tariff give at least the leaf. Anyone; earns the bond.
    /// @param leaf The demanded leaf; its path is not read.
    function answerEvidence(
        Demand calldata demand,
        IntentTerms calldata terms,
        LeafProof calldata leaf,
        Evidence calldata evidence
    ) external;

    /// @notice Ends a demand that nobody answered in its time. Anyone; the challenger is owed the bond.
    function timeout(Demand calldata demand) external;

    /// @notice Pays bonds that are owed to the caller.
    function withdrawOwed() external returns (uint96 amount);

    /// @notice Puts the restitution for a frozen book into it, so that its travellers are paid. Anyone.
    function restore(uint32 book) external returns (uint64 amount);

    /// @notice What an account can withdraw of bonds.
    function owedTo(address account) external view returns (uint96);

    /// @notice What slashes have set aside for a book.
    function restitutionOf(uint32 book) external view returns (uint96);

    /// @notice Whether the intent at this place may exit without a leaf in the root.
    function isExcused(RootRef calldata ref, uint32 book, uint32 index) external view returns (bool);

    /// @notice When the payer bound the device; 0 if never.
    function boundSince(address payer, address device) external view returns (uint40);

    /// @notice When the payer first bound any device; 0 if never. Where that was before an intent's activation, only
    /// vouchers of devices bound before it count: any other could not be shown when it is demanded.
    function firstBoundAt(address payer) external view returns (uint40);

    /// @notice Whether the demand of this id, keccak256 of its ABI encoding, is open.
    function isOpenDemand(bytes32 id) external view returns (bool);

    /// @notice The gravest proven fault of an epoch's root, of equal ones the first; all zero when there is none.
    function faultOf(uint32 epoch, bytes32 root) external view returns (Fault memory);
}
