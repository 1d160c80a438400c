// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIntentEscrowEvents as Say} from "../../src/interfaces/IIntentEscrowEvents.sol";
import {IntentState, IntentTerms, LeafProof} from "../../src/interfaces/DataTypes.sol";
import {SumTree} from "../../src/libraries/SumTree.sol";
import {Statements} from "../money/Statements.sol";

/// @notice The end of an intent whose carrier claims every day, so that no slow-final root is as new as the last claim.
contract ConfirmedTest is Statements {
    IntentTerms private _t;
    bytes32 private _id;
    bytes32 private _other;
    uint32 private _older;
    LeafProof private _olderLeaf;

    function setUp() public override {
        super.setUp();
        (_t, _id) = _open(alice, aliceKey, 20e6, 1);
        (, _other) = _open(bob, bobKey, 20e6, 2);
        _setLeaf(_id, 6e6, 1, FINAL);
        (_older,) = _day(1e6);
        _olderLeaf = tree.leafProof(BOOK_A, 0);
    }

    /// @dev A day of the other traveller's use; the root is posted, gets final by its quorum, and is claimed from.
    function _day(uint64 used) private returns (uint32 epoch, LeafProof memory leaf) {
        _setLeaf(_other, used, uint32(used / 1e6), 0);
        epoch = _postNext(3);
        skip(FAST);
        escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A));
        leaf = tree.leafProof(BOOK_A, 0);
    }

    /// @dev Days until the first root is beyond challenge.
    function _days() private returns (uint32 epoch, LeafProof memory leaf) {
        _day(2e6);
        return _day(3e6);
    }

    function test_RefundConfirmed_RevertGiven_NotOpen() external {
        (uint32 newer, LeafProof memory leaf) = _days();
        escrow.refundConfirmed(_t, newer, leaf, _older, _olderLeaf);
        vm.expectRevert(
            abi.encodeWithSelector(Say.IntentEscrow_WrongState.selector, _id, IntentState.Closed, IntentState.Open)
        );
        escrow.refundConfirmed(_t, newer, leaf, _older, _olderLeaf);
    }

    function test_RefundConfirmed_RevertGiven_PostingWindow() external {
        (uint32 newer, LeafProof memory leaf) = _days();
        _nextCutoff();
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_PostingWindow.selector, block.timestamp + POSTING));
        escrow.refundConfirmed(_t, newer, leaf, _older, _olderLeaf);
        skip(POSTING + 1);
        escrow.refundConfirmed(_t, newer, leaf, _older, _olderLeaf);
    }

    function test_RefundConfirmed_RevertGiven_NotConfirmed() external {
        (uint32 newer, LeafProof memory leaf) = _day(2e6);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotFinal.selector, _older, BOOK_A));
        escrow.refundConfirmed(_t, newer, leaf, _older, _olderLeaf);
    }

    function test_RefundConfirmed_RevertGiven_NewerNotFinal() external {
        _days();
        uint32 newer = _postNext(3);
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotFinal.selector, newer, BOOK_A));
        escrow.refundConfirmed(_t, newer, leaf, _older, _olderLeaf);
    }

    function test_RefundConfirmed_RevertGiven_StaleEpoch() external {
        (uint32 newest,) = _days();
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_StaleEpoch.selector, _older, newest));
        escrow.refundConfirmed(_t, _older, _olderLeaf, _older, _olderLeaf);
    }

    function test_RefundConfirmed_RevertGiven_BookFrozen() external {
        vm.prank(address(payOnUsage));
        settlement.freezeBook(BOOK_A, _older, "why");
        skip(SLOW);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotFinal.selector, _older, BOOK_A));
        escrow.refundConfirmed(_t, _older, _olderLeaf, _older, _olderLeaf);
    }

    function test_RefundConfirmed_RevertWhen_LeafNotFinal() external {
        _day(2e6);
        _setLeaf(_id, 6e6, 1, 2);
        (uint32 newer, LeafProof memory leaf) = _day(3e6);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_LeafNotFinal.selector, 2));
        escrow.refundConfirmed(_t, newer, leaf, _older, _olderLeaf);
    }

    function testFuzz_RefundConfirmed_RevertWhen_LeavesDiffer(uint64 amount) external {
        amount = uint64(bound(amount, 0, 16e6));
        vm.assume(amount != 6e6);
        _day(2e6);
        _setLeaf(_id, amount, 2, FINAL);
        // The other leaf rises enough that the sums do.
        (uint32 newer, LeafProof memory leaf) = _day(20e6);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_LeavesDiffer.selector, amount, 6e6));
        escrow.refundConfirmed(_t, newer, leaf, _older, _olderLeaf);
    }

    function test_RefundConfirmed_RevertWhen_LeafWrong() external {
        (uint32 newer, LeafProof memory leaf) = _days();
        leaf.amount = 5e6;
        vm.expectPartialRevert(SumTree.SumTree_WrongRoot.selector);
        escrow.refundConfirmed(_t, newer, leaf, _older, _olderLeaf);
        leaf.amount = 6e6;
        LeafProof memory older = _olderLeaf;
        older.amount = 5e6;
        vm.expectPartialRevert(SumTree.SumTree_WrongRoot.selector);
        escrow.refundConfirmed(_t, newer, leaf, _older, older);
    }

    function test_RefundConfirmed_ReturnsTheRest() external {
        (uint32 newer, LeafProof memory leaf) = _days();
        // The way that needs no second leaf is closed to everyone but the payer.
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_StaleEpoch.selector, _older, newer));
        escrow.refundFinal(_t, _older, _olderLeaf, false);
        vm.prank(relayer);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotPayer.selector, relayer, alice));
        escrow.refundFinal(_t, newer, leaf, false);

        uint256 before = usdc.balanceOf(alice);
        uint64 used = escrow.outflowOf(BOOK_A).used;
        vm.expectEmit();
        emit Say.IntentClosed(_id, 6e6, 14e6, 1);
        vm.prank(relayer);
        assertEq(escrow.refundConfirmed(_t, newer, leaf, _older, _olderLeaf), 14e6);
        assertEq(usdc.balanceOf(alice), before + 14e6);
        assertEq(escrow.outflowOf(BOOK_A).used, used);
    }

    function test_RefundConfirmed_ChargesTheWatermark() external {
        vm.prank(address(payOnUsage));
        escrow.releaseToCarrier(_id, 0, 8e6);
        (uint32 newer, LeafProof memory leaf) = _days();
        assertEq(escrow.refundConfirmed(_t, newer, leaf, _older, _olderLeaf), 12e6);
        assertEq(escrow.intentOf(_id).settled, 8e6);
    }
}
