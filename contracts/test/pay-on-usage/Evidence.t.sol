// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPayOnUsage as Say} from "../../src/interfaces/IPayOnUsage.sol";
import {Demand, Evidence, IntentTerms, LeafProof} from "../../src/interfaces/DataTypes.sol";
import {Demanding} from "./Demanding.sol";

contract EvidenceTest is Demanding {
    function _demand(LeafProof memory leaf) private returns (Demand memory) {
        uint32 epoch = _postLeaf(leaf, 3);
        LeafProof memory proof = _ours();
        vm.prank(bob);
        return payOnUsage.challengeEvidence(epoch, t, proof, _device());
    }

    /// @dev Another device of alice's.
    function _bind(uint256 key) private {
        vm.prank(alice);
        payOnUsage.bindDevice(vm.addr(key), uint40(block.timestamp + 60 days));
    }

    function _refuses(Demand memory demand, LeafProof memory leaf, Evidence memory e) private {
        vm.expectRevert(Say.PayOnUsage_WrongAnswer.selector);
        payOnUsage.answerEvidence(demand, t, leaf, e);
    }

    /// @dev A signature that recovers to nobody must not be a bound device's.
    function test_BindDevice_RevertWhen_Nobody() external {
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_NotBound.selector, address(this), address(0)));
        payOnUsage.bindDevice(address(0), type(uint40).max);
    }

    function test_BindDevice_RevertWhen_ItsTimeIsOver() external {
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_NotBound.selector, address(this), bob));
        payOnUsage.bindDevice(bob, uint40(block.timestamp - 1));
    }

    function test_BindDevice_IsTheCallersOnly() external {
        vm.expectEmit();
        emit Say.DeviceBound(bob, _device(), uint40(block.timestamp), type(uint40).max);
        vm.prank(bob);
        payOnUsage.bindDevice(_device(), type(uint40).max);
        assertEq(payOnUsage.boundSince(alice, bob), 0);
    }

    function test_BindDevice_ForLessTimeTakesNothingBack() external {
        vm.startPrank(bob);
        payOnUsage.bindDevice(_device(), type(uint40).max);
        vm.expectEmit();
        emit Say.DeviceBound(bob, _device(), uint40(block.timestamp), type(uint40).max);
        payOnUsage.bindDevice(_device(), uint40(block.timestamp + 1));
    }

    function test_BindDevice_KeepsTheFirstTime() external {
        uint40 since = payOnUsage.boundSince(alice, _device());
        assertEq(since, block.timestamp - 1);
        skip(1 days);
        _bind(deviceKey);
        assertEq(payOnUsage.boundSince(alice, _device()), since);
        assertEq(payOnUsage.boundSince(bob, _device()), 0);
        _bind(bobKey);
        assertEq(payOnUsage.boundSince(alice, bob), block.timestamp);
        assertEq(payOnUsage.firstBoundAt(alice), since);
        assertEq(payOnUsage.firstBoundAt(bob), 0);
    }

    function test_ChallengeEvidence_RevertGiven_NotBound() external {
        (IntentTerms memory terms, bytes32 other) = _open(bob, bobKey, 20e6, 2);
        tree.set(other, BOOK_A, 1, _leaf(4e6, 1, 0));
        uint32 epoch = _postNext(3);
        LeafProof memory leaf = tree.leafProof(BOOK_A, 1);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_NotBound.selector, bob, _device()));
        payOnUsage.challengeEvidence(epoch, terms, leaf, _device());
        // Bound now, which is after the activation.
        vm.prank(bob);
        payOnUsage.bindDevice(_device(), uint40(block.timestamp + 1 days));
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_NotBound.selector, bob, _device()));
        payOnUsage.challengeEvidence(epoch, terms, leaf, _device());
    }

    function test_ChallengeEvidence_RevertWhen_Late() external {
        uint32 epoch = _postLeaf(_leaf(3e6, 1, 0), 3);
        LeafProof memory leaf = _ours();
        uint256 until = block.timestamp + SLOW - 2 * OPEN;
        vm.warp(until + 1);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_OutsideTime.selector, until + 1, until));
        payOnUsage.challengeEvidence(epoch, t, leaf, _device());
    }

    function test_ChallengeEvidence_RevertGiven_Frozen() external {
        uint32 epoch = _postLeaf(_leaf(21e6, 1, 0), 3);
        LeafProof memory leaf = _ours();
        payOnUsage.proveOverEscrow(epoch, id, leaf);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_UnknownEpoch.selector, epoch));
        payOnUsage.challengeEvidence(epoch, t, leaf, _device());
    }

    function test_ChallengeEvidence_RevertWhen_NothingToShow() external {
        vm.prank(address(payOnUsage));
        escrow.releaseToCarrier(id, 0, 3e6);
        uint32 epoch = _postLeaf(_leaf(3e6, 1, 0), 3);
        LeafProof memory leaf = _ours();
        vm.expectRevert(Say.PayOnUsage_NoFault.selector);
        payOnUsage.challengeEvidence(epoch, t, leaf, _device());
    }

    function test_ChallengeEvidence_RevertGiven_Closed() external {
        uint32 epoch = _postLeaf(_leaf(3e6, 1, FINAL), 3);
        skip(FAST);
        LeafProof memory leaf = _ours();
        vm.prank(alice);
        escrow.refundFinal(t, epoch, leaf, false);
        epoch = _postLeaf(_leaf(3e6, 1, FINAL), 3);
        leaf = _ours();
        vm.expectRevert(Say.PayOnUsage_NoFault.selector);
        payOnUsage.challengeEvidence(epoch, t, leaf, _device());
    }

    function test_ChallengeEvidence_TakesTheBond() external {
        Demand memory demand = _demand(_leaf(3e6, 1, 0));
        assertEq(usdc.balanceOf(address(payOnUsage)), 5e6);
        assertEq(demand.device, _device());
        assertTrue(demand.leaf != 0);
    }

    function test_AnswerEvidence_RevertWhen_AnotherLeaf() external {
        (Evidence memory e, LeafProof memory leaf) = _records(1e9, 1e9, 6e6, 6e6);
        Demand memory demand = _demand(leaf);
        leaf.amount = 5e6;
        _refuses(demand, leaf, e);
    }

    function test_AnswerEvidence_RevertGiven_DataDemanded() external {
        (Evidence memory e, LeafProof memory leaf) = _records(1e9, 1e9, 6e6, 6e6);
        Demand memory demand = _challenge(bob, _postLeaf(leaf, 3));
        _refuses(demand, leaf, e);
    }

    function test_AnswerEvidence_RevertWhen_DeviceDidNotSign() external {
        (Evidence memory e, LeafProof memory leaf) = _records(1e9, 1e9, 6e6, 6e6);
        Demand memory demand = _demand(leaf);
        bytes32 digest = _digestOf(e.voucher);
        e.deviceSignature = _sign(bobKey, digest);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_InvalidSignature.selector, bob, digest));
        payOnUsage.answerEvidence(demand, t, leaf, e);
        // Bound since, but not when service began.
        _bind(bobKey);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_InvalidSignature.selector, bob, digest));
        payOnUsage.answerEvidence(demand, t, leaf, e);
    }

    /// @dev Whoever demands names one of the bound devices; the honest have the voucher of the other.
    function test_AnswerEvidence_ByAnotherBoundDevice() external {
        _bind(bobKey);
        skip(1);
        (t, id) = _open(alice, aliceKey, 20e6, 2);
        (Evidence memory e, LeafProof memory leaf) = _records(1e9, 1e9, 6e6, 6e6);
        e.deviceSignature = _sign(bobKey, _digestOf(e.voucher));
        tree.set(id, BOOK_A, 1, leaf);
        uint32 epoch = _postNext(3);
        LeafProof memory proof = tree.leafProof(BOOK_A, 1);
        vm.prank(bob);
        Demand memory demand = payOnUsage.challengeEvidence(epoch, t, proof, _device());
        payOnUsage.answerEvidence(demand, t, leaf, e);
        assertEq(payOnUsage.owedTo(address(this)), 5e6);
    }

    function test_AnswerEvidence_RevertWhen_CarrierDidNotSign() external {
        (Evidence memory e, LeafProof memory leaf) = _records(1e9, 1e9, 6e6, 6e6);
        Demand memory demand = _demand(leaf);
        bytes32 digest = _digestOfReceipt(e.receipt);
        e.carrierSignature = _sign(bobKey, digest);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_InvalidSignature.selector, e.carrierKey, digest));
        payOnUsage.answerEvidence(demand, t, leaf, e);
        // A key of the carrier, but not for usage.
        e.carrierKey = vm.addr(provisioningKey);
        e.carrierSignature = _sign(provisioningKey, digest);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_InvalidSignature.selector, e.carrierKey, digest));
        payOnUsage.answerEvidence(demand, t, leaf, e);
    }

    function test_AnswerEvidence_RevertWhen_OtherRecords() external {
        (, LeafProof memory leaf) = _records(1e9, 1e9, 6e6, 6e6);
        Demand memory demand = _demand(leaf);
        (Evidence memory e,) = _records(1e9 + 1, 1e9, 6e6, 6e6);
        _refuses(demand, leaf, e);
    }

    function test_AnswerEvidence_RevertWhen_CoSignedAboveTheVoucher() external {
        (Evidence memory e, LeafProof memory leaf) = _records(0.5e9, 0.5e9, 3.5e6, 3.5e6 + 1);
        leaf.amount = 3.5e6 + 1;
        Demand memory demand = _demand(leaf);
        _refuses(demand, leaf, e);
    }

    function test_AnswerEvidence_RevertWhen_NoCarrierReceipt() external {
        (Evidence memory e, LeafProof memory leaf) = _records(1e9, 0, 6e6, 1e6);
        Demand memory demand = _demand(leaf);
        _refuses(demand, leaf, e);
    }

    function test_AnswerEvidence_EarnsTheBond() external {
        (Evidence memory e, LeafProof memory leaf) = _records(1e9, 1e9, 6e6, 6e6);
        Demand memory demand = _demand(leaf);
        vm.prank(relayer);
        payOnUsage.answerEvidence(demand, t, leaf, e);
        assertEq(payOnUsage.owedTo(relayer), 5e6);
        assertFalse(payOnUsage.isOpenDemand(keccak256(abi.encode(demand))));
    }

    function test_AnswerEvidence_WithinTheTolerance() external {
        // 2 % above the device's figure the carrier's counts; the co-signed lane has the device's.
        (Evidence memory e, LeafProof memory leaf) = _records(0.98e9, 1e9, 6e6, 5.9e6);
        uint256 before = vm.snapshotState();
        Demand memory demand = _demand(leaf);
        payOnUsage.answerEvidence(demand, t, leaf, e);
        vm.revertToState(before);
        (e, leaf) = _records(0.979e9, 1e9, 6e6, 5.895e6);
        demand = _demand(leaf);
        _refuses(demand, leaf, e);
    }

    function test_AnswerEvidence_CarrierMetered() external {
        t = _terms(alice);
        t.salt = 9;
        t.flags = 1;
        id = _fund(t, 20e6);
        _activate(_activation(t, BOOK_A, aliceKey));
        (Evidence memory e, LeafProof memory leaf) = _records(0, 1e9, 6e6, 1e6);
        tree.set(id, BOOK_A, 1, leaf);
        uint32 epoch = _postNext(3);
        LeafProof memory proof = tree.leafProof(BOOK_A, 1);
        vm.prank(bob);
        Demand memory demand = payOnUsage.challengeEvidence(epoch, t, proof, _device());
        payOnUsage.answerEvidence(demand, t, leaf, e);
        assertEq(payOnUsage.owedTo(address(this)), 5e6);
    }

    function test_AnswerEvidence_ByARevokedKey() external {
        (Evidence memory e, LeafProof memory leaf) = _records(1e9, 1e9, 6e6, 6e6);
        Demand memory demand = _demand(leaf);
        carriers.revokeKey(1, 2, vm.addr(usageKey));
        payOnUsage.answerEvidence(demand, t, leaf, e);
    }

    function test_Timeout_OfEvidenceFreezes() external {
        Demand memory demand = _demand(_leaf(3e6, 1, 0));
        skip(OPEN + 1);
        payOnUsage.timeout(demand);
        assertEq(settlement.frozenFrom(BOOK_A), demand.epoch);
        assertEq(payOnUsage.faultOf(demand.epoch, demand.root).code, Say.challengeEvidence.selector);
        assertEq(payOnUsage.faultOf(demand.epoch, demand.root).bps, 1_000);
        assertEq(payOnUsage.owedTo(bob), 5e6);
    }

    function test_Timeout_OfEvidenceTooLate() external {
        Demand memory demand = _demand(_leaf(3e6, 1, 0));
        skip(SLOW);
        payOnUsage.timeout(demand);
        assertEq(settlement.frozenFrom(BOOK_A), 0);
        assertEq(payOnUsage.owedTo(bob), 5e6);
        assertEq(payOnUsage.faultOf(demand.epoch, demand.root).code, 0);
    }
}
