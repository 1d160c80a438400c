// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIntentEscrowEvents as Say} from "../../src/interfaces/IIntentEscrowEvents.sol";
import {IntentRecord, IntentState, IntentTerms} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";

contract RefundTest is Statements {
    function test_CreateFromBalance_RevertWhen_NotPayer() external {
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotPayer.selector, address(this), alice));
        escrow.createFromBalance(_terms(alice), 1);
    }

    function test_CreateFromBalance_RevertGiven_InsufficientBalance() external {
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_InsufficientBalance.selector, 0, 1));
        vm.prank(alice);
        escrow.createFromBalance(_terms(alice), 1);
    }

    function test_CreateFromBalance_SpendsTheBalance() external {
        _creditAlice(8e6);
        IntentTerms memory terms = _terms(alice);
        terms.salt = 5;
        vm.prank(alice);
        bytes32 intentId = escrow.createFromBalance(terms, 5e6);
        assertEq(escrow.balanceOf(alice), 3e6);
        assertEq(escrow.intentOf(intentId).funded, 5e6);
        assertEq(uint8(_stateOf(intentId)), uint8(IntentState.Held));
        assertEq(usdc.balanceOf(address(escrow)), 8e6);
    }

    function test_Refund_RevertGiven_NotHeld() external {
        IntentTerms memory terms = _terms(alice);
        bytes32 intentId = escrow.intentIdOf(terms);
        vm.startPrank(alice);
        _expectState(intentId, IntentState.None, IntentState.Held);
        escrow.refund(terms);
        escrow.createIntent(terms);
        _expectState(intentId, IntentState.Created, IntentState.Held);
        escrow.refund(terms);
        vm.stopPrank();
        (terms, intentId) = _open(alice, aliceKey, 20e6, 9);
        _expectState(intentId, IntentState.Open, IntentState.Held);
        vm.prank(alice);
        escrow.refund(terms);
    }

    function test_Refund_ByThePayerAtOnce() external {
        IntentTerms memory terms = _terms(alice);
        bytes32 intentId = _fund(terms, 20e6);
        // Not even the posting window matters.
        vm.warp((block.timestamp / EPOCH + 1) * EPOCH);
        vm.expectEmit();
        emit Say.IntentRefunded(intentId, alice, 20e6);
        vm.prank(alice);
        escrow.refund(terms);
        assertEq(usdc.balanceOf(alice), 10_000e6);
        IntentRecord memory intent = escrow.intentOf(intentId);
        assertEq(uint8(intent.state), uint8(IntentState.Closed));
        assertEq(intent.settled, 0);
        assertEq(intent.closedAt, block.timestamp);
    }

    function test_Refund_RevertWhen_StrangerBeforeProvisionBy() external {
        IntentTerms memory terms = _terms(alice);
        _fund(terms, 20e6);
        vm.warp(terms.provisionBy);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotPayer.selector, address(this), alice));
        escrow.refund(terms);
    }

    function test_Refund_ByAnybodyAfterProvisionBy() external {
        IntentTerms memory terms = _terms(alice);
        _fund(terms, 20e6);
        vm.warp(uint256(terms.provisionBy) + 1);
        escrow.refund(terms);
        assertEq(usdc.balanceOf(alice), 10_000e6);
    }

    function test_Refund_CreditsABlockedPayer() external {
        _creditAlice(20e6);
        assertEq(escrow.balanceOf(alice), 20e6);
    }

    function test_Refund_CreditsAFlaggedPayer() external {
        IntentTerms memory terms = _terms(alice);
        _fund(terms, 20e6);
        sanctions.setSanctioned(alice, true);
        vm.prank(alice);
        escrow.refund(terms);
        assertEq(escrow.balanceOf(alice), 20e6);
        assertEq(usdc.balanceOf(alice), 10_000e6 - 20e6);
    }

    function test_Refund_WhenComplianceIsSilent() external {
        IntentTerms memory terms = _terms(alice);
        _fund(terms, 20e6);
        vm.etch(address(compliance), hex"fe");
        vm.prank(alice);
        escrow.refund(terms);
        assertEq(usdc.balanceOf(alice), 10_000e6);
    }

    function test_Refund_ThenActivationReverts() external {
        IntentTerms memory terms = _terms(alice);
        bytes32 intentId = _fund(terms, 20e6);
        Activation memory a = _activation(terms, BOOK_A, aliceKey);
        vm.prank(alice);
        escrow.refund(terms);
        _expectState(intentId, IntentState.Closed, IntentState.Held);
        _activate(a);
    }

    function testFuzz_Refund_ReturnsExactlyWhatWasFunded(uint64 first, uint64 second) external {
        IntentTerms memory terms = _terms(alice);
        first = uint64(bound(first, 1, terms.maxDeposit - 1));
        second = uint64(bound(second, 1, terms.maxDeposit - first));
        _fund(terms, first);
        vm.startPrank(alice);
        escrow.fundIntent(terms, second);
        assertEq(usdc.balanceOf(address(escrow)), uint256(first) + second);
        escrow.refund(terms);
        assertEq(usdc.balanceOf(alice), 10_000e6);
        assertEq(usdc.balanceOf(address(escrow)), 0);
    }

    /// @dev A refund that the token refuses to send.
    function _creditAlice(uint64 amount) private {
        IntentTerms memory terms = _terms(alice);
        _fund(terms, amount);
        usdc.blacklist(alice);
        vm.prank(alice);
        escrow.refund(terms);
        usdc.unBlacklist(alice);
    }

    function _expectState(bytes32 intentId, IntentState actual, IntentState expected) private {
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_WrongState.selector, intentId, actual, expected));
    }
}
