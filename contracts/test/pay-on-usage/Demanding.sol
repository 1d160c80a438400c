// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    CarrierUsageReceipt,
    Demand,
    EpochCommitment,
    Evidence,
    IntentTerms,
    LeafProof
} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";

/// @notice Alice's intent with a bound device, bob as a challenger, and records behind a leaf.
abstract contract Demanding is Statements {
    uint40 internal constant OPEN = 12 hours;

    IntentTerms internal t;
    bytes32 internal id;
    EpochCommitment internal posted;

    function setUp() public virtual override {
        super.setUp();
        vm.prank(alice);
        payOnUsage.bindDevice(vm.addr(deviceKey), uint40(block.timestamp + 60 days));
        skip(1);
        (t, id) = _open(alice, aliceKey, 20e6, 1);
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(i == 0 ? alice : bob);
            usdc.approve(address(payOnUsage), type(uint256).max);
        }
    }

    function _postLeaf(LeafProof memory leaf, uint256 signatures) internal returns (uint32 epoch) {
        tree.set(id, BOOK_A, 0, leaf);
        epoch = _nextCutoff();
        posted = _commitment(epoch);
        _post(posted, signatures);
    }

    function _ours() internal view returns (LeafProof memory) {
        return tree.leafProof(BOOK_A, 0);
    }

    function _challenge(address by, uint32 epoch) internal returns (Demand memory) {
        vm.prank(by);
        return payOnUsage.challengeData(epoch, t);
    }

    function _digestOfReceipt(CarrierUsageReceipt memory receipt) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "CarrierUsageReceipt(bytes32 intentId,uint64 cumBytes,uint64 cumAmount,uint32 seq,uint40 asOf,bytes32 cdrRoot)"
        );
        return _typed(keccak256(abi.encode(typeHash, receipt)));
    }

    /// @dev Records of both sides, and the leaf that they make. Zero bytes: no record.
    function _records(uint64 deviceBytes, uint64 carrierBytes, uint64 amount, uint64 coSigned)
        internal
        view
        returns (Evidence memory e, LeafProof memory leaf)
    {
        bytes32 voucher;
        bytes32 receipt;
        if (deviceBytes != 0) {
            (e.voucher,) = _voucher(id, 2e6, 3);
            e.voucher.cumBytes = deviceBytes;
            voucher = _digestOf(e.voucher);
            e.deviceSignature = _sign(deviceKey, voucher);
        }
        if (carrierBytes != 0) {
            e.receipt = CarrierUsageReceipt(id, carrierBytes, amount, 4, uint40(block.timestamp), "cdr");
            receipt = _digestOfReceipt(e.receipt);
            e.carrierSignature = _sign(usageKey, receipt);
        }
        e.carrierKey = vm.addr(usageKey);
        e.provisioningDigest = keccak256("provisioning");
        leaf.amount = amount;
        leaf.coSigned = coSigned;
        leaf.bytesUsed = carrierBytes;
        leaf.seq = 4;
        leaf.evidence = keccak256(abi.encode(voucher, receipt, e.provisioningDigest));
    }

    function _slash(uint256 signer) internal returns (uint96) {
        return
            payOnUsage.slashSigner(posted, committee[signer], _sign(committeeKeys[signer], settlement.digestOf(posted)));
    }

    function _device() internal view returns (address) {
        return vm.addr(deviceKey);
    }
}
