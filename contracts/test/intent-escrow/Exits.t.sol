// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIntentEscrowEvents as Say} from "../../src/interfaces/IIntentEscrowEvents.sol";
import {
    BookRecord,
    DeviceBinding,
    ExitRecord,
    IntentState,
    IntentTerms,
    LeafProof,
    UsageVoucher
} from "../../src/interfaces/DataTypes.sol";
import {EscrowExits} from "../../src/abstracts/EscrowExits.sol";
import {Statements} from "../money/Statements.sol";

contract ExitsTest is Statements {
    IntentTerms private _t;
    bytes32 private _id;
    DeviceBinding private _paired;

    function setUp() public override {
        super.setUp();
        (_t, _id) = _open(alice, aliceKey, 20e6, 1);
        _paired = _binding(aliceKey);
    }

    function test_RequestExit_RevertWhen_NotPayer() external {
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotPayer.selector, address(this), alice));
        escrow.requestExit(_t, 2e6, new LeafProof[](0));
    }

    function test_RequestExit_RevertGiven_NotOpen() external {
        _request(2e6);
        vm.expectRevert(
            abi.encodeWithSelector(Say.IntentEscrow_WrongState.selector, _id, IntentState.Exiting, IntentState.Open)
        );
        vm.prank(alice);
        escrow.requestExit(_t, 2e6, new LeafProof[](0));
    }

    function test_RequestExit_RevertGiven_PostingWindow() external {
        _nextCutoff();
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_PostingWindow.selector, block.timestamp + POSTING));
        vm.prank(alice);
        escrow.requestExit(_t, 2e6, new LeafProof[](0));
    }

    function test_RequestExit_RevertWhen_AboveTheDeposit() external {
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_ChargeTooHigh.selector, 20e6 + 1, 20e6));
        vm.prank(alice);
        escrow.requestExit(_t, 20e6 + 1, new LeafProof[](0));
    }

    function test_RequestExit_RevertWhen_LeavesMissing() external {
        _setLeaf(_id, 5e6, 1, 0);
        _postNext(3);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_LeafCount.selector, 0, 1));
        vm.prank(alice);
        escrow.requestExit(_t, 5e6, new LeafProof[](0));
    }

    function test_RequestExit_HoldsBackTheRest() external {
        _setLeaf(_id, 5e6, 1, 0);
        _postNext(3);
        uint40 finalizeAt = uint40(block.timestamp) + EXIT;
        LeafProof[] memory leaves = _leafProofs(_id);
        vm.expectEmit();
        emit Say.ExitRequested(_id, 2e6, 15e6, finalizeAt);
        vm.prank(alice);
        escrow.requestExit(_t, 2e6, leaves);
        BookRecord memory book = escrow.bookOf(BOOK_A);
        assertEq(book.hold, 15e6);
        assertEq(book.ceiling, 5e6);
    }

    function test_RequestExit_KeepsTheStatement() external {
        _setLeaf(_id, 5e6, 1, 0);
        _postNext(3);
        _request(2e6);
        assertEq(escrow.exitOf(_id).charge, 2e6);
    }

    function test_RequestExit_HoldsNoMoreThanTheBookHas() external {
        tree.set(keccak256("phantom"), BOOK_A, 7, _leaf(12e6, 1, 0));
        uint32 epoch = _postNext(3);
        skip(FAST);
        escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A));
        _request(1e6);
        assertEq(escrow.exitOf(_id).hold, 8e6);
        assertEq(escrow.bookOf(BOOK_A).ceiling, 12e6);
    }

    function test_CounterExit_RevertGiven_NotExiting() external {
        (UsageVoucher memory voucher, bytes memory signature) = _voucher(_id, 5e6, 1);
        vm.expectRevert(
            abi.encodeWithSelector(Say.IntentEscrow_WrongState.selector, _id, IntentState.Open, IntentState.Exiting)
        );
        escrow.counterExit(_t, voucher, signature, _paired);
    }

    function test_CounterExit_RevertWhen_AnotherIntent() external {
        _request(2e6);
        (UsageVoucher memory voucher, bytes memory signature) = _voucher(keccak256("another"), 5e6, 1);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_IntentMismatch.selector, voucher.intentId, _id));
        escrow.counterExit(_t, voucher, signature, _paired);
    }

    function test_CounterExit_RevertWhen_DeviceDidNotSign() external {
        _request(2e6);
        (UsageVoucher memory voucher,) = _voucher(_id, 5e6, 1);
        bytes32 digest = _digestOf(voucher);
        vm.expectRevert(
            abi.encodeWithSelector(Say.IntentEscrow_InvalidDeviceSignature.selector, _paired.device, digest)
        );
        escrow.counterExit(_t, voucher, _sign(bobKey, digest), _paired);
    }

    function test_CounterExit_RevertWhen_NothingNew() external {
        _request(5e6);
        (UsageVoucher memory voucher, bytes memory signature) = _voucher(_id, 5e6, 1);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NoNewEvidence.selector, 5e6, 5e6));
        escrow.counterExit(_t, voucher, signature, _paired);
    }

    function test_CounterExit_RevertWhen_Late() external {
        _request(2e6);
        skip(EXIT);
        (UsageVoucher memory voucher, bytes memory signature) = _voucher(_id, 5e6, 1);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_Expired.selector, block.timestamp, block.timestamp));
        escrow.counterExit(_t, voucher, signature, _paired);
    }

    function test_CounterExit_RaisesTheCharge() external {
        _request(2e6);
        (UsageVoucher memory voucher, bytes memory signature) = _voucher(_id, 5e6, 1);
        uint40 before = escrow.exitOf(_id).finalizeAt;
        escrow.counterExit(_t, voucher, signature, _paired);
        ExitRecord memory leaving = escrow.exitOf(_id);
        assertEq(leaving.charge, 5e6);
        assertEq(leaving.hold, 15e6);
        assertEq(leaving.finalizeAt, before + COUNTER);
        assertEq(escrow.bookOf(BOOK_A).hold, 15e6);
        assertEq(escrow.bookOf(BOOK_A).ceiling, 5e6);
    }

    function test_CounterExit_ProlongsOnce() external {
        _request(2e6);
        (UsageVoucher memory voucher, bytes memory signature) = _voucher(_id, 5e6, 1);
        escrow.counterExit(_t, voucher, signature, _paired);
        uint40 before = escrow.exitOf(_id).finalizeAt;
        (voucher, signature) = _voucher(_id, 6e6, 2);
        escrow.counterExit(_t, voucher, signature, _paired);
        assertEq(escrow.exitOf(_id).finalizeAt, before);
        assertEq(escrow.exitOf(_id).charge, 6e6);
    }

    function test_CounterExit_CountsTheTariff() external {
        _request(2e6);
        (UsageVoucher memory voucher,) = _voucher(_id, 19e6, 1);
        voucher.cumBytes = 1e9;
        escrow.counterExit(_t, voucher, _sign(deviceKey, _digestOf(voucher)), _paired);
        assertEq(escrow.exitOf(_id).charge, 6e6);
    }

    function test_CancelExit_RevertWhen_NotPayer() external {
        _request(2e6);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotPayer.selector, address(this), alice));
        escrow.cancelExit(_t);
    }

    function test_CancelExit_RevertGiven_NotExiting() external {
        vm.expectRevert(
            abi.encodeWithSelector(Say.IntentEscrow_WrongState.selector, _id, IntentState.Open, IntentState.Exiting)
        );
        vm.prank(alice);
        escrow.cancelExit(_t);
    }

    function test_CancelExit_OpensAgain() external {
        _request(2e6);
        vm.prank(alice);
        escrow.cancelExit(_t);
        assertEq(uint8(_stateOf(_id)), uint8(IntentState.Open));
        assertEq(escrow.bookOf(BOOK_A).ceiling, 20e6);
        assertEq(escrow.bookOf(BOOK_A).hold, 0);
        assertEq(escrow.exitOf(_id).finalizeAt, 0);
    }

    function test_FinalizeExit_RevertGiven_NotExiting() external {
        vm.expectRevert(
            abi.encodeWithSelector(Say.IntentEscrow_WrongState.selector, _id, IntentState.Open, IntentState.Exiting)
        );
        escrow.finalizeExit(_t, new LeafProof[](0));
    }

    function test_FinalizeExit_RevertWhen_Early() external {
        _request(2e6);
        skip(EXIT - 1);
        vm.expectRevert(
            abi.encodeWithSelector(Say.IntentEscrow_TooEarly.selector, block.timestamp, block.timestamp + 1)
        );
        escrow.finalizeExit(_t, new LeafProof[](0));
    }

    function test_FinalizeExit_RevertGiven_PostingWindow() external {
        _request(2e6);
        skip(EXIT);
        _nextCutoff();
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_PostingWindow.selector, block.timestamp + POSTING));
        escrow.finalizeExit(_t, new LeafProof[](0));
    }

    function test_FinalizeExit_ChargesTheStatement() external {
        _request(2e6);
        skip(EXIT);
        vm.expectEmit();
        emit Say.IntentClosed(_id, 2e6, 18e6, 3);
        escrow.finalizeExit(_t, new LeafProof[](0));
        assertEq(usdc.balanceOf(alice), 10_000e6 - 2e6);
        BookRecord memory book = escrow.bookOf(BOOK_A);
        assertEq(book.hold, 0);
        assertEq(book.ceiling, 2e6);
    }

    function test_FinalizeExit_ChargesTheLeaf() external {
        _request(2e6);
        _setLeaf(_id, 7e6, 1, 0);
        skip(EXIT);
        _postNext(3);
        vm.startPrank(alice);
        assertEq(escrow.finalizeExit(_t, _leafProofs(_id)), 13e6);
    }

    function test_FinalizeExit_ChargesTheEvidence() external {
        _request(2e6);
        (UsageVoucher memory voucher, bytes memory signature) = _voucher(_id, 9e6, 1);
        escrow.counterExit(_t, voucher, signature, _paired);
        skip(EXIT + COUNTER);
        assertEq(escrow.finalizeExit(_t, new LeafProof[](0)), 11e6);
    }

    function test_FinalizeExit_ChargesTheFeeAtLeast() external {
        _request(0);
        skip(EXIT);
        assertEq(escrow.finalizeExit(_t, new LeafProof[](0)), 19e6);
    }

    function test_FinalizeExit_WithoutAnyOperator() external {
        // No root was ever posted; each epoch's window opens and passes.
        _request(3e6);
        skip(EXIT + 10 days);
        assertEq(escrow.finalizeExit(_t, new LeafProof[](0)), 17e6);
    }

    function test_FinalizeExit_FromAFrozenBook() external {
        _setLeaf(_id, 4e6, 1, 0);
        _postNext(3);
        LeafProof[] memory good = _leafProofs(_id);
        skip(SLOW);
        _setLeaf(_id, 30e6, 2, 0);
        uint32 epoch = _postNext(3);
        payOnUsage.proveOverEscrow(epoch, _id, tree.leafProof(BOOK_A, 0));
        assertEq(escrow.leafEpochs(BOOK_A).length, 1);
        vm.prank(alice);
        escrow.requestExit(_t, 4e6, good);
        skip(EXIT + 1 hours);
        assertEq(escrow.finalizeExit(_t, good), 16e6);
    }

    function test_FinalizeExit_GivesWhatIsThere() external {
        tree.set(keccak256("phantom"), BOOK_A, 7, _leaf(12e6, 1, 0));
        uint32 epoch = _postNext(3);
        skip(FAST);
        escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A));
        _request(1e6);
        skip(EXIT);
        LeafProof[] memory leaves = _leafProofs(_id);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_BookShort.selector, 8e6, 19e6));
        escrow.finalizeExit(_t, leaves);
        skip(EXIT);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_BookShort.selector, 8e6, 19e6));
        escrow.finalizeExit(_t, leaves);
        vm.prank(alice);
        assertEq(escrow.finalizeExit(_t, leaves), 8e6);
        assertEq(escrow.intentOf(_id).settled, 12e6);
        assertEq(usdc.balanceOf(address(escrow)), escrow.feesOf(BOOK_A));
    }

    function test_TheExitsCodeAloneRefuses() external {
        EscrowExits code = EscrowExits(deployCode("EscrowExits.sol", abi.encode(escrow.parameters())));
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(Say.IntentEscrow_WrongState.selector, _id, IntentState.None, IntentState.Open)
        );
        code.requestExit(_t, 2e6, new LeafProof[](0));
    }

    function _request(uint64 stated) private {
        LeafProof[] memory leaves = _leafProofs(_id);
        vm.prank(alice);
        escrow.requestExit(_t, stated, leaves);
    }
}
