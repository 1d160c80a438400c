// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIntentEscrowEvents as Say} from "../../src/interfaces/IIntentEscrowEvents.sol";
import {CloseConsent, CloseOrder, IntentState, IntentTerms, LeafProof} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";

contract BatchesTest is Statements {
    IntentTerms[] private _ts;
    bytes32[] private _ids;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < 3; ++i) {
            (IntentTerms memory terms, bytes32 intentId) =
                i == 2 ? _open(bob, bobKey, 20e6, i) : _open(alice, aliceKey, 20e6, i);
            _ts.push(terms);
            _ids.push(intentId);
            _setLeaf(intentId, 6e6, 1, FINAL);
        }
    }

    function test_CloseBatch_ClosesForPayerAndOthers() external {
        _postNext(3);
        CloseOrder[] memory orders = _orders();
        vm.prank(alice);
        assertEq(escrow.closeBatch(orders, true), 13e6 + 12e6 + 11e6);
        // The payer who sends it may have it in the balance; the other is paid.
        assertEq(escrow.balanceOf(alice), 25e6);
        assertEq(usdc.balanceOf(bob), 10_000e6 - 9e6);
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(uint8(_stateOf(_ids[i])), uint8(IntentState.Closed));
            assertEq(escrow.intentOf(_ids[i]).settled, 7e6 + 1e6 * i);
        }
    }

    function test_CloseBatch_RevertWhen_OneIsWrong() external {
        _postNext(3);
        CloseOrder[] memory orders = _orders();
        orders[1].consent = CloseConsent(_ids[1], 5e6, 1, uint40(block.timestamp + 1 hours));
        orders[1].carrierSignature = _sign(usageKey, _digestOf(orders[1].consent));
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_ChargeTooLow.selector, 5e6, 6e6));
        vm.prank(alice);
        escrow.closeBatch(orders, true);
        assertEq(uint8(_stateOf(_ids[0])), uint8(IntentState.Open));
    }

    function test_CloseBatch_RevertWhen_OneTwice() external {
        _postNext(3);
        CloseOrder[] memory orders = _orders();
        orders[1] = orders[0];
        vm.expectRevert(
            abi.encodeWithSelector(Say.IntentEscrow_WrongState.selector, _ids[0], IntentState.Closed, IntentState.Open)
        );
        vm.prank(alice);
        escrow.closeBatch(orders, true);
    }

    function test_CloseBatch_RevertWhen_AnotherPayerDidNotSign() external {
        _postNext(3);
        CloseOrder[] memory orders = _orders();
        orders[2].payerSignature = _sign(aliceKey, _digestOf(orders[2].consent));
        vm.expectPartialRevert(Say.IntentEscrow_InvalidPayerSignature.selector);
        vm.prank(alice);
        escrow.closeBatch(orders, true);
    }

    function test_CloseBatch_RevertGiven_PostingWindow() external {
        _postNext(3);
        CloseOrder[] memory orders = _orders();
        _nextCutoff();
        for (uint256 i = 0; i < 3; ++i) {
            orders[i].consent.validUntil += 2 days;
            bytes32 digest = _digestOf(orders[i].consent);
            orders[i].carrierSignature = _sign(usageKey, digest);
            orders[i].payerSignature = _sign(i == 2 ? bobKey : aliceKey, digest);
        }
        vm.expectRevert(
            abi.encodeWithSelector(Say.IntentEscrow_PostingWindow.selector, uint40(block.timestamp + POSTING))
        );
        escrow.closeBatch(orders, false);
    }

    function test_Rollover_FundsTheNextIntent() external {
        uint32 epoch = _slowFinal();
        IntentTerms memory next = _next(alice);
        bytes32 nextId = escrow.intentIdOf(next);
        uint256 held = usdc.balanceOf(address(escrow));
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        vm.expectEmit();
        emit Say.IntentRolledOver(_ids[0], nextId, 10e6);
        vm.prank(alice);
        assertEq(escrow.rollover(_ts[0], epoch, leaf, next, 10e6), nextId);
        assertEq(uint8(_stateOf(_ids[0])), uint8(IntentState.Closed));
        assertEq(escrow.intentOf(_ids[0]).settled, 6e6);
        assertEq(uint8(_stateOf(nextId)), uint8(IntentState.Held));
        assertEq(escrow.intentOf(nextId).funded, 10e6);
        assertEq(escrow.balanceOf(alice), 4e6);
        assertEq(usdc.balanceOf(address(escrow)), held);
        // What was held in the book is not there any more: the next intent is in no book.
        assertEq(escrow.bookOf(BOOK_A).ceiling, 60e6 - 14e6);
    }

    function test_Rollover_RevertWhen_MoreThanTheRest() external {
        uint32 epoch = _slowFinal();
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_InsufficientBalance.selector, 14e6, 14e6 + 1));
        vm.prank(alice);
        escrow.rollover(_ts[0], epoch, leaf, _next(alice), 14e6 + 1);
    }

    function test_Rollover_RevertWhen_NotPayerOfBoth() external {
        uint32 epoch = _slowFinal();
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        vm.startPrank(bob);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotPayer.selector, bob, alice));
        escrow.rollover(_ts[0], epoch, leaf, _next(bob), 10e6);
        vm.stopPrank();
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotPayer.selector, alice, bob));
        escrow.rollover(_ts[0], epoch, leaf, _next(bob), 10e6);
    }

    function test_Rollover_RevertWhen_NothingIsLeftForIt() external {
        uint32 epoch = _slowFinal();
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        vm.expectRevert(Say.IntentEscrow_ZeroAmount.selector);
        vm.prank(alice);
        escrow.rollover(_ts[0], epoch, leaf, _next(alice), 0);
    }

    function test_Rollover_RevertWhen_NextTermsAreOver() external {
        uint32 epoch = _slowFinal();
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_InvalidTerms.selector, bytes32("provisionBy")));
        escrow.rollover(_ts[0], epoch, leaf, _ts[0], 10e6);
    }

    function test_Rollover_RevertWhen_PayerFlagged() external {
        uint32 epoch = _slowFinal();
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        sanctions.setSanctioned(alice, true);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_Refused.selector, alice, 1));
        vm.prank(alice);
        escrow.rollover(_ts[0], epoch, leaf, _next(alice), 10e6);
    }

    function _slowFinal() private returns (uint32 epoch) {
        epoch = _postNext(3);
        skip(SLOW + POSTING + 1);
    }

    function _next(address payer) private view returns (IntentTerms memory terms) {
        terms = _terms(payer);
        terms.salt = 99;
    }

    /// @dev Charges of 7, 8 and 9.
    function _orders() private view returns (CloseOrder[] memory orders) {
        orders = new CloseOrder[](3);
        for (uint256 i = 0; i < 3; ++i) {
            CloseConsent memory consent =
                CloseConsent(_ids[i], uint64(7e6 + 1e6 * i), 1, uint40(block.timestamp + 1 hours));
            bytes32 digest = _digestOf(consent);
            orders[i] = CloseOrder(
                _ts[i],
                consent,
                vm.addr(usageKey),
                _sign(usageKey, digest),
                _sign(i == 2 ? bobKey : aliceKey, digest),
                _leafProofs(_ids[i])
            );
        }
    }
}
