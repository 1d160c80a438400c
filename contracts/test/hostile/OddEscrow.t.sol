// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {IntentState} from "../../src/interfaces/DataTypes.sol";
import {OddScene} from "./OddScene.sol";
import {OddToken} from "./OddToken.sol";

/// @notice Each step of the escrow on a token that answers oddly: it is refused cleanly, or the money is as the records say.
contract OddEscrowTest is OddScene {
    /// @dev Steps that send money where it must arrive, or take it.
    Step[] private _strict = [
        Step.FundIntent,
        Step.Claim,
        Step.Replenish,
        Step.WithdrawBalance,
        Step.SweepFees,
        Step.Multicall,
        Step.RedeemVoucher
    ];
    /// @dev Steps that give back to a traveller, or credit what does not arrive.
    Step[] private _lenient =
        [Step.Refund, Step.CloseInstant, Step.CloseBatch, Step.RefundFinal, Step.RefundConfirmed, Step.FinalizeExit];
    /// @dev Steps that move no token.
    Step[] private _still = [
        Step.CreateIntent,
        Step.CreateFromBalance,
        Step.Activate,
        Step.Rollover,
        Step.RequestExit,
        Step.CounterExit,
        Step.CancelExit
    ];

    function _run(Step step) private returns (bool success, bytes memory answer) {
        (address target, bytes memory data) = _call(step);
        vm.prank(traveller);
        return target.call(data);
    }

    function _refuses(Step step, bytes memory reason) private {
        (address target, bytes memory data) = _call(step);
        bytes32 records = _records();
        vm.prank(traveller);
        (bool success, bytes memory answer) = target.call(data);
        assertFalse(success, vm.toString(uint8(step)));
        assertEq(answer, reason, vm.toString(uint8(step)));
        assertEq(_records(), records, "a refused step leaves no trace");
        _assertSolvent(vm.toString(uint8(step)));
    }

    function _passes(Step step) private {
        uint256 state = vm.snapshotState();
        (bool success,) = _run(step);
        assertTrue(success, vm.toString(uint8(step)));
        _assertSolvent(vm.toString(uint8(step)));
        vm.revertToState(state);
    }

    /// @dev The credit that a step gives a traveller whom the token does not pay.
    function _credits(Step step) private {
        uint256 state = vm.snapshotState();
        (uint256 held, uint256 wallet) = (odd.balanceOf(address(escrow)), odd.balanceOf(traveller));
        bytes32 id = escrow.intentIdOf(termsFor[step]);
        uint64 funded = escrow.intentOf(id).funded;
        (bool success,) = _run(step);
        assertTrue(success, vm.toString(uint8(step)));
        assertEq(uint8(_stateOf(id)), uint8(IntentState.Closed));
        // Of a refund while Held nothing is settled.
        assertEq(escrow.balanceOf(traveller), BALANCE + funded - escrow.intentOf(id).settled, "credited");
        assertEq(odd.balanceOf(address(escrow)), held, "nothing left");
        assertEq(odd.balanceOf(traveller), wallet, "nothing arrived");
        _assertSolvent(vm.toString(uint8(step)));
        vm.revertToState(state);
    }

    function test_Odd_Escrow_UsualTokenMakesEachStep() external {
        _passesAll();
        _passes(Step.CreateAndFund);
        _passes(Step.Settle);
    }

    function _passesAll() private {
        for (uint256 i = 0; i < _strict.length; ++i) {
            _passes(_strict[i]);
        }
        for (uint256 i = 0; i < _lenient.length; ++i) {
            _passes(_lenient[i]);
        }
        for (uint256 i = 0; i < _still.length; ++i) {
            _passes(_still[i]);
        }
    }

    /// A token without an answer (as USDT) is as good as one that says true.
    function test_Odd_Escrow_NoAnswerCountsAsTrue() external {
        odd.setMode(OddToken.Mode.ReturnsNothing);
        _passesAll();
        _passes(Step.CreateAndFund);
        _passes(Step.Settle);
    }

    function test_Odd_Escrow_RevertWhen_TheTokenSaysFalse() external {
        odd.setMode(OddToken.Mode.ReturnsFalse);
        bytes memory reason = abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(odd));
        for (uint256 i = 0; i < _strict.length; ++i) {
            _refuses(_strict[i], reason);
        }
        _refuses(Step.CreateAndFund, abi.encodeWithSelector(OddToken.OddToken_Refused.selector));
    }

    function test_Odd_Escrow_RevertWhen_TheTokenReverts() external {
        odd.setMode(OddToken.Mode.Reverts);
        bytes memory reason = abi.encodeWithSelector(OddToken.OddToken_Refused.selector);
        for (uint256 i = 0; i < _strict.length; ++i) {
            _refuses(_strict[i], reason);
        }
        _refuses(Step.CreateAndFund, reason);
    }

    function test_Odd_Escrow_CreditsWhatTheTokenDoesNotMove() external {
        odd.setMode(OddToken.Mode.ReturnsFalse);
        for (uint256 i = 0; i < _lenient.length; ++i) {
            _credits(_lenient[i]);
        }
        odd.setMode(OddToken.Mode.Reverts);
        for (uint256 i = 0; i < _lenient.length; ++i) {
            _credits(_lenient[i]);
        }
        for (uint256 i = 0; i < _still.length; ++i) {
            _passes(_still[i]);
        }
    }

    function test_Odd_Escrow_CreditsATravellerWhomTheTokenBlocks() external {
        odd.blacklist(traveller, true);
        for (uint256 i = 0; i < _lenient.length; ++i) {
            _credits(_lenient[i]);
        }
        bytes memory reason = abi.encodeWithSelector(OddToken.OddToken_Blocked.selector, traveller);
        _refuses(Step.WithdrawBalance, reason);
        _refuses(Step.FundIntent, reason);
        _refuses(Step.CreateAndFund, reason);
        _passes(Step.Claim);
        _passes(Step.RedeemVoucher);
    }

    /// The escrow itself is blocked: nothing that must arrive is booked, and travellers' ends still end.
    function test_Odd_Escrow_WhenTheEscrowIsBlocked() external {
        odd.blacklist(address(escrow), true);
        bytes memory reason = abi.encodeWithSelector(OddToken.OddToken_Blocked.selector, address(escrow));
        for (uint256 i = 0; i < _strict.length; ++i) {
            _refuses(_strict[i], reason);
        }
        _refuses(Step.CreateAndFund, reason);
        for (uint256 i = 0; i < _lenient.length; ++i) {
            _credits(_lenient[i]);
        }
    }

    function test_Odd_Settle_SkipsWhomTheTokenDoesNotPay() external {
        odd.blacklist(payoutA, true);
        (address target, bytes memory data) = _call(Step.Settle);
        bytes memory reason = abi.encodeWithSelector(OddToken.OddToken_Blocked.selector, payoutA);
        uint64 before = escrow.bookOf(BOOK_A).claimed;
        uint256 paidToB = odd.balanceOf(payoutB);
        vm.expectEmit(address(settlement));
        emit ISettlement.BookNotSettled(epoch, BOOK_A, reason);
        (bool success, bytes memory answer) = target.call(data);
        assertTrue(success);
        assertEq(abi.decode(answer, (uint64)), 4e6);
        assertEq(escrow.bookOf(BOOK_A).claimed, before);
        assertEq(odd.balanceOf(payoutB), paidToB + 3.96e6);
        _assertSolvent("settled");
        odd.setMode(OddToken.Mode.Reverts);
        (success, answer) = target.call(data);
        assertTrue(success);
        assertEq(abi.decode(answer, (uint64)), 0);
        _assertSolvent("nothing settled");
    }

    /// Fees of the token on the way out are the receiver's: the escrow lost what it booked.
    function test_Odd_Escrow_AFeeOnTheWayOutIsTheReceivers() external {
        odd.setMode(OddToken.Mode.TakesFee);
        for (uint256 i = 0; i < _lenient.length; ++i) {
            _passes(_lenient[i]);
        }
        for (uint256 i = 0; i < _still.length; ++i) {
            _passes(_still[i]);
        }
        _passes(Step.Claim);
        _passes(Step.WithdrawBalance);
        _passes(Step.SweepFees);
        _passes(Step.RedeemVoucher);
        _passes(Step.Settle);
    }

    /// Nobody is left behind: after a token that refused everything all credits can be withdrawn.
    function test_Odd_Escrow_CreditsAreMoneyOnceTheTokenWorksAgain() external {
        odd.setMode(OddToken.Mode.Reverts);
        for (uint256 i = 0; i < _lenient.length; ++i) {
            (bool success,) = _run(_lenient[i]);
            assertTrue(success);
        }
        odd.setMode(OddToken.Mode.Usual);
        uint64 balance = escrow.balanceOf(traveller);
        uint256 wallet = odd.balanceOf(traveller);
        vm.prank(traveller);
        escrow.withdrawBalance(balance, traveller);
        assertEq(odd.balanceOf(traveller), wallet + balance);
        assertEq(escrow.balanceOf(traveller), 0);
        _assertSolvent("withdrawn");
    }
}
