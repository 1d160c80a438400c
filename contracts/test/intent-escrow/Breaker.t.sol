// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIntentEscrowEvents as Say} from "../../src/interfaces/IIntentEscrowEvents.sol";
import {BookRecord, Outflow} from "../../src/interfaces/DataTypes.sol";
import {Statements} from "../money/Statements.sol";

/// @notice What may leave a book before its root is beyond challenge: a share of it, or three times what usually leaves.
contract BreakerTest is Statements {
    bytes32[] private _ids;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < 45; ++i) {
            (, bytes32 intentId) = _open(bob, bobKey, 50e6, 100 + i);
            _ids.push(intentId);
        }
    }

    function test_Breaker_LetsThreeTimesTheMeanThrough() external {
        uint256 mean;
        for (uint256 day = 0; day < 3; ++day) {
            _openWindow();
            Outflow memory before = escrow.outflowOf(BOOK_A);
            assertEq(before.mean, mean);
            // A fifth of 2,250 and less is below the floor of 500, and so is three times the mean.
            assertEq(before.cap, LIMIT);
            for (uint256 i = 0; i < 10; ++i) {
                _release(50e6);
            }
            mean = (6 * mean + 500e6) / 7;
        }
        _openWindow();
        assertEq(mean, 185_131_194);
        assertEq(escrow.outflowOf(BOOK_A).cap, 3 * mean);
        for (uint256 i = 0; i < 11; ++i) {
            _release(50e6);
        }
        uint64 left = uint64(3 * mean) - 550e6;
        vm.expectRevert(abi.encodeWithSelector(Say.IntentEscrow_OutflowCap.selector, left, left + 1));
        vm.prank(address(payOnUsage));
        escrow.releaseToCarrier(_ids[_ids.length - 1], 0, left + 1);
    }

    function test_Breaker_ForgetsWhatLeftLongAgo() external {
        _openWindow();
        _release(50e6);
        skip(1 days);
        assertEq(escrow.outflowOf(BOOK_A).mean, uint256(50e6) / 7);
        skip(1 days);
        // forge-lint: disable-next-line(divide-before-multiply) as the contract rounds, step by step
        assertEq(escrow.outflowOf(BOOK_A).mean, (uint256(50e6) / 7) * 6 / 7);
        skip(30 days);
        assertGt(escrow.outflowOf(BOOK_A).mean, 0);
        skip(1 days);
        assertEq(escrow.outflowOf(BOOK_A).mean, 0);
    }

    function test_Breaker_KeepsTheMeanWhileAWindowRuns() external {
        _openWindow();
        _release(50e6);
        _openWindow();
        _release(50e6);
        Outflow memory outflow = escrow.outflowOf(BOOK_A);
        assertEq(outflow.mean, uint256(50e6) / 7);
        assertEq(outflow.used, 50e6);
        _release(50e6);
        outflow = escrow.outflowOf(BOOK_A);
        assertEq(outflow.mean, uint256(50e6) / 7);
        assertEq(outflow.used, 100e6);
    }

    function test_NoteFrozen_RevertWhen_NotSettlement() external {
        vm.expectRevert(
            abi.encodeWithSelector(Say.IntentEscrow_NotSettlement.selector, address(this), address(settlement))
        );
        escrow.noteFrozen(BOOK_A);
    }

    function test_NoteFrozen_KeepsTheRest() external {
        _openWindow();
        _release(50e6);
        BookRecord memory before = escrow.bookOf(BOOK_A);
        assertFalse(before.frozen);
        uint32 epoch = settlement.latest();
        vm.prank(address(payOnUsage));
        settlement.freezeBook(BOOK_A, epoch, "why");
        before.frozen = true;
        assertEq(keccak256(abi.encode(escrow.bookOf(BOOK_A))), keccak256(abi.encode(before)));
        assertFalse(escrow.bookOf(BOOK_B).frozen);
    }

    /// @dev A root that can still be challenged, so that the cap counts.
    function _openWindow() private {
        _postNext(1);
        skip(POSTING + 1);
    }

    function _release(uint64 amount) private {
        bytes32 intentId = _ids[_ids.length - 1];
        _ids.pop();
        vm.prank(address(payOnUsage));
        assertEq(escrow.releaseToCarrier(intentId, 0, amount), amount);
    }
}
