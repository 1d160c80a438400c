// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IIntentEscrowEvents as Say} from "../../src/interfaces/IIntentEscrowEvents.sol";
import {IPayOnUsage} from "../../src/interfaces/IPayOnUsage.sol";
import {IntentState} from "../../src/interfaces/DataTypes.sol";
import {HookAccount} from "./HookAccount.sol";
import {OddScene} from "./OddScene.sol";
import {IOddHook} from "./OddToken.sol";
import {WithoutGuard} from "./WithoutGuard.sol";

/// @notice The token calls the traveller in the middle of each transfer, and the traveller calls the escrow.
contract ReentryEscrowTest is OddScene, WithoutGuard {
    bytes private constant GUARD =
        abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);

    HookAccount private _hook;
    /// @dev Steps in which the token is called.
    Step[] private _outer = [
        Step.FundIntent,
        Step.CreateAndFund,
        Step.Refund,
        Step.Claim,
        Step.CloseInstant,
        Step.CloseBatch,
        Step.RefundFinal,
        Step.RefundConfirmed,
        Step.FinalizeExit,
        Step.Replenish,
        Step.WithdrawBalance,
        Step.SweepFees,
        Step.Multicall,
        Step.RedeemVoucher,
        Step.Settle
    ];

    function _traveller() internal override returns (address, uint256) {
        _hook = HookAccount(deployCode("HookAccount.sol:HookAccount"));
        _enrich(address(_hook));
        return (address(_hook), aliceKey);
    }

    /// @dev Every state-changing function but `settle`, which keeps what fails to itself.
    function _attemptAll() private {
        for (uint8 i = 0; i <= uint8(type(Step).max); ++i) {
            if (Step(i) == Step.Settle) continue;
            (address target, bytes memory data) = _call(Step(i));
            _hook.attempt(target, data);
        }
    }

    /// @dev The step of an attempt: all in their order but `settle`.
    function _attemptedAt(uint256 place) private pure returns (Step) {
        return Step(place < uint256(Step.Settle) ? place : place + 1);
    }

    function _run(Step step) private returns (bytes memory) {
        (address target, bytes memory data) = _call(step);
        return _hook.execute(target, data);
    }

    function _everyStepMeetsTheGuard(bool callsBefore) private {
        odd.setHook(IOddHook(address(_hook)), callsBefore);
        _attemptAll();
        for (uint256 i = 0; i < _outer.length; ++i) {
            string memory name = vm.toString(uint8(_outer[i]));
            uint256 state = vm.snapshotState();
            _run(_outer[i]);
            assertTrue(_hook.wasCalled(), name);
            for (uint256 j = 0; j < _hook.count(); ++j) {
                HookAccount.Attempt memory a = _hook.attemptAt(j);
                assertFalse(a.succeeded, name);
                // A voucher within itself is refused by its own records, before the escrow is asked.
                bytes memory refusal = _outer[i] == Step.RedeemVoucher && _attemptedAt(j) == Step.RedeemVoucher
                    ? abi.encodeWithSelector(IPayOnUsage.PayOnUsage_NothingToRelease.selector, 3e6, 3e6)
                    : GUARD;
                assertEq(a.answer, refusal, string.concat(name, " by ", vm.toString(j)));
            }
            _assertSolvent(name);
            vm.revertToState(state);
        }
    }

    function test_Reentry_Escrow_EveryStepMeetsTheGuardBeforeTheMoneyMoves() external {
        _everyStepMeetsTheGuard(true);
    }

    function test_Reentry_Escrow_EveryStepMeetsTheGuardAfterTheMoneyMoved() external {
        _everyStepMeetsTheGuard(false);
    }

    /// `settle` catches what its claims say, so it pays nothing.
    function test_Reentry_Settle_PaysNothingWithinAnotherStep() external {
        (address target, bytes memory data) = _call(Step.Settle);
        _hook.attempt(target, data);
        odd.setHook(IOddHook(address(_hook)), true);
        uint64 claimed = escrow.bookOf(BOOK_B).claimed;
        _run(Step.WithdrawBalance);
        HookAccount.Attempt memory a = _hook.attemptAt(0);
        assertTrue(a.succeeded);
        assertEq(abi.decode(a.answer, (uint64)), 0);
        assertEq(escrow.bookOf(BOOK_B).claimed, claimed);
        _assertSolvent("settled within");
    }

    function _withoutGuard() private {
        _takeGuardOut(address(escrow));
        // The code that the escrow's constructor made: its first contract.
        _takeGuardOut(vm.computeCreateAddress(address(escrow), 1));
    }

    /// The steps above fail for the guard's sake alone: without it each would have gone through.
    function test_Reentry_Escrow_WithoutTheGuardEachStepGoesThrough() external {
        _withoutGuard();
        odd.setHook(IOddHook(address(_hook)), true);
        for (uint8 i = 0; i < uint8(Step.TrimExit); ++i) {
            uint256 state = vm.snapshotState();
            (address target, bytes memory data) = _call(Step(i));
            _hook.attempt(target, data);
            _run(Step.WithdrawBalance);
            assertTrue(_hook.attemptAt(0).succeeded, vm.toString(i));
            vm.revertToState(state);
        }
    }

    /// What a carrier was paid is written before the money leaves: a claim within itself pays nothing, guard or none.
    function test_Reentry_Escrow_AClaimIsPaidOnceEvenWithoutTheGuard() external {
        assertTrue(_paidOnceWithoutTheGuard(Step.Claim, 36e6));
        assertEq(abi.decode(_hook.attemptAt(0).answer, (uint64)), 0);
    }

    function test_Reentry_Escrow_AVoucherIsPaidOnceEvenWithoutTheGuard() external {
        assertFalse(_paidOnceWithoutTheGuard(Step.RedeemVoucher, 3e6));
    }

    function _paidOnceWithoutTheGuard(Step step, uint64 gross) private returns (bool innerSucceeded) {
        (address target, bytes memory data) = _call(step);
        _hook.attempt(target, data);
        odd.setHook(IOddHook(address(_hook)), true);
        _withoutGuard();
        uint256 before = odd.balanceOf(payoutA);
        assertEq(abi.decode(_run(step), (uint64)), gross);
        assertTrue(_hook.wasCalled());
        assertEq(odd.balanceOf(payoutA) - before, gross - gross / 100);
        _assertSolvent("once");
        return _hook.attemptAt(0).succeeded;
    }

    /// Where the records are written before the money leaves, they alone would refuse the second call.
    function test_Reentry_Escrow_RecordsAreWrittenFirstWhereTravellersArePaid() external {
        _withoutGuard();
        Step[6] memory steps = [
            Step.Refund, Step.CloseInstant, Step.CloseBatch, Step.RefundFinal, Step.RefundConfirmed, Step.FinalizeExit
        ];
        odd.setHook(IOddHook(address(_hook)), true);
        for (uint256 i = 0; i < steps.length; ++i) {
            uint256 state = vm.snapshotState();
            (address target, bytes memory data) = _call(steps[i]);
            _hook.attempt(target, data);
            _run(steps[i]);
            bytes32 id = escrow.intentIdOf(termsFor[steps[i]]);
            IntentState expected = IntentState.Open;
            if (steps[i] == Step.Refund) expected = IntentState.Held;
            if (steps[i] == Step.FinalizeExit) expected = IntentState.Exiting;
            assertEq(
                _hook.attemptAt(0).answer,
                abi.encodeWithSelector(Say.IntentEscrow_WrongState.selector, id, IntentState.Closed, expected)
            );
            _assertSolvent(vm.toString(i));
            vm.revertToState(state);
        }
    }

    function test_Reentry_WithdrawBalance_TwiceTakesNoMoreThanTheBalance() external {
        _withoutGuard();
        bytes memory all = abi.encodeCall(escrow.withdrawBalance, (BALANCE, address(_hook)));
        _hook.attempt(address(escrow), all);
        odd.setHook(IOddHook(address(_hook)), true);
        uint256 before = odd.balanceOf(address(_hook));
        _hook.execute(address(escrow), all);
        assertEq(
            _hook.attemptAt(0).answer, abi.encodeWithSelector(Say.IntentEscrow_InsufficientBalance.selector, 0, BALANCE)
        );
        assertEq(odd.balanceOf(address(_hook)) - before, BALANCE);
        _assertSolvent("withdrawn once");
    }

    /// The guard is down again after every step: the next one in the same transaction goes through.
    function test_Reentry_Escrow_TheGuardIsDownAfterAStep() external {
        odd.setHook(IOddHook(address(_hook)), true);
        _hook.attempt(address(escrow), abi.encodeCall(escrow.withdrawBalance, (STEP, address(_hook))));
        _run(Step.Refund);
        assertEq(_hook.attemptAt(0).answer, GUARD);
        _run(Step.WithdrawBalance);
        _run(Step.Claim);
        assertEq(escrow.balanceOf(address(_hook)), BALANCE - STEP);
        _assertSolvent("one after another");
    }
}
