// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIntentEscrowEvents as Say} from "../../src/interfaces/IIntentEscrowEvents.sol";
import {CloseConsent, Demand, IntentTerms, LeafProof} from "../../src/interfaces/DataTypes.sol";
import {Demanding} from "../pay-on-usage/Demanding.sol";

/// @notice Exits where the data of a root is gone, whose turn it is to end one, and the windows that bound them.
contract ExitsWithoutLeafTest is Demanding {
    function _missing(uint256 count) private pure returns (LeafProof[] memory leaves) {
        leaves = new LeafProof[](count);
        for (uint256 i = 0; i < count; ++i) {
            leaves[i].bitmap = type(uint256).max;
        }
    }

    function _request(uint64 stated, LeafProof[] memory leaves) private {
        vm.prank(alice);
        escrow.requestExit(t, stated, leaves);
    }

    function test_RequestExit_RevertWhen_NotExcused() external {
        uint32 epoch = _postLeaf(_leaf(3e6, 1, 0), 3);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_LeafMissing.selector, id, epoch));
        _request(2e6, _missing(1));
    }

    function test_FinalizeExit_WithoutALeaf() external {
        uint32 epoch = _postLeaf(_leaf(3e6, 1, 0), 3);
        skip(SLOW);
        Demand memory demand = _challenge(alice, epoch);
        skip(OPEN + 1);
        payOnUsage.timeout(demand);
        _request(2e6, _missing(1));
        assertEq(escrow.exitOf(id).hold, 18e6);
        skip(EXIT);
        // Only the payer ends it, and it counts against the window of exits although the root is slow-final.
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotPayer.selector, address(this), alice));
        escrow.finalizeExit(t, _missing(1));
        vm.prank(alice);
        assertEq(escrow.finalizeExit(t, _missing(1)), 18e6);
        assertEq(escrow.outflowOf(BOOK_A | 1 << 31).used, 18e6);
        assertEq(escrow.outflowOf(BOOK_A).used, 0);
    }

    /// @dev One dishonest attestor posts an inflated leaf and would end a stranger's exit by it at once.
    function test_FinalizeExit_RevertWhen_AStrangerChoosesTheRoot() external {
        _request(1e6, new LeafProof[](0));
        skip(EXIT);
        uint32 epoch = _postLeaf(_leaf(19e6, 1, 0), 1);
        skip(1 hours);
        LeafProof[] memory leaves = _leafProofs(id);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotPayer.selector, address(this), alice));
        escrow.finalizeExit(t, leaves);
        Demand memory demand = _challenge(alice, epoch);
        skip(OPEN + 1);
        payOnUsage.timeout(demand);
        assertEq(escrow.finalizeExit(t, new LeafProof[](0)), 19e6);
    }

    function test_FinalizeExit_HasItsOwnWindow() external {
        _request(1e6, new LeafProof[](0));
        IntentTerms memory big = _terms(bob);
        (big.maxDeposit, big.salt) = (LIMIT, 2);
        bytes32 other = _fund(big, LIMIT);
        _activate(_activation(big, BOOK_A, bobKey));
        skip(EXIT);
        tree.set(other, BOOK_A, 1, _leaf(1e6, 1, 0));
        _postNext(3);
        skip(FAST);
        CloseConsent memory consent = CloseConsent(other, 1e6, 1, uint40(block.timestamp));
        LeafProof[] memory leaves = _leafProofs(other);
        vm.prank(bob);
        escrow.closeInstant(big, consent, vm.addr(usageKey), _sign(usageKey, _digestOf(consent)), "", leaves, false);
        assertEq(escrow.outflowOf(BOOK_A).used, LIMIT - 1e6);
        leaves = _leafProofs(id);
        vm.prank(alice);
        assertEq(escrow.finalizeExit(t, leaves), 19e6);
    }

    function test_TrimExit_RevertGiven_NothingClaimed() external {
        _request(1e6, new LeafProof[](0));
        _postLeaf(_leaf(8e6, 1, 0), 3);
        LeafProof memory leaf = _ours();
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NotFinal.selector, 0, BOOK_A));
        escrow.trimExit(t, leaf);
    }

    function test_TrimExit_RevertWhen_NothingToTrim() external {
        uint32 epoch = _postLeaf(_leaf(8e6, 1, 0), 3);
        skip(FAST);
        escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A));
        _request(1e6, _leafProofs(id));
        LeafProof memory leaf = _ours();
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_NoNewEvidence.selector, 8e6, 1e6));
        escrow.trimExit(t, leaf);
    }

    /// @dev Alice's usage is posted after her request: its claim takes bob's money while her exit holds her own.
    function test_TrimExit_FreesWhatWasClaimed() external {
        (IntentTerms memory terms,) = _open(bob, bobKey, 20e6, 2);
        _request(1e6, new LeafProof[](0));
        uint32 epoch = _postLeaf(_leaf(8e6, 1, 0), 3);
        skip(FAST);
        escrow.claim(epoch, BOOK_A, tree.nodeProof(BOOK_A));
        LeafProof[] memory others = new LeafProof[](1);
        others[0] = tree.leafProof(BOOK_A, 1);
        LeafProof memory leaf = _ours();
        vm.expectEmit();
        emit Say.ExitTrimmed(id, 12e6);
        escrow.trimExit(t, leaf);
        vm.prank(bob);
        escrow.requestExit(terms, 1e6, others);
        assertEq(escrow.exitOf(escrow.intentIdOf(terms)).hold, 19e6);
        assertEq(escrow.bookOf(BOOK_A).ceiling, 9e6);
    }

    function test_Replenish_RevertWhen_Zero() external {
        vm.expectRevert(Say.IntentEscrow_ZeroAmount.selector);
        escrow.replenish(BOOK_A, 0);
    }

    function test_Replenish_AddsToTheBook() external {
        vm.expectEmit();
        emit Say.BookReplenished(BOOK_A, 3e6, bob);
        vm.prank(bob);
        escrow.replenish(BOOK_A, 3e6);
        assertEq(escrow.bookOf(BOOK_A).ceiling, 23e6);
        assertEq(usdc.balanceOf(address(escrow)), 23e6);
    }
}
