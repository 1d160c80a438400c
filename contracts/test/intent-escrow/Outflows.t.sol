// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIntentEscrowEvents as Say} from "../../src/interfaces/IIntentEscrowEvents.sol";
import {IntentTerms, LeafProof} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";

/// @notice What leaves by a root that a quorum may have lied in is capped, whichever way it leaves.
contract OutflowsTest is Statements {
    IntentTerms private _small;
    IntentTerms private _big;
    bytes32 private _smallId;
    bytes32 private _bigId;

    function setUp() public override {
        super.setUp();
        (_small, _smallId) = _open(alice, aliceKey, 20e6, 1);
        _big = _terms(bob);
        (_big.maxDeposit, _big.salt) = (LIMIT, 2);
        _bigId = _fund(_big, LIMIT);
        _activate(_activation(_big, BOOK_A, bobKey));
    }

    function test_RefundFinal_RevertGiven_OutflowCap() external {
        _setLeaf(_smallId, 6e6, 1, FINAL);
        _setLeaf(_bigId, 1e6, 1, FINAL);
        uint32 epoch = _postNext(3);
        skip(FAST);
        LeafProof memory ofBig = tree.leafProof(BOOK_A, 1);
        vm.prank(bob);
        escrow.refundFinal(_big, epoch, ofBig, false);
        assertEq(escrow.outflowOf(BOOK_A).used, LIMIT - 1e6);
        LeafProof memory leaf = tree.leafProof(BOOK_A, 0);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_OutflowCap.selector, 1e6, 14e6));
        vm.prank(alice);
        escrow.refundFinal(_small, epoch, leaf, false);
        skip(SLOW - FAST + POSTING + 1);
        assertEq(escrow.refundFinal(_small, epoch, leaf, false), 14e6);
        // What a root beyond challenge lets out counts no more.
        assertEq(escrow.outflowOf(BOOK_A).used, 0);
    }

    function test_FinalizeExit_RevertGiven_OutflowCap() external {
        vm.prank(alice);
        escrow.requestExit(_small, 1e6, new LeafProof[](0));
        vm.prank(bob);
        escrow.requestExit(_big, 1e6, new LeafProof[](0));
        skip(EXIT);
        _setLeaf(_smallId, 6e6, 1, 0);
        _setLeaf(_bigId, 1e6, 1, 0);
        _postNext(3);
        LeafProof[] memory ofBig = _leafProofs(_bigId);
        vm.prank(bob);
        escrow.finalizeExit(_big, ofBig);
        LeafProof[] memory leaves = _leafProofs(_smallId);
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_OutflowCap.selector, 1e6, 14e6));
        vm.prank(alice);
        escrow.finalizeExit(_small, leaves);
        skip(SLOW + POSTING + 1);
        assertEq(escrow.finalizeExit(_small, leaves), 14e6);
    }
}
