// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIntentEscrowEvents as Say} from "../../src/interfaces/IIntentEscrowEvents.sol";
import {IntentState, IntentTerms, LeafProof} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";

contract MulticallTest is Statements {
    function _pair(bytes memory first, bytes memory second) private pure returns (bytes[] memory calls) {
        calls = new bytes[](2);
        (calls[0], calls[1]) = (first, second);
    }

    function test_Multicall_CallsForItsCaller() external {
        IntentTerms memory terms = _terms(alice);
        bytes[] memory calls =
            _pair(abi.encodeCall(escrow.createIntent, (terms)), abi.encodeCall(escrow.fundIntent, (terms, 20e6)));
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotPayer.selector, relayer, alice));
        vm.prank(relayer);
        escrow.multicall(calls);
        vm.prank(alice);
        bytes[] memory answers = escrow.multicall(calls);
        bytes32 intentId = abi.decode(answers[0], (bytes32));
        assertEq(escrow.intentOf(intentId).funded, 20e6);
        assertEq(uint8(_stateOf(intentId)), uint8(IntentState.Held));
    }

    function test_Multicall_RevertWhen_OneFails() external {
        IntentTerms memory terms = _terms(alice);
        bytes[] memory calls =
            _pair(abi.encodeCall(escrow.createIntent, (terms)), abi.encodeCall(escrow.fundIntent, (terms, 0)));
        vm.expectRevert(Say.IntentEscrow_ZeroAmount.selector);
        vm.prank(alice);
        escrow.multicall(calls);
        assertEq(uint8(_stateOf(escrow.intentIdOf(terms))), uint8(IntentState.None));
    }

    /// @dev The exits' code ends a call by itself: the calls after it must run all the same.
    function test_Multicall_GoesOnAfterAnExit() external {
        (IntentTerms memory terms, bytes32 intentId) = _open(alice, aliceKey, 20e6, 1);
        bytes[] memory calls = _pair(
            abi.encodeCall(escrow.requestExit, (terms, 2e6, new LeafProof[](0))),
            abi.encodeCall(escrow.cancelExit, (terms))
        );
        vm.prank(alice);
        escrow.multicall(calls);
        assertEq(uint8(_stateOf(intentId)), uint8(IntentState.Open));
        assertEq(escrow.bookOf(BOOK_A).hold, 0);
    }

    function test_Multicall_PaysABalanceOnce() external {
        IntentTerms memory terms = _terms(alice);
        _fund(terms, 8e6);
        usdc.blacklist(alice);
        vm.prank(alice);
        escrow.refund(terms);
        bytes memory once = abi.encodeCall(escrow.withdrawBalance, (8e6, bob));
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_InsufficientBalance.selector, 0, 8e6));
        vm.prank(alice);
        escrow.multicall(_pair(once, once));
        assertEq(escrow.balanceOf(alice), 8e6);
    }
}
