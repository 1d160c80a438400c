// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlement as Say} from "../../src/interfaces/ISettlement.sol";
import {IntentTerms, RootRef} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";

/// @notice What the escrow reads before it moves money: which roots count for a book, and since when.
contract BasesTest is Statements {
    bytes32 private _id;

    function setUp() public override {
        super.setUp();
        (, _id) = _open(alice, aliceKey, 20e6, 1);
        _setLeaf(_id, 2e6, 1, 0);
    }

    function _lanes(uint32 epoch, uint32 book) private view returns (bool coSigned, bool total) {
        (, coSigned, total) = settlement.claimBasis(epoch, book);
    }

    function _assertLanes(uint32 epoch, uint32 book, bool coSigned, bool total) private view {
        (bool coSignedFinal, bool totalFinal) = _lanes(epoch, book);
        assertEq(coSignedFinal, coSigned);
        assertEq(totalFinal, total);
    }

    function _assertEpochs(uint32 book, uint32 claimed, uint32[3] memory epochs) private view {
        (RootRef[] memory refs,,) = settlement.closeBasis(book, claimed);
        uint256 count = epochs[2] != 0 ? 3 : epochs[1] != 0 ? 2 : 1;
        assertEq(refs.length, count);
        for (uint256 i = 0; i < count; ++i) {
            assertEq(refs[i].epoch, epochs[i]);
        }
    }

    function test_ClaimBasis_RevertGiven_UnknownEpoch() external {
        vm.expectRevert(abi.encodeWithSelector(Say.Settlement_UnknownEpoch.selector, 0));
        settlement.claimBasis(0, BOOK_A);
        vm.expectRevert(abi.encodeWithSelector(Say.Settlement_UnknownEpoch.selector, 7));
        settlement.claimBasis(7, BOOK_A);
    }

    function test_ClaimBasis_OpensTheLanesByTime() external {
        uint32 epoch = _postNext(3);
        (RootRef memory ref,,) = settlement.claimBasis(epoch, BOOK_A);
        assertEq(ref.root, tree.root().hash);
        assertEq(ref.total, 2e6);
        skip(FAST - 1);
        _assertLanes(epoch, BOOK_A, false, false);
        skip(1);
        _assertLanes(epoch, BOOK_A, true, false);
        skip(SLOW - FAST - 1);
        _assertLanes(epoch, BOOK_A, true, false);
        skip(1);
        _assertLanes(epoch, BOOK_A, true, true);
    }

    function test_ClaimBasis_WithoutAQuorumOnlySlowly() external {
        uint32 epoch = _postNext(1);
        skip(SLOW - 1);
        _assertLanes(epoch, BOOK_A, false, false);
        skip(1);
        _assertLanes(epoch, BOOK_A, true, true);
    }

    function test_ClaimBasis_NeverGiven_FrozenOrVoided() external {
        uint32 epoch = _postNext(3);
        vm.prank(address(payOnUsage));
        settlement.freezeBook(BOOK_A, epoch, "why");
        skip(SLOW);
        _assertLanes(epoch, BOOK_A, false, false);
        _assertLanes(epoch, BOOK_B, true, true);
        uint32 next = _postNext(3);
        vm.prank(address(payOnUsage));
        settlement.voidEpoch(next, "why");
        skip(SLOW);
        _assertLanes(next, BOOK_B, false, false);
    }

    function test_IsFinal_FalseGiven_UnknownEpoch() external view {
        assertFalse(settlement.isFinal(0, BOOK_A));
        assertFalse(settlement.isFinal(7, BOOK_A));
    }

    function test_IsFinal_WithoutAQuorumOnlySlowly() external {
        uint32 epoch = _postNext(1);
        skip(SLOW - 1);
        assertFalse(settlement.isFinal(epoch, BOOK_A));
        skip(1);
        assertTrue(settlement.isFinal(epoch, BOOK_A));
    }

    function test_CloseBasis_OfNothingPosted() external view {
        (RootRef[] memory refs, bool latestFinal, uint40 lockedUntil) = settlement.closeBasis(BOOK_A, 0);
        assertEq(refs.length, 0);
        assertTrue(latestFinal);
        assertEq(lockedUntil, 0);
    }

    function test_CloseBasis_TheLatestTheLatestFinalAndTheClaimed() external {
        uint32 first = _postNext(3);
        skip(FAST);
        uint32 second = _postNext(3);
        skip(FAST);
        uint32 third = _postNext(1);
        _assertEpochs(BOOK_A, 0, [third, second, 0]);
        _assertEpochs(BOOK_A, second, [third, second, 0]);
        _assertEpochs(BOOK_A, first, [third, second, first]);
    }

    function test_CloseBasis_LeavesOutAClaimedRootThatIsGone() external {
        uint32 first = _postNext(3);
        uint32 wrong = _postNext(3);
        vm.prank(address(payOnUsage));
        settlement.voidEpoch(wrong, "why");
        uint32 third = _postNext(3);
        _assertEpochs(BOOK_A, wrong, [third, first, 0]);
        _assertEpochs(BOOK_A, third + 1, [third, first, 0]);
    }

    function test_CloseBasis_FastFinalIsNotBeyondChallenge() external {
        _postNext(3);
        skip(FAST);
        (, bool latestFinal,) = settlement.closeBasis(BOOK_A, 0);
        assertFalse(latestFinal);
        skip(SLOW - FAST);
        (, latestFinal,) = settlement.closeBasis(BOOK_A, 0);
        assertTrue(latestFinal);
    }

    function test_CloseBasis_LocksUntilTheDueRootHasAQuorum() external {
        _postNext(3);
        uint32 due = _nextCutoff();
        uint256 until = block.timestamp + POSTING;
        assertEq(_lockedUntil(), until);
        _post(_commitment(due), 1);
        assertEq(_lockedUntil(), until);
        vm.warp(until);
        assertEq(_lockedUntil(), until);
        skip(1);
        assertEq(_lockedUntil(), 0);
        _postNext(3);
        assertEq(_lockedUntil(), 0);
    }

    function test_CloseBasis_OfAFrozenBookTheLastGoodRoot() external {
        uint32 good = _postNext(3);
        skip(SLOW);
        uint32 bad = _postNext(3);
        vm.prank(address(payOnUsage));
        settlement.freezeBook(BOOK_A, bad, "why");
        _assertEpochs(BOOK_A, bad, [good, 0, 0]);
        _assertEpochs(BOOK_B, 0, [bad, good, 0]);
    }

    function _lockedUntil() private view returns (uint40 until) {
        (,, until) = settlement.closeBasis(BOOK_A, 0);
    }
}
