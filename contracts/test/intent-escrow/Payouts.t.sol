// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIntentEscrowEvents as Say} from "../../src/interfaces/IIntentEscrowEvents.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {IntentState, IntentTerms, LeafProof, NodeProof} from "../../src/interfaces/DataTypes.sol";
import {SumTree} from "../../src/libraries/SumTree.sol";
import {Statements} from "../money/Statements.sol";

contract PayoutsTest is Statements {
    IntentTerms private _t;
    bytes32 private _id;

    function setUp() public override {
        super.setUp();
        (_t, _id) = _open(alice, aliceKey, 20e6, 1);
    }

    function _posted(uint64 amount, uint32 seq, uint256 signatures) private returns (uint32 epoch, NodeProof memory) {
        _setLeaf(_id, amount, seq, 0);
        epoch = _postNext(signatures);
        return (epoch, tree.nodeProof(BOOK_A));
    }

    function test_Claim_RevertGiven_UnknownEpoch() external {
        NodeProof memory node = tree.nodeProof(BOOK_A);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_UnknownEpoch.selector, 7));
        escrow.claim(7, BOOK_A, node);
    }

    function test_Claim_RevertGiven_NotFinal() external {
        (uint32 epoch, NodeProof memory node) = _posted(6e6, 1, 3);
        skip(FAST - 1);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotFinal.selector, epoch, BOOK_A));
        escrow.claim(epoch, BOOK_A, node);
    }

    function test_Claim_RevertGiven_NoQuorum() external {
        (uint32 epoch, NodeProof memory node) = _posted(6e6, 1, 1);
        skip(SLOW - 1);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotFinal.selector, epoch, BOOK_A));
        escrow.claim(epoch, BOOK_A, node);
        skip(1);
        assertEq(escrow.claim(epoch, BOOK_A, node), 6e6);
    }

    function test_Claim_RevertGiven_BookFrozen() external {
        (uint32 epoch, NodeProof memory node) = _posted(6e6, 1, 3);
        vm.prank(address(payOnUsage));
        settlement.freezeBook(BOOK_A, epoch, "why");
        skip(SLOW);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotFinal.selector, epoch, BOOK_A));
        escrow.claim(epoch, BOOK_A, node);
    }

    function test_Claim_RevertWhen_NodeWrong() external {
        tree.set(keccak256("x"), BOOK_B, 0, _leaf(9e6, 1, 0));
        (uint32 epoch, NodeProof memory node) = _posted(6e6, 1, 3);
        skip(FAST);
        vm.expectPartialRevert(SumTree.SumTree_WrongRoot.selector);
        escrow.claim(epoch, BOOK_B, node);
        node.total += 1;
        vm.expectPartialRevert(SumTree.SumTree_WrongRoot.selector);
        escrow.claim(epoch, BOOK_A, node);
    }

    function test_Claim_FastPaysTheCoSignedLane() external {
        LeafProof memory leaf = _leaf(6e6, 1, 0);
        leaf.coSigned = 4e6;
        tree.set(_id, BOOK_A, 0, leaf);
        uint32 epoch = _postNext(3);
        skip(FAST);
        assertEq(escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A)), 4e6);
        assertEq(usdc.balanceOf(payoutA), 3.96e6);
    }

    function test_Claim_FastStopsAtTheOutflowCap() external {
        for (uint256 i = 0; i < 12; ++i) {
            (, bytes32 id) = _open(bob, bobKey, 50e6, 100 + i);
            _setLeaf(id, 50e6, 1, 0);
        }
        (uint32 epoch, NodeProof memory node) = _posted(6e6, 1, 3);
        skip(FAST);
        assertEq(escrow.claim(epoch, BOOK_A, node), LIMIT);
        assertEq(escrow.claim(epoch, BOOK_A, node), 0);
        assertEq(escrow.outflowOf(BOOK_A).used, LIMIT);
        skip(SLOW - FAST);
        assertEq(escrow.claim(epoch, BOOK_A, node), 606e6 - LIMIT);
    }

    function test_Claim_FastStopsAtTheSignersStake() external {
        // Two of three signers staked 20,000; half of that may be paid before the slow window.
        (uint32 epoch, NodeProof memory node) = _posted(6e6, 1, 2);
        skip(FAST);
        vm.prank(address(escrow));
        assertEq(settlement.spendFast(epoch, 10_001e6 - 4e6), 10_001e6 - 4e6);
        uint64 paid = escrow.claim(epoch, BOOK_A, node);
        // 6,667 basis points of 30,000 staked, half of it: 10,000.5.
        assertEq(paid, 3.5e6);
        skip(SLOW - FAST);
        assertEq(escrow.claim(epoch, BOOK_A, node), 2.5e6);
    }

    function test_Claim_SlowPaysTheTotal() external {
        LeafProof memory leaf = _leaf(6e6, 1, 2);
        leaf.coSigned = 0;
        tree.set(_id, BOOK_A, 0, leaf);
        uint32 epoch = _postNext(3);
        skip(FAST);
        NodeProof memory node = tree.nodeProof(BOOK_A);
        assertEq(escrow.claim(epoch, BOOK_A, node), 0);
        skip(SLOW - FAST);
        vm.expectEmit();
        emit Say.CarrierPaid(BOOK_A, epoch, 6e6, 0.06e6, payoutA);
        assertEq(escrow.claim(epoch, BOOK_A, node), 6e6);
        assertEq(escrow.bookOf(BOOK_A).claimedEpoch, epoch);
    }

    function test_Claim_TwicePaysOnce() external {
        (uint32 epoch, NodeProof memory node) = _posted(6e6, 1, 3);
        skip(FAST);
        assertEq(escrow.claim(epoch, BOOK_A, node), 6e6);
        assertEq(escrow.claim(epoch, BOOK_A, node), 0);
        assertEq(usdc.balanceOf(payoutA), 5.94e6);
    }

    function test_Claim_SkippingEpochsPaysTheSame() external {
        _posted(2e6, 1, 3);
        _posted(3e6, 2, 3);
        (uint32 epoch, NodeProof memory node) = _posted(6e6, 3, 3);
        skip(FAST);
        assertEq(escrow.claim(epoch, BOOK_A, node), 6e6);
    }

    function test_Claim_AfterAVoucherPaysTheDifference() external {
        vm.prank(address(payOnUsage));
        escrow.releaseToCarrier(_id, 0, 5e6);
        (uint32 epoch, NodeProof memory node) = _posted(3e6, 1, 3);
        skip(FAST);
        assertEq(escrow.claim(epoch, BOOK_A, node), 0);
        (epoch, node) = _posted(7e6, 2, 3);
        skip(FAST);
        assertEq(escrow.claim(epoch, BOOK_A, node), 2e6);
    }

    function test_Claim_NeverTakesAnotherBooksMoney() external {
        IntentTerms memory terms = _terms(bob);
        _fund(terms, 50e6);
        _activate(_activation(terms, BOOK_B, bobKey));
        tree.set(keccak256("phantom"), BOOK_A, 7, _leaf(60e6, 1, 0));
        (uint32 epoch, NodeProof memory node) = _posted(6e6, 1, 3);
        skip(SLOW);
        assertEq(escrow.claim(epoch, BOOK_A, node), 20e6);
        assertEq(escrow.bookOf(BOOK_B).ceiling, 50e6);
        assertEq(usdc.balanceOf(address(escrow)), 50e6 + escrow.feesOf(BOOK_A));
    }

    function test_Claim_LeavesWhatExitsHold() external {
        vm.prank(alice);
        escrow.requestExit(_t, 2e6, new LeafProof[](0));
        (uint32 epoch, NodeProof memory node) = _posted(15e6, 1, 3);
        skip(SLOW);
        assertEq(escrow.claim(epoch, BOOK_A, node), 2e6);
    }

    function test_Claim_RevertWhen_PayoutFlagged() external {
        (uint32 epoch, NodeProof memory node) = _posted(6e6, 1, 3);
        skip(FAST);
        sanctions.setSanctioned(payoutA, true);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_Refused.selector, payoutA, 2));
        escrow.claim(epoch, BOOK_A, node);
    }

    function testFuzz_Claim_FeeOfPartsIsFeeOfTheSum(uint64[4] memory parts) external {
        uint64 sum;
        for (uint256 i = 0; i < 4; ++i) {
            sum += uint64(bound(parts[i], 0, 5e6));
            (uint32 epoch, NodeProof memory node) = _posted(sum, uint32(i + 1), 3);
            skip(FAST);
            escrow.claim(epoch, BOOK_A, node);
        }
        assertEq(escrow.bookOf(BOOK_A).claimed, sum);
        assertEq(escrow.feesOf(BOOK_A), (uint256(sum) * FEE_BPS) / 10_000);
        assertEq(usdc.balanceOf(payoutA), sum - escrow.feesOf(BOOK_A));
    }

    function test_ReleaseToCarrier_RevertWhen_NotPayOnUsage() external {
        vm.expectRevert(
            abi.encodeWithSelector(Say.IntentEscrow_NotPayOnUsage.selector, address(this), address(payOnUsage))
        );
        escrow.releaseToCarrier(_id, 0, 1);
    }

    function test_ReleaseToCarrier_RevertGiven_NotOpen() external {
        vm.expectRevert(
            abi.encodeWithSelector(
                Say.IntentEscrow_WrongState.selector, bytes32("x"), IntentState.None, IntentState.Open
            )
        );
        vm.prank(address(payOnUsage));
        escrow.releaseToCarrier("x", 0, 1);
    }

    function test_ReleaseToCarrier_RevertGiven_PostingWindow() external {
        _nextCutoff();
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_PostingWindow.selector, block.timestamp + POSTING));
        vm.prank(address(payOnUsage));
        escrow.releaseToCarrier(_id, 0, 1);
    }

    function test_ReleaseToCarrier_RevertGiven_OutflowCap() external {
        _posted(1e6, 1, 1);
        skip(POSTING + 1);
        vm.startPrank(address(payOnUsage));
        escrow.releaseToCarrier(_id, 0, 5e6);
        assertEq(escrow.outflowOf(BOOK_A).used, 5e6);
        // The window's word: used 64 | cap 64 | mean 64 | since 40.
        bytes32 slot = keccak256(abi.encode(uint256(BOOK_A), uint256(2)));
        vm.store(address(escrow), slot, bytes32((uint256(5e6) << 168) | (uint256(8e6) << 104) | block.timestamp));
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_OutflowCap.selector, 3e6, 4e6));
        escrow.releaseToCarrier(_id, 0, 9e6);
    }

    function test_ReleaseToCarrier_PaysAboveTheBase() external {
        vm.startPrank(address(payOnUsage));
        assertEq(escrow.releaseToCarrier(_id, 2e6, 5e6), 3e6);
        assertEq(escrow.intentOf(_id).settled, 5e6);
        assertEq(escrow.bookOf(BOOK_A).claimed, 3e6);
        assertEq(escrow.releaseToCarrier(_id, 2e6, 5e6), 0);
        vm.expectEmit();
        emit Say.VoucherReleased(_id, 6e6, 1e6, 0.01e6, payoutA);
        assertEq(escrow.releaseToCarrier(_id, 2e6, 6e6), 1e6);
    }

    function test_ReleaseToCarrier_PaysNoMoreThanTheDeposit() external {
        vm.prank(address(payOnUsage));
        assertEq(escrow.releaseToCarrier(_id, 0, type(uint64).max), 20e6);
    }

    function test_WithdrawBalance_RevertWhen_Zero() external {
        vm.expectRevert(Say.IntentEscrow_ZeroAmount.selector);
        escrow.withdrawBalance(0, alice);
    }

    function test_WithdrawBalance_RevertGiven_InsufficientBalance() external {
        _creditAlice();
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_InsufficientBalance.selector, 8e6, 9e6));
        vm.prank(alice);
        escrow.withdrawBalance(9e6, alice);
    }

    function test_WithdrawBalance_RevertWhen_Flagged() external {
        _creditAlice();
        sanctions.setSanctioned(alice, true);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_Refused.selector, alice, 5));
        vm.prank(alice);
        escrow.withdrawBalance(1e6, bob);
        sanctions.setSanctioned(alice, false);
        sanctions.setSanctioned(bob, true);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_Refused.selector, bob, 5));
        vm.prank(alice);
        escrow.withdrawBalance(1e6, bob);
    }

    function test_WithdrawBalance_WhenComplianceIsSilent() external {
        _creditAlice();
        vm.etch(address(compliance), hex"fe");
        vm.prank(alice);
        escrow.withdrawBalance(8e6, alice);
        assertEq(escrow.balanceOf(alice), 0);
    }

    function test_WithdrawBalance_Sends() external {
        _creditAlice();
        vm.prank(alice);
        escrow.withdrawBalance(3e6, bob);
        assertEq(escrow.balanceOf(alice), 5e6);
        assertEq(usdc.balanceOf(bob), 10_003e6);
    }

    function test_SweepFees_NothingOwed() external {
        assertEq(escrow.sweepFees(_books()), 0);
    }

    function test_SweepFees_SendsOnce() external {
        (uint32 epoch, NodeProof memory node) = _posted(6e6, 1, 3);
        skip(FAST);
        escrow.claim(epoch, BOOK_A, node);
        vm.expectEmit();
        emit Say.FeesSwept(0.06e6, treasury);
        assertEq(escrow.sweepFees(_books()), 0.06e6);
        assertEq(escrow.sweepFees(_books()), 0);
        assertEq(usdc.balanceOf(treasury), 0.06e6);
    }

    function test_SweepFees_SameBookTwice() external {
        (uint32 epoch, NodeProof memory node) = _posted(6e6, 1, 3);
        skip(FAST);
        escrow.claim(epoch, BOOK_A, node);
        uint32[] memory twice = new uint32[](2);
        (twice[0], twice[1]) = (BOOK_A, BOOK_A);
        assertEq(escrow.sweepFees(twice), 0.06e6);
    }

    function _creditAlice() private {
        IntentTerms memory terms = _terms(alice);
        terms.salt = 42;
        _fund(terms, 8e6);
        usdc.blacklist(alice);
        vm.prank(alice);
        escrow.refund(terms);
        usdc.unBlacklist(alice);
    }
}
