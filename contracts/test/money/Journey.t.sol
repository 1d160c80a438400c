// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IntentState, IntentTerms} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "./Statements.sol";

/// @notice A purchase from end to end, and the one that is taken back.
contract JourneyTest is Statements {
    function test_APurchaseFromFundingToPayoutAndRemainder() external {
        (IntentTerms memory terms, bytes32 intentId) = _open(alice, aliceKey, 20e6, 1);
        assertEq(usdc.balanceOf(address(escrow)), 20e6);
        assertEq(uint8(_stateOf(intentId)), uint8(IntentState.Open));

        _setLeaf(intentId, 6e6, 1, FINAL);
        uint32 epoch = _postNext(3);
        skip(FAST);
        assertTrue(settlement.isFinal(epoch, BOOK_A));
        assertEq(escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A)), 6e6);
        assertEq(usdc.balanceOf(payoutA), 5.94e6);
        vm.startPrank(alice);
        assertEq(escrow.refundFinal(terms, epoch, tree.leafProof(BOOK_A, 0), false), 14e6);
        vm.stopPrank();
        assertEq(usdc.balanceOf(alice), 10_000e6 - 6e6);

        uint32[] memory books = new uint32[](1);
        books[0] = BOOK_A;
        assertEq(escrow.sweepFees(books), 0.06e6);
        assertEq(usdc.balanceOf(treasury), 0.06e6);
        assertEq(usdc.balanceOf(address(escrow)), 0);
    }

    function test_APurchaseTakenBackWhileHeld() external {
        IntentTerms memory terms = _terms(bob);
        bytes32 intentId = _fund(terms, 20e6);
        vm.prank(bob);
        escrow.refund(terms);
        assertEq(usdc.balanceOf(bob), 10_000e6);
        assertEq(uint8(_stateOf(intentId)), uint8(IntentState.Closed));
    }
}
