// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {OddPoolScene} from "./OddPoolScene.sol";
import {OddToken} from "./OddToken.sol";

contract OddPoolTest is OddPoolScene {
    function test_Odd_Pool_NoAnswerCountsAsTrue() external {
        _passEach(takes);
        _passEach(gives);
        odd.setMode(OddToken.Mode.ReturnsNothing);
        _passEach(takes);
        _passEach(gives);
    }

    function test_Odd_Pool_RevertWhen_TheTokenSaysFalse() external {
        odd.setMode(OddToken.Mode.ReturnsFalse);
        bytes memory reason = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(odd));
        _refuseEach(takes, reason);
        _refuseEach(gives, reason);
    }

    function test_Odd_Pool_RevertWhen_TheTokenReverts() external {
        odd.setMode(OddToken.Mode.Reverts);
        bytes memory reason = abi.encodeWithSelector(OddToken.OddToken_Refused.selector);
        _refuseEach(takes, reason);
        _refuseEach(gives, reason);
    }

    function test_Odd_Pool_RevertWhen_TheTokenBlocksThePool() external {
        odd.blacklist(address(pool), true);
        bytes memory reason = abi.encodeWithSelector(OddToken.OddToken_Blocked.selector, address(pool));
        _refuseEach(takes, reason);
        _refuseEach(gives, reason);
    }

    function test_Odd_Pool_AFeeOnTheWayOutIsTheReceivers() external {
        odd.setMode(OddToken.Mode.TakesFee);
        _passEach(gives);
    }

    /// Nothing is booked as repaid that the box did not send.
    function test_Odd_Pool_RepayBooksNothingThatDidNotCome() external {
        bytes32 before = _print();
        odd.setMode(OddToken.Mode.ReturnsFalse);
        assertEq(pool.repay(BOOK_B, epoch), 0);
        odd.setMode(OddToken.Mode.Reverts);
        assertEq(pool.repay(BOOK_B, epoch), 0);
        odd.setMode(OddToken.Mode.Usual);
        odd.blacklist(boxB, true);
        assertEq(pool.repay(BOOK_B, epoch), 0);
        assertEq(_print(), before);
        odd.blacklist(boxB, false);
        odd.setMode(OddToken.Mode.ReturnsNothing);
        assertEq(pool.repay(BOOK_B, epoch), 7e6);
        assertEq(pool.advanceOf(BOOK_B, epoch).repaid, 7e6);
        _assertHolds("repaid");
    }

    function test_Odd_Pool_ReleaseLeavesInTheBoxWhatTheTokenDoesNotMove() external {
        odd.setMode(OddToken.Mode.ReturnsFalse);
        assertEq(pool.release(CARRIER_A), 0);
        odd.setMode(OddToken.Mode.Reverts);
        assertEq(pool.release(CARRIER_A), 0);
        odd.setMode(OddToken.Mode.Usual);
        odd.blacklist(payoutA, true);
        assertEq(pool.release(CARRIER_A), 0);
        assertEq(odd.balanceOf(boxA), 5e6);
        odd.blacklist(payoutA, false);
        assertEq(pool.release(CARRIER_A), 5e6);
        assertEq(odd.balanceOf(payoutA), 5e6);
        _assertHolds("released");
    }

    /// A repayment passes although the carrier's own address is blocked: what is its own stays in the box.
    function test_Odd_Pool_RepayPassesByABlockedBeneficiary() external {
        odd.blacklist(payoutB, true);
        odd.mint(boxB, 20e6);
        uint256 lent = odd.balanceOf(payoutB);
        assertEq(pool.repay(BOOK_B, epoch), 20e6);
        assertEq(odd.balanceOf(boxB), 7e6);
        assertEq(odd.balanceOf(payoutB), lent);
        _assertHolds("repaid");
    }
}
