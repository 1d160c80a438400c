// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {OddHoldersScene} from "./OddHoldersScene.sol";
import {OddToken} from "./OddToken.sol";

contract OddHoldersTest is OddHoldersScene {
    function test_Odd_Holders_NoAnswerCountsAsTrue() external {
        _passEach(takes);
        _passEach(gives);
        odd.setMode(OddToken.Mode.ReturnsNothing);
        _passEach(takes);
        _passEach(gives);
    }

    function test_Odd_Holders_RevertWhen_TheTokenSaysFalse() external {
        odd.setMode(OddToken.Mode.ReturnsFalse);
        bytes memory reason = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(odd));
        _refuseEach(takes, reason);
        _refuseEach(gives, reason);
    }

    function test_Odd_Holders_RevertWhen_TheTokenReverts() external {
        odd.setMode(OddToken.Mode.Reverts);
        bytes memory reason = abi.encodeWithSelector(OddToken.OddToken_Refused.selector);
        _refuseEach(takes, reason);
        _refuseEach(gives, reason);
    }

    function test_Odd_Holders_AFeeOnTheWayOutIsTheReceivers() external {
        odd.setMode(OddToken.Mode.TakesFee);
        _passEach(gives);
    }

    /// Who is blocked waits; nobody else does, and nothing is lost.
    function test_Odd_Holders_ABlockedHolderHoldsUpNobody() external {
        odd.blacklist(holder, true);
        bytes memory reason = abi.encodeWithSelector(OddToken.OddToken_Blocked.selector, holder);
        _refuseEach(takes, reason);
        for (uint256 i = 0; i < gives.length; ++i) {
            bool toHolder = i != 2 && i != 6;
            (bool success, bytes memory answer) = _run(gives[i]);
            assertEq(success, !toHolder, gives[i].name);
            if (toHolder) assertEq(answer, reason, gives[i].name);
            _assertHolds(gives[i].name);
        }
        odd.blacklist(holder, false);
        uint256 wallet = odd.balanceOf(holder);
        uint256 due = uint256(attestors.unbondingOf(holder).amount) + attestors.rewardOf(holder)
            + payOnUsage.owedTo(holder) + fees.bondOf(holder).amount + fees.owedTo(holder);
        for (uint256 i = 0; i < gives.length; ++i) {
            if (i == 2 || i == 6) continue;
            (bool success,) = _run(gives[i]);
            assertTrue(success, gives[i].name);
        }
        assertEq(odd.balanceOf(holder) - wallet, due);
    }
}
