// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPayOnUsage as Say} from "../../src/interfaces/IPayOnUsage.sol";
import {DeviceBinding, EpochCommitment, IntentTerms, LeafProof, UsageVoucher} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";

contract PayOnUsageTest is Statements {
    IntentTerms private _t;
    bytes32 private _id;
    DeviceBinding private _paired;
    bytes private constant NO_FAULT = abi.encodePacked(bytes4(keccak256("PayOnUsage_NoFault()")));

    function setUp() public override {
        super.setUp();
        (_t, _id) = _open(alice, aliceKey, 20e6, 1);
        _paired = _binding(aliceKey);
    }

    function _postLeaf(uint64 amount, uint32 seq, uint32 flags) private returns (uint32 epoch) {
        _setLeaf(_id, amount, seq, flags);
        return _postNext(3);
    }

    function _ours() private view returns (LeafProof memory) {
        return tree.leafProof(BOOK_A, 0);
    }

    function test_RedeemVoucher_RevertWhen_AnotherIntent() external {
        (UsageVoucher memory voucher, bytes memory signature) = _voucher("x", 5e6, 1);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_IntentMismatch.selector, bytes32("x"), _id));
        payOnUsage.redeemVoucher(_t, voucher, signature, _paired, new LeafProof[](0));
    }

    function test_RedeemVoucher_RevertWhen_Unsigned() external {
        (UsageVoucher memory voucher,) = _voucher(_id, 5e6, 1);
        bytes32 digest = _digestOf(voucher);
        bytes memory signature = _sign(usageKey, digest);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_InvalidSignature.selector, vm.addr(deviceKey), digest));
        payOnUsage.redeemVoucher(_t, voucher, signature, _paired, new LeafProof[](0));
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_InvalidSignature.selector, alice, digest));
        payOnUsage.redeemVoucher(_t, voucher, signature, _nobody(), new LeafProof[](0));
    }

    function test_RedeemVoucher_RevertGiven_NotOpen() external {
        vm.prank(alice);
        escrow.requestExit(_t, 2e6, new LeafProof[](0));
        (UsageVoucher memory voucher, bytes memory signature) = _voucher(_id, 5e6, 1);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_NotOpen.selector, _id));
        payOnUsage.redeemVoucher(_t, voucher, signature, _paired, new LeafProof[](0));
    }

    function test_RedeemVoucher_RevertGiven_PostingWindow() external {
        _nextCutoff();
        (UsageVoucher memory voucher, bytes memory signature) = _voucher(_id, 5e6, 1);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_PostingWindow.selector, block.timestamp + POSTING));
        payOnUsage.redeemVoucher(_t, voucher, signature, _paired, new LeafProof[](0));
    }

    function test_RedeemVoucher_RevertWhen_LeavesMissing() external {
        _postLeaf(3e6, 1, 0);
        (UsageVoucher memory voucher, bytes memory signature) = _voucher(_id, 5e6, 1);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_LeafCount.selector, 0, 1));
        payOnUsage.redeemVoucher(_t, voucher, signature, _paired, new LeafProof[](0));
    }

    function test_RedeemVoucher_RevertWhen_NothingToRelease() external {
        _postLeaf(5e6, 1, 0);
        LeafProof[] memory leaves = _leafProofs(_id);
        (UsageVoucher memory voucher, bytes memory signature) = _voucher(_id, 5e6, 1);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_NothingToRelease.selector, 5e6, 5e6));
        payOnUsage.redeemVoucher(_t, voucher, signature, _paired, leaves);
    }

    function test_RedeemVoucher_PaysAboveTheLeaf() external {
        _postLeaf(3e6, 1, 0);
        (UsageVoucher memory voucher, bytes memory signature) = _voucher(_id, 5e6, 1);
        assertEq(payOnUsage.redeemVoucher(_t, voucher, signature, _paired, _leafProofs(_id)), 2e6);
        assertEq(usdc.balanceOf(payoutA), 1.98e6);
        assertEq(escrow.intentOf(_id).settled, 5e6);
    }

    function test_RedeemVoucher_PaysByTheTariff() external {
        (UsageVoucher memory voucher,) = _voucher(_id, 19e6, 1);
        voucher.cumBytes = 1e9;
        bytes memory signature = _sign(deviceKey, _digestOf(voucher));
        assertEq(payOnUsage.redeemVoucher(_t, voucher, signature, _paired, new LeafProof[](0)), 6e6);
    }

    function test_RedeemVoucher_ThenClaimPaysOnce() external {
        (UsageVoucher memory voucher, bytes memory signature) = _voucher(_id, 5e6, 1);
        payOnUsage.redeemVoucher(_t, voucher, signature, _paired, new LeafProof[](0));
        uint32 epoch = _postLeaf(7e6, 1, FINAL);
        skip(FAST);
        assertEq(escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A)), 2e6);
        vm.startPrank(alice);
        assertEq(escrow.refundFinal(_t, epoch, _ours(), false), 13e6);
        vm.stopPrank();
        assertEq(usdc.balanceOf(address(escrow)), escrow.feesOf(BOOK_A));
    }

    function test_ProveEquivocation_RevertWhen_NoConflict() external {
        EpochCommitment memory one = _commitment(_nextCutoff());
        EpochCommitment memory other = _commitment(one.epoch);
        other.policyVersion = 9;
        vm.expectRevert(NO_FAULT);
        payOnUsage.proveEquivocation(committee[0], one, "", other, "");
        other.root = "x";
        other.epoch += 1;
        vm.expectRevert(NO_FAULT);
        payOnUsage.proveEquivocation(committee[0], one, "", other, "");
    }

    function test_ProveEquivocation_RevertWhen_NotSigned() external {
        EpochCommitment memory one = _commitment(_nextCutoff());
        EpochCommitment memory other = _commitment(one.epoch);
        other.root = "x";
        bytes memory by = _sign(committeeKeys[0], settlement.digestOf(one));
        bytes32 digest = settlement.digestOf(other);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_InvalidSignature.selector, committee[0], digest));
        payOnUsage.proveEquivocation(committee[0], one, by, other, by);
    }

    function test_ProveEquivocation_TakesTheStake() external {
        EpochCommitment memory one = _commitment(_nextCutoff());
        EpochCommitment memory other = _commitment(one.epoch);
        other.root = "x";
        bytes memory by = _sign(committeeKeys[0], settlement.digestOf(one));
        bytes memory also = _sign(committeeKeys[0], settlement.digestOf(other));
        vm.prank(bob);
        payOnUsage.proveEquivocation(committee[0], one, by, other, also);
        assertEq(attestors.stakeOf(committee[0]), 0);
        assertEq(attestors.rewardOf(bob), 4_000e6);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_AlreadySlashed.selector, one.epoch, committee[0]));
        payOnUsage.proveEquivocation(committee[0], one, by, other, also);
    }

    function test_SlashSigner_RevertGiven_NoFault() external {
        EpochCommitment memory c = _commitment(_nextCutoff());
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_NoFaultProven.selector, c.epoch, c.root));
        payOnUsage.slashSigner(c, committee[0], "");
    }

    function test_SlashSigner_RevertWhen_AnotherRoot() external {
        EpochCommitment memory c = _faulty(3);
        c.root = "x";
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_NoFaultProven.selector, c.epoch, bytes32("x")));
        payOnUsage.slashSigner(c, committee[0], "");
    }

    function test_SlashSigner_RevertWhen_NotSigned() external {
        EpochCommitment memory c = _faulty(3);
        bytes32 digest = settlement.digestOf(c);
        bytes memory by = _sign(committeeKeys[1], digest);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_InvalidSignature.selector, committee[0], digest));
        payOnUsage.slashSigner(c, committee[0], by);
    }

    function test_SlashSigner_TakesTheShareOnce() external {
        EpochCommitment memory c = _faulty(3);
        bytes memory by = _sign(committeeKeys[0], settlement.digestOf(c));
        assertEq(payOnUsage.slashSigner(c, committee[0], by), 1_000e6);
        assertEq(attestors.stakeOf(committee[0]), 9_000e6);
        assertEq(attestors.rewardOf(bob), 400e6);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_AlreadySlashed.selector, c.epoch, committee[0]));
        payOnUsage.slashSigner(c, committee[0], by);
    }

    function test_SlashSigner_TakesAllWithoutAQuorum() external {
        EpochCommitment memory c = _faulty(1);
        bytes memory by = _sign(committeeKeys[0], settlement.digestOf(c));
        assertEq(payOnUsage.slashSigner(c, committee[0], by), STAKE);
    }

    /// @dev A posted root with a leaf above the deposit, proven by bob.
    function _faulty(uint256 signatures) private returns (EpochCommitment memory c) {
        _setLeaf(_id, 21e6, 1, 0);
        c = _commitment(_nextCutoff());
        _post(c, signatures);
        LeafProof memory leaf = _ours();
        vm.prank(bob);
        payOnUsage.proveOverEscrow(c.epoch, _id, leaf);
    }
}
