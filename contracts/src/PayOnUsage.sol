// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Challenges} from "./abstracts/Challenges.sol";
import {FaultProofs} from "./abstracts/FaultProofs.sol";
import {GesimDomain} from "./abstracts/GesimDomain.sol";
import {IAttestors} from "./interfaces/IAttestors.sol";
import {IIntentEscrow} from "./interfaces/IIntentEscrow.sol";
import {IPayOnUsage} from "./interfaces/IPayOnUsage.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {
    DeviceBinding,
    IntentRecord,
    IntentState,
    IntentTerms,
    LeafProof,
    RootRef,
    UsageVoucher
} from "./interfaces/DataTypes.sol";
import {Structs712} from "./libraries/Structs712.sol";
import {SumTree} from "./libraries/SumTree.sol";
import {Tariff} from "./libraries/Tariff.sol";

/// @title PayOnUsage: the promises are in IPayOnUsage
/// @dev Faults of roots are proven in FaultProofs, hidden ones brought to light in Challenges; here: vouchers that pay.
contract PayOnUsage is Challenges {
    constructor(address escrow, address settlement, address attestors)
        GesimDomain(escrow)
        FaultProofs(IIntentEscrow(escrow), ISettlement(settlement), IAttestors(attestors))
    {
        address expected = IIntentEscrow(escrow).parameters().payOnUsage;
        if (expected != address(this)) revert PayOnUsage_WrongEscrow(address(this), expected);
    }

    /// @inheritdoc IPayOnUsage
    function redeemVoucher(
        IntentTerms calldata terms,
        UsageVoucher calldata voucher,
        bytes calldata signature,
        DeviceBinding calldata binding,
        LeafProof[] calldata leaves
    ) external returns (uint64 paid) {
        bytes32 intentId = Structs712.hash(terms);
        if (voucher.intentId != intentId) revert PayOnUsage_IntentMismatch(voucher.intentId, intentId);
        _requireSigned(terms.payer, voucher, signature, binding);
        IntentRecord memory intent = _intentOf(intentId);
        if (intent.state != IntentState.Open) revert PayOnUsage_NotOpen(intentId);
        uint64 base = _base(intentId, intent, leaves);
        // A device that was tricked into signing too much still pays by the tariff.
        uint256 byTariff = Tariff.charge(terms, voucher.cumBytes, intent.funded);
        uint64 amount = uint64(Math.min(voucher.cumAmount, byTariff));
        if (amount <= base) revert PayOnUsage_NothingToRelease(amount, base);
        return _escrow.releaseToCarrier(intentId, base, amount);
    }

    function _requireSigned(
        address payer,
        UsageVoucher calldata voucher,
        bytes calldata signature,
        DeviceBinding calldata binding
    ) private view {
        bytes32 digest = _digest(Structs712.hash(voucher));
        uint256 fault = _travellerFault(payer, digest, signature, binding);
        if (fault == 1) revert PayOnUsage_InvalidSignature(payer, digest);
        if (fault == 2) revert PayOnUsage_InvalidSignature(address(bytes20(binding.device)), digest);
    }

    /// @dev What is paid already or payable through roots: the highest of leaves and watermark.
    function _base(bytes32 intentId, IntentRecord memory intent, LeafProof[] calldata leaves)
        private
        view
        returns (uint64 base)
    {
        uint32 claimedEpoch = _escrow.bookOf(intent.book).claimedEpoch;
        (RootRef[] memory refs,, uint40 lockedUntil) = _settlement.closeBasis(intent.book, claimedEpoch);
        if (lockedUntil != 0) revert PayOnUsage_PostingWindow(lockedUntil);
        if (leaves.length != refs.length) revert PayOnUsage_LeafCount(leaves.length, refs.length);
        base = intent.settled;
        for (uint256 i = 0; i < refs.length; ++i) {
            SumTree.checkLeaf(refs[i], intentId, intent.book, intent.index, leaves[i]);
            if (leaves[i].amount > base) base = leaves[i].amount;
        }
    }
}
