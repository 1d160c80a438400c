// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IAttestors} from "../interfaces/IAttestors.sol";
import {IIntentEscrow} from "../interfaces/IIntentEscrow.sol";
import {IPayOnUsage} from "../interfaces/IPayOnUsage.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {
    EpochCommitment,
    EpochRecord,
    IntentRecord,
    IntentState,
    IntentTerms,
    LeafProof,
    NodeProof,
    RootRef
} from "../interfaces/DataTypes.sol";
import {Structs712} from "../libraries/Structs712.sol";
import {SumTree} from "../libraries/SumTree.sol";
import {Tariff} from "../libraries/Tariff.sol";
import {GesimDomain} from "./GesimDomain.sol";

/// @title Faults of roots that code can decide
/// @dev What is on chain only grows after a cutoff (deposits, counts, closes), and each proof uses it in the direction in
/// which growing excuses: an honest root is never provable as a fault. A lagging watermark is no fault.
abstract contract FaultProofs is IPayOnUsage, GesimDomain {
    uint256 private constant BPS = 10_000;
    uint16 private constant SHARE_OF_SUMS = 2_000;
    uint16 internal constant SHARE_OF_LEAF = 1_000;
    uint256 private constant RESTITUTION_BPS = 4_000;
    uint32 private constant LEAF_FINAL = 1;
    uint256 private constant NODE_BYTES = 48;

    IIntentEscrow internal immutable _escrow;
    ISettlement internal immutable _settlement;
    IAttestors internal immutable _attestors;
    uint40 private immutable _epochSeconds;
    uint16 private immutable _quorumBps;

    /// @dev By epoch and root: an epoch whose root was taken back may have two, and two epochs may have the same.
    mapping(bytes32 posted => Fault) private _faults;
    mapping(bytes32 posted => mapping(address attestor => uint16 bps)) private _slashed;
    /// @inheritdoc IPayOnUsage
    mapping(uint32 book => uint96) public restitutionOf;

    constructor(IIntentEscrow escrow, ISettlement settlement, IAttestors attestors) {
        _escrow = escrow;
        _settlement = settlement;
        _attestors = attestors;
        _epochSeconds = settlement.parameters().epochSeconds;
        _quorumBps = settlement.parameters().quorumBps;
    }

    /// @inheritdoc IPayOnUsage
    function proveSumMismatch(
        uint32 epoch,
        uint8 level,
        uint32 prefix,
        NodeProof calldata node,
        bytes calldata children
    ) external {
        if (level > SumTree.DEPTH) revert PayOnUsage_InvalidPlace(level, prefix);
        SumTree.checkNode(_ref(epoch), level, prefix, node);
        if (keccak256(children) != node.hash) revert PayOnUsage_NoFault();
        (uint256 total, uint256 coSigned) = _sumsOf(level, children);
        if (total == node.total && coSigned == node.coSigned) revert PayOnUsage_NoFault();
        if (level > SumTree.INDEX_LEVELS) {
            _record(epoch, 0, SHARE_OF_SUMS, uint16(BPS), msg.sig, msg.sender);
            _settlement.voidEpoch(epoch, msg.sig);
        } else {
            _punishBySender(epoch, uint32(prefix >> (SumTree.INDEX_LEVELS - level)), SHARE_OF_SUMS);
        }
    }

    /// @inheritdoc IPayOnUsage
    function proveOverEscrow(uint32 epoch, bytes32 intentId, LeafProof calldata leaf) external {
        IntentRecord memory intent = _placed(epoch, intentId, leaf);
        bool isAbove = leaf.amount > intent.funded || leaf.coSigned > leaf.amount;
        bool isUnlikeClose = _closedBy(intent, epoch) && leaf.amount != intent.settled;
        if (!isAbove && !isUnlikeClose) revert PayOnUsage_NoFault();
        _punishBySender(epoch, intent.book, SHARE_OF_LEAF);
    }

    /// @inheritdoc IPayOnUsage
    function proveRegression(
        bytes32 intentId,
        uint32 olderEpoch,
        LeafProof calldata older,
        uint32 newerEpoch,
        LeafProof calldata newer
    ) external {
        if (olderEpoch >= newerEpoch) revert PayOnUsage_EpochOrder(olderEpoch, newerEpoch);
        IntentRecord memory intent = _placed(newerEpoch, intentId, newer);
        // Against a root that does not count nobody can be asked to rise.
        uint32 frozenFrom = _frozenFrom(intent.book);
        if (frozenFrom != 0 && olderEpoch >= frozenFrom) revert PayOnUsage_UnknownEpoch(olderEpoch);
        _placed(olderEpoch, intentId, older);
        bool fell = newer.amount < older.amount || newer.coSigned < older.coSigned || newer.bytesUsed < older.bytesUsed
            || newer.seq < older.seq;
        bool wasFinal = older.flags & LEAF_FINAL != 0;
        bool isByClose = _closedBy(intent, newerEpoch) && newer.amount == intent.settled;
        bool reopened = wasFinal && (newer.flags & LEAF_FINAL == 0 || (newer.amount != older.amount && !isByClose));
        if (!fell && !reopened) revert PayOnUsage_NoFault();
        _punishBySender(newerEpoch, intent.book, SHARE_OF_LEAF);
    }

    /// @inheritdoc IPayOnUsage
    function proveTariff(uint32 epoch, IntentTerms calldata terms, LeafProof calldata leaf) external {
        IntentRecord memory intent = _placed(epoch, Structs712.hash(terms), leaf);
        // Both sides may close above the tariff; vouchers never release above it, but what they did stands.
        if (
            _closedBy(intent, epoch) || leaf.amount <= Tariff.fullCharge(terms, leaf.bytesUsed)
                || leaf.amount <= intent.settled
        ) revert PayOnUsage_NoFault();
        _punishBySender(epoch, intent.book, SHARE_OF_LEAF);
    }

    /// @inheritdoc IPayOnUsage
    function proveMisplaced(uint32 epoch, uint32 book, uint32 index, bytes32 intentId, LeafProof calldata leaf)
        external
    {
        if (index >= SumTree.MAX_INDICES) revert PayOnUsage_InvalidPlace(0, index);
        SumTree.checkLeaf(_ref(epoch), intentId, book, index, leaf);
        if (SumTree.leafNode(intentId, leaf).hash == 0) revert PayOnUsage_NoFault();
        IntentRecord memory intent = _intentOf(intentId);
        bool belongs = intent.activatedAt != 0 && intent.activatedAt < _cutoff(epoch) && intent.book == book
            && intent.index == index;
        if (belongs) revert PayOnUsage_NoFault();
        _punishBySender(epoch, book, SHARE_OF_LEAF);
    }

    /// @inheritdoc IPayOnUsage
    function proveUnallocated(uint32 epoch, uint32 book, uint8 level, uint32 prefix, NodeProof calldata node) external {
        uint256 depth = SumTree.INDEX_LEVELS;
        if (level >= depth || prefix >> (depth - level) != 0) revert PayOnUsage_InvalidPlace(level, prefix);
        SumTree.checkNode(_ref(epoch), level, (uint256(book) << (depth - level)) | prefix, node);
        bool isEmpty = node.hash == 0 && node.total == 0 && node.coSigned == 0;
        if (isEmpty || (uint256(prefix) << level) < _escrow.bookOf(book).count) revert PayOnUsage_NoFault();
        _punishBySender(epoch, book, SHARE_OF_LEAF);
    }

    /// @inheritdoc IPayOnUsage
    function proveEquivocation(
        address attestor,
        EpochCommitment calldata one,
        bytes calldata signatureOfOne,
        EpochCommitment calldata other,
        bytes calldata signatureOfOther
    ) external {
        if (one.epoch != other.epoch || one.root == other.root) {
            revert PayOnUsage_NoFault();
        }
        _requireSigner(attestor, one, signatureOfOne);
        _requireSigner(attestor, other, signatureOfOther);
        emit FaultProven(one.epoch, 0, msg.sig, msg.sender);
        Fault memory fault = Fault(msg.sender, uint16(BPS), msg.sig, 0);
        _slash(one.epoch, bytes32(uint256(one.epoch)), attestor, fault);
    }

    /// @inheritdoc IPayOnUsage
    function slashSigner(EpochCommitment calldata commitment, address attestor, bytes calldata signature)
        external
        returns (uint96)
    {
        bytes32 posted = _posted(commitment.epoch, commitment.root);
        Fault memory fault = _faults[posted];
        if (fault.code == 0) revert PayOnUsage_NoFaultProven(commitment.epoch, commitment.root);
        _requireSigner(attestor, commitment, signature);
        return _slash(commitment.epoch, posted, attestor, fault);
    }

    /// @inheritdoc IPayOnUsage
    function faultOf(uint32 epoch, bytes32 root) external view returns (Fault memory) {
        return _faults[_posted(epoch, root)];
    }

    /// @dev A graver fault of the same root takes what the lighter one left of its share: whoever proves a small one
    /// against itself first saves nothing.
    function _slash(uint32 epoch, bytes32 what, address attestor, Fault memory fault) private returns (uint96 amount) {
        uint256 before = _slashed[what][attestor];
        if (before >= fault.bps) revert PayOnUsage_AlreadySlashed(epoch, attestor);
        _slashed[what][attestor] = fault.bps;
        uint256 bps = Math.ceilDiv((fault.bps - before) * BPS, BPS - before);
        amount = _attestors.slash(attestor, uint16(bps), fault.code, fault.challenger);
        emit SignerSlashed(epoch, attestor, fault.code, uint16(bps), amount);
        uint96 share = uint96((uint256(amount) * RESTITUTION_BPS) / BPS);
        if (fault.book == 0 || share == 0) return amount;
        restitutionOf[fault.book] += _attestors.payRestitution(address(this), share);
    }

    function _punishBySender(uint32 epoch, uint32 book, uint16 bps) private {
        // What a frozen book holds is carried along as it is: nobody vouches for it, nobody is paid from it.
        uint32 frozenFrom = _frozenFrom(book);
        if (frozenFrom != 0 && frozenFrom <= epoch) revert PayOnUsage_NoFault();
        _punish(epoch, book, bps, uint16(BPS), msg.sig, msg.sender);
    }

    /// @dev A quorum that signs a fault in a book has compromised that book for good. A root without quorum has only cost
    /// time: it is taken back, or one attestor could freeze every carrier.
    function _punish(uint32 epoch, uint32 book, uint16 bps, uint16 bpsWithoutQuorum, bytes4 code, address challenger)
        internal
    {
        if (_record(epoch, book, bps, bpsWithoutQuorum, code, challenger)) _settlement.freezeBook(book, epoch, code);
        else _settlement.voidEpoch(epoch, code);
    }

    /// @dev Keeps the gravest fault of a root, of equal ones the first: its prover is rewarded. A root without quorum had
    /// its signers' stake as its only bond, so that is what a fault in it costs.
    function _record(uint32 epoch, uint32 book, uint16 bps, uint16 bpsWithoutQuorum, bytes4 code, address challenger)
        private
        returns (bool hadQuorum)
    {
        emit FaultProven(epoch, book, code, challenger);
        EpochRecord memory record = _epoch(epoch);
        hadQuorum = record.weight >= _quorumBps;
        if (!hadQuorum) bps = bpsWithoutQuorum;
        Fault storage fault = _faults[_posted(epoch, record.root)];
        if (fault.bps >= bps) return hadQuorum;
        (fault.challenger, fault.bps, fault.code, fault.book) = (challenger, bps, code, book);
    }

    function _posted(uint32 epoch, bytes32 root) private pure returns (bytes32) {
        return keccak256(abi.encode(epoch, root));
    }

    function _requireSigner(address attestor, EpochCommitment calldata commitment, bytes calldata signature)
        private
        view
    {
        bytes32 digest = _digest(Structs712.hash(commitment));
        (address recovered,,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (recovered == address(0) || recovered != attestor) revert PayOnUsage_InvalidSignature(attestor, digest);
    }

    /// @dev The record of an active intent whose leaf is at its place in the epoch's tree.
    function _placed(uint32 epoch, bytes32 intentId, LeafProof calldata leaf)
        internal
        view
        returns (IntentRecord memory intent)
    {
        intent = _intentOf(intentId);
        if (intent.activatedAt == 0) revert PayOnUsage_NoFault();
        SumTree.checkLeaf(_ref(epoch), intentId, intent.book, intent.index, leaf);
    }

    function _ref(uint32 epoch) internal view returns (RootRef memory) {
        EpochRecord memory record = _epoch(epoch);
        if (record.epoch == 0) revert PayOnUsage_UnknownEpoch(epoch);
        return RootRef(record.root, record.total, record.coSigned, record.epoch);
    }

    function _epoch(uint32 epoch) internal view returns (EpochRecord memory) {
        return _settlement.epochOf(epoch);
    }

    function _frozenFrom(uint32 book) internal view returns (uint32) {
        return _settlement.frozenFrom(book);
    }

    function _intentOf(bytes32 intentId) internal view returns (IntentRecord memory) {
        return _escrow.intentOf(intentId);
    }

    function _closedBy(IntentRecord memory intent, uint32 epoch) internal view returns (bool) {
        return intent.state == IntentState.Closed && intent.closedAt < _cutoff(epoch);
    }

    function _cutoff(uint32 epoch) private view returns (uint256) {
        return (uint256(epoch) + 1) * _epochSeconds;
    }

    /// @dev The sums that a preimage shows: of two children, or of a leaf's packed figures.
    function _sumsOf(uint8 level, bytes calldata children) private pure returns (uint256 total, uint256 coSigned) {
        if (level == 0) {
            if (children.length != 128) revert PayOnUsage_NoFault();
            uint256 packed = uint256(bytes32(children[64:96]));
            return (packed >> 192, uint64(packed >> 128));
        }
        if (children.length != 2 * NODE_BYTES) revert PayOnUsage_NoFault();
        for (uint256 at = 32; at < children.length; at += NODE_BYTES) {
            uint128 sums = uint128(bytes16(children[at:at + 16]));
            total += sums >> 64;
            coSigned += uint64(sums);
        }
    }
}
