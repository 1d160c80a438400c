// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IAttestors} from "../../src/interfaces/IAttestors.sol";
import {IIntentEscrowEvents} from "../../src/interfaces/IIntentEscrowEvents.sol";
import {IPayOnUsage as Say} from "../../src/interfaces/IPayOnUsage.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {SumTree} from "../../src/libraries/SumTree.sol";
import {Demand, IntentTerms, LeafProof, RootRef} from "../../src/interfaces/DataTypes.sol";
import {TreeInMemory} from "../money/TreeInMemory.sol";
import {Demanding} from "./Demanding.sol";

contract DataTest is Demanding {
    function test_ChallengeData_RevertGiven_NotActivated() external {
        IntentTerms memory terms = _terms(bob);
        bytes32 held = _fund(terms, 5e6);
        uint32 epoch = _postLeaf(_leaf(3e6, 1, 0), 3);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_NotOpen.selector, held));
        payOnUsage.challengeData(epoch, terms);
    }

    function test_ChallengeData_RevertGiven_Frozen() external {
        uint32 epoch = _postLeaf(_leaf(21e6, 1, 0), 3);
        payOnUsage.proveOverEscrow(epoch, id, _ours());
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_UnknownEpoch.selector, epoch));
        vm.prank(bob);
        payOnUsage.challengeData(epoch, t);
    }

    function test_ChallengeData_RevertWhen_Twice() external {
        uint32 epoch = _postLeaf(_leaf(3e6, 1, 0), 3);
        Demand memory demand = _challenge(bob, epoch);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_AlreadyDemanded.selector, keccak256(abi.encode(demand))));
        _challenge(bob, epoch);
    }

    function test_ChallengeData_TakesTheBond() external {
        uint32 epoch = _postLeaf(_leaf(3e6, 1, 0), 3);
        Demand memory demand = _challenge(bob, epoch);
        assertEq(usdc.balanceOf(address(payOnUsage)), 5e6);
        assertEq(demand.openUntil, block.timestamp + OPEN);
        assertTrue(payOnUsage.isOpenDemand(keccak256(abi.encode(demand))));
    }

    function test_ChallengeData_IsCheapForThePayerOnce() external {
        uint32 epoch = _postLeaf(_leaf(3e6, 1, 0), 3);
        _challenge(alice, epoch);
        assertEq(usdc.balanceOf(address(payOnUsage)), 1e6);
        skip(1);
        _challenge(alice, epoch);
        assertEq(usdc.balanceOf(address(payOnUsage)), 6e6);
    }

    function test_AnswerData_RevertWhen_NoSuchDemand() external {
        uint32 epoch = _postLeaf(_leaf(3e6, 1, 0), 3);
        Demand memory demand = _challenge(bob, epoch);
        demand.index = 1;
        LeafProof memory leaf = _ours();
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_NoSuchDemand.selector, keccak256(abi.encode(demand))));
        payOnUsage.answerData(demand, id, leaf);
    }

    function test_AnswerData_RevertWhen_Late() external {
        uint32 epoch = _postLeaf(_leaf(3e6, 1, 0), 3);
        Demand memory demand = _challenge(bob, epoch);
        skip(OPEN + 1);
        LeafProof memory leaf = _ours();
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_OutsideTime.selector, block.timestamp, demand.openUntil));
        payOnUsage.answerData(demand, id, leaf);
    }

    function test_AnswerData_RevertGiven_EvidenceDemanded() external {
        uint32 epoch = _postLeaf(_leaf(3e6, 1, 0), 3);
        LeafProof memory leaf = _ours();
        vm.prank(bob);
        Demand memory demand = payOnUsage.challengeEvidence(epoch, t, leaf, _device());
        vm.expectRevert(Say.PayOnUsage_WrongAnswer.selector);
        payOnUsage.answerData(demand, id, leaf);
    }

    function test_AnswerData_RevertWhen_LeafWrong() external {
        uint32 epoch = _postLeaf(_leaf(3e6, 1, 0), 3);
        Demand memory demand = _challenge(bob, epoch);
        LeafProof memory leaf = _ours();
        leaf.amount = 2e6;
        vm.expectPartialRevert(SumTree.SumTree_WrongRoot.selector);
        payOnUsage.answerData(demand, id, leaf);
    }

    function test_AnswerData_EarnsTheBond() external {
        uint32 epoch = _postLeaf(_leaf(3e6, 1, 0), 3);
        Demand memory demand = _challenge(bob, epoch);
        LeafProof memory leaf = _ours();
        vm.expectEmit();
        emit Say.DemandEnded(keccak256(abi.encode(demand)), true, relayer);
        vm.expectEmit();
        emit Say.DataShown(epoch, BOOK_A, 0, id);
        vm.prank(relayer);
        payOnUsage.answerData(demand, id, leaf);
        assertEq(payOnUsage.owedTo(relayer), 5e6);
        skip(OPEN + 1);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_NoSuchDemand.selector, keccak256(abi.encode(demand))));
        payOnUsage.timeout(demand);
    }

    function test_AnswerData_ThereIsNone() external {
        uint32 epoch = _postNext(3);
        Demand memory demand = _challenge(bob, epoch);
        payOnUsage.answerData(demand, id, _ours());
        assertEq(payOnUsage.owedTo(address(this)), 5e6);
    }

    function test_Timeout_RevertWhen_Early() external {
        uint32 epoch = _postLeaf(_leaf(3e6, 1, 0), 3);
        Demand memory demand = _challenge(bob, epoch);
        skip(OPEN);
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_OutsideTime.selector, block.timestamp, demand.openUntil));
        payOnUsage.timeout(demand);
    }

    function test_Timeout_OfDataFreezes() external {
        uint32 good = _postLeaf(_leaf(2e6, 1, 0), 3);
        uint32 epoch = _postLeaf(_leaf(3e6, 2, 0), 3);
        Demand memory demand = _challenge(bob, epoch);
        skip(OPEN + 1);
        vm.expectEmit();
        emit Say.FaultProven(epoch, BOOK_A, Say.challengeData.selector, bob);
        payOnUsage.timeout(demand);
        assertEq(settlement.frozenFrom(BOOK_A), epoch);
        assertEq(escrow.leafEpochs(BOOK_A)[0], good);
        assertEq(_slash(0), 1_000e6);
        assertEq(attestors.rewardOf(bob), 400e6);
    }

    function test_Timeout_OfDataTakesARootBack() external {
        uint32 epoch = _postLeaf(_leaf(3e6, 2, 0), 1);
        skip(1 hours);
        Demand memory demand = _challenge(bob, epoch);
        skip(OPEN + 1);
        payOnUsage.timeout(demand);
        assertEq(settlement.latest(), 0);
        assertEq(settlement.frozenFrom(BOOK_A), 0);
        assertEq(payOnUsage.faultOf(epoch, posted.root).bps, 1_000);
    }

    function test_Timeout_OfDataExcuses() external {
        uint32 epoch = _postLeaf(_leaf(3e6, 2, 0), 3);
        skip(SLOW);
        Demand memory demand = _challenge(alice, epoch);
        skip(OPEN + 1);
        vm.expectEmit();
        emit Say.Excused(epoch, BOOK_A, 0);
        payOnUsage.timeout(demand);
        assertEq(settlement.frozenFrom(BOOK_A), 0);
        RootRef memory ref = RootRef(posted.root, posted.total, posted.coSigned, epoch);
        assertTrue(payOnUsage.isExcused(ref, BOOK_A, 0));
        assertFalse(payOnUsage.isExcused(ref, BOOK_A, 1));
        assertFalse(payOnUsage.isExcused(ref, BOOK_B, 0));
        assertEq(payOnUsage.faultOf(epoch, posted.root).code, 0);
    }

    function test_Timeout_GivenVoided() external {
        uint32 epoch = _postLeaf(_leaf(21e6, 2, 0), 1);
        skip(1 hours);
        Demand memory demand = _challenge(bob, epoch);
        payOnUsage.proveOverEscrow(epoch, id, _ours());
        skip(OPEN + 1);
        payOnUsage.timeout(demand);
        assertEq(payOnUsage.owedTo(bob), 5e6);
        assertEq(payOnUsage.faultOf(epoch, posted.root).code, Say.proveOverEscrow.selector);
    }

    function test_Timeout_ReturnsTheBond() external {
        uint32 epoch = _postLeaf(_leaf(3e6, 2, 0), 3);
        Demand memory demand = _challenge(bob, epoch);
        skip(OPEN + 1);
        vm.prank(relayer);
        payOnUsage.timeout(demand);
        assertEq(payOnUsage.owedTo(bob), 5e6);
        assertEq(payOnUsage.owedTo(relayer), 0);
    }

    function test_WithdrawOwed_PaysOnce() external {
        _withheldBefore(bob);
        uint256 before = usdc.balanceOf(bob);
        vm.startPrank(bob);
        assertEq(payOnUsage.withdrawOwed(), 5e6);
        assertEq(payOnUsage.withdrawOwed(), 0);
        assertEq(usdc.balanceOf(bob), before + 5e6);
        assertEq(usdc.balanceOf(address(payOnUsage)), 0);
    }

    function test_Restore_RevertGiven_NotFrozen() external {
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_NotFrozen.selector, BOOK_A));
        payOnUsage.restore(BOOK_A);
    }

    function test_Restore_FillsTheBook() external {
        _withheldBefore(bob);
        assertEq(_slash(0) + _slash(1), 2_000e6);
        assertEq(payOnUsage.restitutionOf(BOOK_A), 800e6);
        uint64 before = escrow.bookOf(BOOK_A).ceiling;
        vm.expectEmit();
        emit IIntentEscrowEvents.BookReplenished(BOOK_A, 800e6, address(payOnUsage));
        payOnUsage.restore(BOOK_A);
        assertEq(escrow.bookOf(BOOK_A).ceiling, before + 800e6);
        assertEq(attestors.sweepReserve(), 400e6, "20 % are the treasury's");
    }

    function test_Attestors_PayRestitution_RevertWhen_NotSlasher() external {
        vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
        vm.prank(bob);
        attestors.payRestitution(bob, 1);
    }

    function test_Attestors_PayRestitution_PaysWhatTheReserveHas() external {
        vm.prank(address(payOnUsage));
        assertEq(attestors.payRestitution(bob, 1), 0);
        _withheldBefore(bob);
        _slash(0);
        uint96 reserve = attestors.reserve();
        uint256 before = usdc.balanceOf(bob);
        vm.prank(address(payOnUsage));
        assertEq(attestors.payRestitution(bob, reserve + 1), reserve);
        assertEq(usdc.balanceOf(bob), before + reserve);
        assertEq(attestors.reserve(), 0);
    }

    function test_Attestors_PayRestitution_Pays() external {
        _withheldBefore(bob);
        _slash(0);
        uint256 before = usdc.balanceOf(bob);
        vm.expectEmit();
        emit IAttestors.RestitutionPaid(bob, 200e6);
        vm.prank(address(payOnUsage));
        attestors.payRestitution(bob, 200e6);
        assertEq(usdc.balanceOf(bob), before + 200e6);
    }

    /// @dev A11: an attestor that proves its own fault, and a light one first, loses as much and gets at most 40 % of it.
    function test_SelfChallengeDoesNotPay() external {
        uint32 epoch = _postLeaf(_leaf(21e6, 2, 0), 1);
        skip(1 hours);
        address self = committee[0];
        usdc.mint(self, 5e6);
        vm.startPrank(self);
        usdc.approve(address(payOnUsage), 5e6);
        Demand memory demand = payOnUsage.challengeData(epoch, t);
        vm.stopPrank();
        skip(OPEN + 1);
        LeafProof memory leaf = _ours();
        vm.prank(self);
        payOnUsage.timeout(demand);
        assertEq(_slash(0), 1_000e6);
        // The root is gone, and with it what else was wrong in it: others had the twelve hours to prove that first.
        vm.expectRevert(abi.encodeWithSelector(Say.PayOnUsage_AlreadySlashed.selector, epoch, self));
        this.slashAgain();
        assertEq(attestors.rewardOf(self), 400e6);
        assertEq(attestors.stakeOf(self), 9_000e6);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_EpochVoided.selector, epoch));
        payOnUsage.proveOverEscrow(epoch, id, leaf);
    }

    function slashAgain() external {
        _slash(0);
    }

    /// @dev A leaf that was hidden costs a tenth; that a sum of the same root is wrong, proven later, a fifth in all.
    function test_SlashSigner_TakesTheDifferenceOfAGraverFault() external {
        tree.set(id, BOOK_A, 0, _leaf(3e6, 1, 0));
        uint256 place = (uint256(BOOK_B) << 20) >> 4;
        tree.setNode(4, place, TreeInMemory.Node(keccak256(new bytes(96)), 9e6, 0));
        uint32 epoch = _nextCutoff();
        posted = _commitment(epoch);
        _post(posted, 3);
        Demand memory demand = _challenge(bob, epoch);
        skip(OPEN + 1);
        payOnUsage.timeout(demand);
        assertEq(_slash(0), 1_000e6);
        payOnUsage.proveSumMismatch(epoch, 4, uint32(place), tree.nodeProofAt(4, place), new bytes(96));
        assertEq(_slash(0), 1_000.8e6);
        assertEq(attestors.stakeOf(committee[0]), 7_999.2e6);
        assertEq(_slash(1), 2_000e6);
    }

    function _withheldBefore(address challenger) internal {
        uint32 epoch = _postLeaf(_leaf(3e6, 2, 0), 3);
        Demand memory demand = _challenge(challenger, epoch);
        skip(OPEN + 1);
        payOnUsage.timeout(demand);
    }
}
