// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIntentEscrowEvents as Say} from "../../src/interfaces/IIntentEscrowEvents.sol";
import {CloseConsent, IntentRecord, IntentState, IntentTerms, LeafProof} from "../../src/interfaces/DataTypes.sol";
import {SumTree} from "../../src/libraries/SumTree.sol";
import {Statements} from "../money/Statements.sol";

contract ClosesTest is Statements {
    IntentTerms private _t;
    bytes32 private _id;

    function setUp() public override {
        super.setUp();
        (_t, _id) = _open(alice, aliceKey, 20e6, 1);
    }

    function _finalEpoch(uint64 amount) private returns (uint32 epoch) {
        _setLeaf(_id, amount, 1, FINAL);
        epoch = _postNext(3);
        skip(FAST);
    }

    function test_RefundFinal_RevertGiven_NotOpen() external {
        uint32 epoch = _finalEpoch(6e6);
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        vm.prank(alice);
        escrow.refundFinal(_t, epoch, leaf, false);
        vm.expectRevert(
            abi.encodeWithSelector(Say.IntentEscrow_WrongState.selector, _id, IntentState.Closed, IntentState.Open)
        );
        escrow.refundFinal(_t, epoch, leaf, false);
    }

    function test_RefundFinal_RevertGiven_PostingWindow() external {
        uint32 epoch = _finalEpoch(6e6);
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        _nextCutoff();
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_PostingWindow.selector, block.timestamp + POSTING));
        escrow.refundFinal(_t, epoch, leaf, false);
        skip(POSTING + 1);
        vm.prank(alice);
        escrow.refundFinal(_t, epoch, leaf, false);
    }

    function test_RefundFinal_RevertGiven_NotFinal() external {
        _setLeaf(_id, 6e6, 1, FINAL);
        uint32 epoch = _postNext(3);
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        skip(FAST - 1);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotFinal.selector, epoch, BOOK_A));
        escrow.refundFinal(_t, epoch, leaf, false);
    }

    function test_RefundFinal_RevertGiven_StaleEpoch() external {
        uint32 older = _finalEpoch(6e6);
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        (, bytes32 other) = _open(bob, bobKey, 20e6, 2);
        _setLeaf(other, 2e6, 1, 0);
        uint32 newer = _postNext(3);
        skip(FAST);
        escrow.claim(newer, BOOK_A, tree.nodeProof(BOOK_A));
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_StaleEpoch.selector, older, newer));
        escrow.refundFinal(_t, older, leaf, false);
        vm.startPrank(alice);
        assertEq(escrow.refundFinal(_t, newer, tree.leafProof(BOOK_A, 0), false), 14e6);
    }

    function test_RefundFinal_RevertWhen_LeafNotFinal() external {
        _setLeaf(_id, 6e6, 1, 2);
        uint32 epoch = _postNext(3);
        skip(FAST);
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_LeafNotFinal.selector, 2));
        escrow.refundFinal(_t, epoch, leaf, false);
    }

    function test_RefundFinal_RevertWhen_LeafWrong() external {
        uint32 epoch = _finalEpoch(6e6);
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        leaf.amount = 5e6;
        vm.expectPartialRevert(SumTree.SumTree_WrongRoot.selector);
        escrow.refundFinal(_t, epoch, leaf, false);
    }

    function test_RefundFinal_RevertWhen_LeafAboveDeposit() external {
        uint32 epoch = _finalEpoch(21e6);
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_ChargeTooHigh.selector, 21e6, 20e6));
        escrow.refundFinal(_t, epoch, leaf, false);
    }

    function test_RefundFinal_RevertGiven_BookShort() external {
        // A corrupt root charges a leaf that belongs to nobody, and the carrier claims from it.
        tree.set(keccak256("phantom"), BOOK_A, 7, _leaf(12e6, 1, 0));
        uint32 epoch = _finalEpoch(6e6);
        escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A));
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_BookShort.selector, 2e6, 14e6));
        escrow.refundFinal(_t, epoch, leaf, false);
    }

    function test_RefundFinal_ReturnsTheRest() external {
        uint32 epoch = _finalEpoch(6e6);
        skip(SLOW - 2 hours);
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        vm.prank(relayer);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotPayer.selector, relayer, alice));
        escrow.refundFinal(_t, epoch, leaf, false);
        skip(2 hours);
        vm.expectEmit();
        emit Say.IntentClosed(_id, 6e6, 14e6, 1);
        vm.prank(relayer);
        escrow.refundFinal(_t, epoch, leaf, false);
        IntentRecord memory intent = escrow.intentOf(_id);
        assertEq(intent.settled, 6e6);
        assertEq(intent.closedAt, block.timestamp);
        assertEq(usdc.balanceOf(alice), 10_000e6 - 6e6);
        // The carrier's part stays for its claim.
        assertEq(escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A)), 6e6);
    }

    function test_RefundFinal_ChargesTheWatermark() external {
        vm.prank(address(payOnUsage));
        escrow.releaseToCarrier(_id, 0, 8e6);
        uint32 epoch = _finalEpoch(6e6);
        vm.startPrank(alice);
        escrow.refundFinal(_t, epoch, tree.leafProof(BOOK_A, 0), false);
        vm.stopPrank();
        assertEq(escrow.intentOf(_id).settled, 8e6);
    }

    function test_RefundFinal_ChargesTheFeeAtLeast() external {
        uint32 epoch = _finalEpoch(1);
        vm.startPrank(alice);
        escrow.refundFinal(_t, epoch, tree.leafProof(BOOK_A, 0), false);
        vm.stopPrank();
        assertEq(escrow.intentOf(_id).settled, _t.activationFee);
    }

    function test_RefundFinal_ToTheBalance() external {
        uint32 epoch = _finalEpoch(6e6);
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        vm.prank(alice);
        escrow.refundFinal(_t, epoch, leaf, true);
        assertEq(escrow.balanceOf(alice), 14e6);
    }

    function test_RefundFinal_StrangerCannotChooseTheBalance() external {
        uint32 epoch = _finalEpoch(6e6);
        skip(SLOW);
        escrow.refundFinal(_t, epoch, tree.leafProof(BOOK_A, 0), true);
        assertEq(escrow.balanceOf(alice), 0);
        assertEq(usdc.balanceOf(alice), 10_000e6 - 6e6);
    }

    function testFuzz_RefundFinal_SplitsTheDeposit(uint64 amount) external {
        amount = uint64(bound(amount, 0, 20e6));
        uint32 epoch = _finalEpoch(amount);
        vm.startPrank(alice);
        uint64 refunded = escrow.refundFinal(_t, epoch, tree.leafProof(BOOK_A, 0), false);
        vm.stopPrank();
        uint64 paid = escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A));
        IntentRecord memory intent = escrow.intentOf(_id);
        assertEq(refunded + intent.settled, intent.funded);
        assertEq(paid, amount);
        assertLe(paid, intent.settled);
    }

    function test_CloseInstant_RevertWhen_CarrierDidNotSign() external {
        CloseConsent memory consent = _consent(5e6);
        bytes32 digest = _digestOf(consent);
        vm.expectRevert(
            abi.encodeWithSelector(Say.IntentEscrow_InvalidCarrierSignature.selector, vm.addr(usageKey), digest)
        );
        vm.prank(alice);
        escrow.closeInstant(_t, consent, vm.addr(usageKey), _sign(bobKey, digest), "", new LeafProof[](0), false);
    }

    function test_CloseInstant_RevertWhen_KeyOfAnotherRole() external {
        CloseConsent memory consent = _consent(5e6);
        bytes memory signature = _sign(provisioningKey, _digestOf(consent));
        address key = vm.addr(provisioningKey);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotCarrierKey.selector, BOOK_A, 2, key));
        vm.prank(alice);
        escrow.closeInstant(_t, consent, key, signature, "", new LeafProof[](0), false);
    }

    function test_CloseInstant_RevertWhen_PayerDidNotSign() external {
        CloseConsent memory consent = _consent(5e6);
        _closeReverts(
            relayer,
            consent,
            bobKey,
            abi.encodeWithSelector(Say.IntentEscrow_InvalidPayerSignature.selector, alice, _digestOf(consent))
        );
    }

    function test_CloseInstant_RevertWhen_AnotherIntent() external {
        CloseConsent memory consent = _consent(5e6);
        consent.intentId = keccak256("another");
        _closeReverts(
            alice,
            consent,
            aliceKey,
            abi.encodeWithSelector(Say.IntentEscrow_IntentMismatch.selector, consent.intentId, _id)
        );
    }

    function test_CloseInstant_RevertWhen_Expired() external {
        CloseConsent memory consent = _consent(5e6);
        skip(1 hours + 1);
        _closeReverts(
            alice,
            consent,
            aliceKey,
            abi.encodeWithSelector(Say.IntentEscrow_Expired.selector, block.timestamp, consent.validUntil)
        );
    }

    function test_CloseInstant_RevertWhen_BelowTheLeaf() external {
        _setLeaf(_id, 6e6, 1, 0);
        _postNext(3);
        _closeReverts(
            alice,
            _consent(6e6 - 1),
            aliceKey,
            abi.encodeWithSelector(Say.IntentEscrow_ChargeTooLow.selector, 6e6 - 1, 6e6)
        );
    }

    function test_CloseInstant_RevertWhen_BelowTheWatermark() external {
        vm.prank(address(payOnUsage));
        escrow.releaseToCarrier(_id, 0, 8e6);
        _closeReverts(
            alice, _consent(7e6), aliceKey, abi.encodeWithSelector(Say.IntentEscrow_ChargeTooLow.selector, 7e6, 8e6)
        );
    }

    function test_CloseInstant_RevertWhen_BelowTheFee() external {
        _closeReverts(
            alice, _consent(0), aliceKey, abi.encodeWithSelector(Say.IntentEscrow_ChargeTooLow.selector, 0, 1e6)
        );
    }

    function test_CloseInstant_RevertWhen_AboveTheDeposit() external {
        _closeReverts(
            alice,
            _consent(20e6 + 1),
            aliceKey,
            abi.encodeWithSelector(Say.IntentEscrow_ChargeTooHigh.selector, 20e6 + 1, 20e6)
        );
    }

    function test_CloseInstant_RevertWhen_LeavesMissing() external {
        _setLeaf(_id, 6e6, 1, 0);
        _postNext(3);
        CloseConsent memory consent = _consent(6e6);
        bytes memory signature = _sign(usageKey, _digestOf(consent));
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_LeafCount.selector, 0, 1));
        vm.prank(alice);
        escrow.closeInstant(_t, consent, vm.addr(usageKey), signature, "", new LeafProof[](0), false);
    }

    function test_CloseInstant_RevertGiven_PostingWindow() external {
        _nextCutoff();
        _closeReverts(
            alice,
            _consent(5e6),
            aliceKey,
            abi.encodeWithSelector(Say.IntentEscrow_PostingWindow.selector, block.timestamp + POSTING)
        );
    }

    function test_CloseInstant_NeedsAllRootsThatCount() external {
        // The claimed root holds 6, a corrupt later one 3, the newest 4: the highest counts.
        LeafProof[] memory leaves = new LeafProof[](3);
        uint64[3] memory amounts = [uint64(6e6), 3e6, 4e6];
        tree.set(keccak256("phantom"), BOOK_B, 7, _leaf(50e6, 1, 0));
        for (uint256 i = 0; i < 3; ++i) {
            tree.set(keccak256("phantom"), BOOK_B, 7, _leaf(uint64(50e6 + 10e6 * i), 1, 0));
            _setLeaf(_id, amounts[i], uint32(i + 1), 0);
            uint32 epoch = _postNext(3);
            leaves[2 - i] = tree.leafProof(BOOK_A, 0);
            if (i == 2) break;
            skip(FAST);
            if (i == 0) escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A));
        }
        assertEq(escrow.leafEpochs(BOOK_A).length, 3);
        CloseConsent memory consent = _consent(5e6);
        bytes memory signature = _sign(usageKey, _digestOf(consent));
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_ChargeTooLow.selector, 5e6, 6e6));
        escrow.closeInstant(_t, consent, vm.addr(usageKey), signature, "", leaves, false);
        consent.finalAmount = 6e6;
        signature = _sign(usageKey, _digestOf(consent));
        assertEq(escrow.closeInstant(_t, consent, vm.addr(usageKey), signature, "", leaves, false), 14e6);
    }

    function test_CloseInstant_RevertGiven_OutflowCap() external {
        for (uint256 i = 0; i < 11; ++i) {
            _open(bob, bobKey, 50e6, 100 + i);
        }
        _postNext(1);
        skip(POSTING + 1);
        // 550 in the book: the floor of 500 is the cap. Ten closes of 49 leave 10.
        for (uint256 i = 0; i < 11; ++i) {
            IntentTerms memory terms = _terms(bob);
            terms.salt = 100 + i;
            terms.provisionBy = _t.provisionBy;
            terms.deadline = _t.deadline;
            CloseConsent memory consent = _consent(1e6);
            consent.intentId = escrow.intentIdOf(terms);
            bytes memory signature = _sign(usageKey, _digestOf(consent));
            LeafProof[] memory leaves = _leafProofs(consent.intentId);
            if (i == 10) vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_OutflowCap.selector, 10e6, 49e6));
            vm.prank(bob);
            escrow.closeInstant(terms, consent, vm.addr(usageKey), signature, "", leaves, false);
        }
    }

    function test_CloseInstant_ByThePayer() external {
        _setLeaf(_id, 6e6, 1, 0);
        _postNext(3);
        assertEq(_close(alice, _consent(7e6), bobKey), 13e6);
        assertEq(usdc.balanceOf(alice), 10_000e6 - 7e6);
        assertEq(uint8(_stateOf(_id)), uint8(IntentState.Closed));
    }

    function test_CloseInstant_ByAnybodyWithBothSignatures() external {
        assertEq(_close(relayer, _consent(2e6), aliceKey), 18e6);
        assertEq(escrow.intentOf(_id).settled, 2e6);
    }

    function _consent(uint64 amount) private view returns (CloseConsent memory) {
        return CloseConsent(_id, amount, 1, uint40(block.timestamp + 1 hours));
    }

    function _close(address caller, CloseConsent memory consent, uint256 payerKey) private returns (uint64) {
        return _send(caller, consent, payerKey, "");
    }

    function _closeReverts(address caller, CloseConsent memory consent, uint256 payerKey, bytes memory error) private {
        _send(caller, consent, payerKey, error);
    }

    /// @dev Everything is read before the revert is expected: the next call is the one that counts.
    function _send(address caller, CloseConsent memory consent, uint256 payerKey, bytes memory error)
        private
        returns (uint64)
    {
        bytes32 digest = _digestOf(consent);
        LeafProof[] memory leaves = _leafProofs(_id);
        bytes memory byCarrier = _sign(usageKey, digest);
        bytes memory byPayer = _sign(payerKey, digest);
        if (error.length != 0) vm.expectRevert(error);
        vm.prank(caller);
        return escrow.closeInstant(_t, consent, vm.addr(usageKey), byCarrier, byPayer, leaves, false);
    }
}
