// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ICarrierRegistry} from "../interfaces/ICarrierRegistry.sol";
import {IPayOnUsage} from "../interfaces/IPayOnUsage.sol";
import {
    Demand,
    EpochRecord,
    EscrowParameters,
    Evidence,
    IntentRecord,
    IntentTerms,
    LeafProof,
    RootRef,
    UsageVoucher
} from "../interfaces/DataTypes.sol";
import {Reconciliation} from "../libraries/Reconciliation.sol";
import {Structs712} from "../libraries/Structs712.sol";
import {SumTree} from "../libraries/SumTree.sol";
import {Tariff} from "../libraries/Tariff.sol";
import {FaultProofs} from "./FaultProofs.sol";

/// @title What code cannot see, and a bonded demand brings to light: hidden leaves (C1), records never signed (C2)
/// @dev Bonds are this contract's only money beside restitution. They are owed, never pushed: a blocked challenger must
/// not keep a demand from ending.
abstract contract Challenges is FaultProofs {
    using SafeERC20 for IERC20;

    /// @notice A demand under way. One storage slot.
    struct Open {
        bool open;
        uint64 bond;
    }

    /// @notice A device that a payer bound on chain. One storage slot.
    struct Bound {
        uint40 since;
        uint40 validUntil;
    }

    uint64 private constant BOND = 5e6;
    uint64 private constant BOND_OF_PAYER = 1e6;
    uint8 private constant ROLE_USAGE = 2;
    uint32 private constant CARRIER_METERED = 1;
    uint16 private constant VOIDED = type(uint16).max;
    bytes4 private constant DATA = IPayOnUsage.challengeData.selector;
    bytes4 private constant EVIDENCE = IPayOnUsage.challengeEvidence.selector;

    IERC20 private immutable _usdc;
    ICarrierRegistry private immutable _carriers;
    uint40 private immutable _slowSeconds;
    /// @dev 12 hours where slow finality takes 48.
    uint40 private immutable _openSeconds;

    mapping(bytes32 demandId => Open) private _open;
    mapping(bytes32 intentAndEpoch => bool) private _demandedByPayer;
    mapping(bytes32 leafPlace => bool) private _excused;
    mapping(address payer => mapping(address device => Bound)) private _bound;
    /// @inheritdoc IPayOnUsage
    mapping(address payer => uint40) public firstBoundAt;
    /// @inheritdoc IPayOnUsage
    mapping(address account => uint96) public owedTo;

    constructor() {
        EscrowParameters memory p = _escrow.parameters();
        (_usdc, _carriers) = (IERC20(p.usdc), ICarrierRegistry(p.carriers));
        _slowSeconds = _settlement.parameters().slowSeconds;
        _openSeconds = _slowSeconds / 4;
    }

    /// @inheritdoc IPayOnUsage
    function bindDevice(address device, uint40 validUntil) external {
        if (device == address(0) || validUntil < block.timestamp) revert PayOnUsage_NotBound(msg.sender, device);
        Bound storage bound = _bound[msg.sender][device];
        if (bound.since == 0) bound.since = uint40(block.timestamp);
        if (firstBoundAt[msg.sender] == 0) firstBoundAt[msg.sender] = uint40(block.timestamp);
        if (validUntil > bound.validUntil) bound.validUntil = validUntil;
        emit DeviceBound(msg.sender, device, bound.since, bound.validUntil);
    }

    /// @inheritdoc IPayOnUsage
    function challengeData(uint32 epoch, IntentTerms calldata terms) external returns (Demand memory demand) {
        bytes32 intentId = Structs712.hash(terms);
        IntentRecord memory intent = _intentOf(intentId);
        if (intent.activatedAt == 0) revert PayOnUsage_NotOpen(intentId);
        RootRef memory ref = _refFor(epoch, intent.book);
        demand = _demand(ref, intent, 0, address(0));
        _openFor(demand, _bondOf(terms.payer, intentId, epoch), DATA, intentId);
    }

    /// @inheritdoc IPayOnUsage
    function challengeEvidence(uint32 epoch, IntentTerms calldata terms, LeafProof calldata leaf, address device)
        external
        returns (Demand memory demand)
    {
        bytes32 intentId = Structs712.hash(terms);
        IntentRecord memory intent = _placed(epoch, intentId, leaf);
        _requireInTime(epoch, intent.book);
        // What a close decided, the fee that an activation earned, and what vouchers released need no other evidence.
        if (_closedBy(intent, epoch) || leaf.amount <= Math.max(terms.activationFee, intent.settled)) {
            revert PayOnUsage_NoFault();
        }
        if (!_isBoundBefore(intent.activatedAt, terms.payer, device)) revert PayOnUsage_NotBound(terms.payer, device);
        demand = _demand(_ref(epoch), intent, SumTree.leafNode(intentId, leaf).hash, device);
        _openFor(demand, _bondOf(terms.payer, intentId, epoch), EVIDENCE, intentId);
    }

    /// @inheritdoc IPayOnUsage
    function answerData(Demand calldata demand, bytes32 intentId, LeafProof calldata leaf) external {
        _requireOpen(demand, true);
        if (demand.leaf != 0) revert PayOnUsage_WrongAnswer();
        RootRef memory ref = RootRef(demand.root, demand.total, demand.coSigned, demand.epoch);
        SumTree.checkLeaf(ref, intentId, demand.book, demand.index, leaf);
        _answered(demand);
        emit DataShown(demand.epoch, demand.book, demand.index, intentId);
    }

    /// @inheritdoc IPayOnUsage
    function answerEvidence(
        Demand calldata demand,
        IntentTerms calldata terms,
        LeafProof calldata leaf,
        Evidence calldata evidence
    ) external {
        _requireOpen(demand, true);
        bytes32 intentId = Structs712.hash(terms);
        if (demand.leaf == 0 || SumTree.leafNode(intentId, leaf).hash != demand.leaf) revert PayOnUsage_WrongAnswer();
        bytes32 voucher = _checkVoucher(intentId, terms.payer, evidence.voucher, evidence.deviceSignature);
        bytes32 receipt = _checkReceipt(intentId, demand.book, evidence);
        if (keccak256(abi.encode(voucher, receipt, evidence.provisioningDigest)) != leaf.evidence) {
            revert PayOnUsage_WrongAnswer();
        }
        uint64 deviceBytes = voucher == 0 ? 0 : evidence.voucher.cumBytes;
        uint64 carrierBytes = receipt == 0 ? 0 : evidence.receipt.cumBytes;
        if (!_covers(intentId, terms, leaf, deviceBytes, carrierBytes)) revert PayOnUsage_WrongAnswer();
        _answered(demand);
    }

    /// @inheritdoc IPayOnUsage
    function timeout(Demand calldata demand) external {
        bytes32 id = _requireOpen(demand, false);
        owedTo[demand.challenger] += _open[id].bond;
        delete _open[id];
        emit DemandEnded(id, false, msg.sender);
        uint32 frozenFrom = _frozenFrom(demand.book);
        EpochRecord memory record = _epoch(demand.epoch);
        if (demand.leaf == 0 && (record.root != demand.root || _isSlowFinal(record))) {
            // Beyond challenge, or a copy kept for a frozen book: it stays, and this intent leaves without it.
            _excused[_place(demand.epoch, demand.root, demand.book, demand.index)] = true;
            emit Excused(demand.epoch, demand.book, demand.index);
        } else if (
            record.root == demand.root && record.weight != VOIDED && !_isSlowFinal(record)
                && (frozenFrom == 0 || frozenFrom > demand.epoch)
        ) {
            uint16 withoutQuorum = demand.leaf == 0 ? SHARE_OF_LEAF : 10_000;
            bytes4 code = demand.leaf == 0 ? DATA : EVIDENCE;
            _punish(demand.epoch, demand.book, SHARE_OF_LEAF, withoutQuorum, code, demand.challenger);
        }
    }

    /// @inheritdoc IPayOnUsage
    function withdrawOwed() external returns (uint96 amount) {
        amount = owedTo[msg.sender];
        delete owedTo[msg.sender];
        _usdc.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IPayOnUsage
    function restore(uint32 book) external returns (uint64 amount) {
        if (_frozenFrom(book) == 0) revert PayOnUsage_NotFrozen(book);
        amount = uint64(Math.min(restitutionOf[book], type(uint64).max));
        restitutionOf[book] -= amount;
        _usdc.forceApprove(address(_escrow), amount);
        _escrow.replenish(book, amount);
    }

    /// @inheritdoc IPayOnUsage
    function isExcused(RootRef calldata ref, uint32 book, uint32 index) external view returns (bool) {
        return _excused[_place(ref.epoch, ref.root, book, index)];
    }

    /// @inheritdoc IPayOnUsage
    function boundSince(address payer, address device) external view returns (uint40) {
        return _bound[payer][device].since;
    }

    /// @inheritdoc IPayOnUsage
    function isOpenDemand(bytes32 id) external view returns (bool) {
        return _open[id].open;
    }

    /// @dev The payer's first demand in an epoch about an own intent is cheap.
    function _bondOf(address payer, bytes32 intentId, uint32 epoch) private returns (uint64) {
        bytes32 key = keccak256(abi.encode(intentId, epoch));
        if (msg.sender != payer || _demandedByPayer[key]) return BOND;
        _demandedByPayer[key] = true;
        return BOND_OF_PAYER;
    }

    function _demand(RootRef memory ref, IntentRecord memory intent, bytes32 leaf, address device)
        private
        view
        returns (Demand memory)
    {
        return Demand({
            root: ref.root,
            total: ref.total,
            coSigned: ref.coSigned,
            epoch: ref.epoch,
            book: intent.book,
            index: intent.index,
            leaf: leaf,
            device: device,
            challenger: msg.sender,
            openUntil: uint40(block.timestamp) + _openSeconds
        });
    }

    function _openFor(Demand memory demand, uint64 bond, bytes4 kind, bytes32 intentId) private {
        bytes32 id = keccak256(abi.encode(demand));
        if (_open[id].open) revert PayOnUsage_AlreadyDemanded(id);
        _open[id] = Open(true, bond);
        emit Demanded(id, kind, intentId, bond, demand);
        _usdc.safeTransferFrom(msg.sender, address(this), bond);
    }

    /// @dev A demand that is open: within its time for an answer, after it for its end.
    function _requireOpen(Demand calldata demand, bool within) private view returns (bytes32 id) {
        id = keccak256(abi.encode(demand));
        if (!_open[id].open) revert PayOnUsage_NoSuchDemand(id);
        if (within != (block.timestamp <= demand.openUntil)) {
            revert PayOnUsage_OutsideTime(block.timestamp, demand.openUntil);
        }
    }

    /// @dev Who answers is paid the bond: answering costs gas, and demands for nothing cost their makers.
    function _answered(Demand calldata demand) private {
        bytes32 id = keccak256(abi.encode(demand));
        owedTo[msg.sender] += _open[id].bond;
        delete _open[id];
        emit DemandEnded(id, true, msg.sender);
    }

    /// @dev The root of a kept epoch, or the copy that a frozen book's closes rest on.
    function _refFor(uint32 epoch, uint32 book) private view returns (RootRef memory) {
        (RootRef[] memory refs,,) = _settlement.closeBasis(book, _escrow.bookOf(book).claimedEpoch);
        for (uint256 i = 0; i < refs.length; ++i) {
            if (refs[i].epoch == epoch) return refs[i];
        }
        _requireCounts(epoch, book);
        return _ref(epoch);
    }

    function _requireCounts(uint32 epoch, uint32 book) private view {
        uint32 frozenFrom = _frozenFrom(book);
        bool counts = frozenFrom == 0 || frozenFrom > epoch;
        if (!counts || _epoch(epoch).weight == VOIDED) revert PayOnUsage_UnknownEpoch(epoch);
    }

    /// @dev As much time must be left after a demand as it stands open: an end that comes late takes nothing back.
    function _requireInTime(uint32 epoch, uint32 book) private view {
        _requireCounts(epoch, book);
        uint256 until = uint256(_epoch(epoch).postedAt) + _slowSeconds - 2 * uint256(_openSeconds);
        if (block.timestamp > until) revert PayOnUsage_OutsideTime(block.timestamp, until);
    }

    function _isSlowFinal(EpochRecord memory record) private view returns (bool) {
        return record.weight != VOIDED && block.timestamp >= uint256(record.postedAt) + _slowSeconds;
    }

    function _place(uint32 epoch, bytes32 root, uint32 book, uint32 index) private pure returns (bytes32) {
        return keccak256(abi.encode(epoch, root, book, index));
    }

    /// @dev By the own key of a device that the payer had bound when service began, whichever: with several bound, who
    /// demands would else name another than the one that signed. A signature that code of its maker decides on could be
    /// unmade later. The digest is zero when no voucher is shown.
    function _checkVoucher(bytes32 intentId, address payer, UsageVoucher calldata voucher, bytes calldata signature)
        private
        view
        returns (bytes32 digest)
    {
        if (voucher.intentId == 0) return 0;
        digest = _digest(Structs712.hash(voucher));
        (address device,,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (voucher.intentId != intentId || !_isBoundBefore(_intentOf(intentId).activatedAt, payer, device)) {
            revert PayOnUsage_InvalidSignature(device, digest);
        }
    }

    function _isBoundBefore(uint40 time, address payer, address device) private view returns (bool) {
        uint40 since = _bound[payer][device].since;
        return since != 0 && since < time;
    }

    /// @dev By a key that the carrier ever had: what it signed stays signed when the key is revoked.
    function _checkReceipt(bytes32 intentId, uint32 book, Evidence calldata evidence)
        private
        view
        returns (bytes32 digest)
    {
        if (evidence.receipt.intentId == 0) return 0;
        digest = _digest(Structs712.hash(evidence.receipt));
        address key = evidence.carrierKey;
        (address recovered,,) = ECDSA.tryRecoverCalldata(digest, evidence.carrierSignature);
        bool isKey = _carriers.keyOf(_carriers.carrierOf(book), ROLE_USAGE, key).validUntil != 0;
        if (evidence.receipt.intentId != intentId || recovered != key || !isKey) {
            revert PayOnUsage_InvalidSignature(key, digest);
        }
    }

    /// @dev Whether two signed figures give the leaf, by the rules of reconciliation and the tariff of the terms.
    function _covers(
        bytes32 intentId,
        IntentTerms calldata terms,
        LeafProof calldata leaf,
        uint64 deviceBytes,
        uint64 carrierBytes
    ) private view returns (bool) {
        IntentRecord memory intent = _intentOf(intentId);
        (uint64 billable, uint64 both) =
            Reconciliation.reconcile(deviceBytes, carrierBytes, terms.flags & CARRIER_METERED != 0);
        uint256 known = Math.max(terms.activationFee, intent.settled);
        return leaf.amount <= Math.max(known, Tariff.charge(terms, billable, intent.funded))
            && leaf.coSigned <= Math.max(known, Tariff.charge(terms, both, intent.funded));
    }
}
