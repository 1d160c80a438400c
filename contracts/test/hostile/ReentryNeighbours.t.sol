// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IAttestors} from "../../src/interfaces/IAttestors.sol";
import {IAttestorRegistry} from "../../src/interfaces/IAttestorRegistry.sol";
import {HookAccount} from "./HookAccount.sol";
import {OddHoldersScene} from "./OddHoldersScene.sol";
import {OddPoolScene} from "./OddPoolScene.sol";
import {IOddHook} from "./OddToken.sol";
import {WithoutGuard} from "./WithoutGuard.sol";

/// @notice The provider's contract calls the pool in the middle of each transfer.
contract ReentryPoolTest is OddPoolScene, WithoutGuard {
    bytes private constant GUARD =
        abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);

    HookAccount private _hook;

    function _provider() internal override returns (address) {
        _hook = HookAccount(deployCode("HookAccount.sol:HookAccount"));
        return address(_hook);
    }

    function _attemptAll() private {
        for (uint256 i = 0; i < takes.length; ++i) {
            _hook.attempt(address(pool), takes[i].data);
        }
        for (uint256 i = 0; i < gives.length; ++i) {
            _hook.attempt(address(pool), gives[i].data);
        }
        _hook.attempt(address(pool), abi.encodeCall(pool.repay, (BOOK_B, epoch)));
        _hook.attempt(address(pool), abi.encodeCall(pool.release, (CARRIER_A)));
        _hook.attempt(address(pool), abi.encodeCall(pool.writeOff, (BOOK_B, epoch)));
    }

    function _meetsTheGuard(Act memory outer) private {
        uint256 state = vm.snapshotState();
        (bool success,) = _run(outer);
        assertTrue(success, outer.name);
        assertTrue(_hook.wasCalled(), outer.name);
        for (uint256 j = 0; j < _hook.count(); ++j) {
            HookAccount.Attempt memory a = _hook.attemptAt(j);
            assertFalse(a.succeeded, outer.name);
            assertEq(a.answer, GUARD, string.concat(outer.name, " by ", vm.toString(j)));
        }
        _assertHolds(outer.name);
        vm.revertToState(state);
    }

    function _everyStepMeetsTheGuard(bool callsBefore) private {
        odd.setHook(IOddHook(address(_hook)), callsBefore);
        _attemptAll();
        for (uint256 i = 0; i < takes.length; ++i) {
            _meetsTheGuard(takes[i]);
        }
        for (uint256 i = 0; i < gives.length; ++i) {
            _meetsTheGuard(gives[i]);
        }
        bytes memory repay = abi.encodeCall(pool.repay, (BOOK_B, epoch));
        _meetsTheGuard(Act("repay", address(this), address(pool), repay));
        _meetsTheGuard(Act("release", address(this), address(pool), abi.encodeCall(pool.release, (CARRIER_A))));
    }

    function test_Reentry_Pool_EveryStepMeetsTheGuardBeforeTheMoneyMoves() external {
        _everyStepMeetsTheGuard(true);
    }

    function test_Reentry_Pool_EveryStepMeetsTheGuardAfterTheMoneyMoved() external {
        _everyStepMeetsTheGuard(false);
    }

    /// While a deposit waits for its money the assets are up and the shares are not: without the guard a redemption in
    /// between takes some of it.
    function test_Reentry_Pool_ARedemptionWithinADepositTakesItWithoutTheGuardOnly() external {
        odd.setHook(IOddHook(address(_hook)), true);
        _hook.attempt(address(pool), abi.encodeCall(pool.redeem, (100e12, provider, provider)));
        bytes memory deposit = abi.encodeCall(pool.deposit, (1_000e6, provider));
        uint256 state = vm.snapshotState();
        _hook.execute(address(pool), deposit);
        assertEq(_hook.attemptAt(0).answer, GUARD);
        vm.revertToState(state);
        _takeGuardOut(address(pool));
        _hook.execute(address(pool), deposit);
        assertTrue(_hook.attemptAt(0).succeeded);
        assertGt(abi.decode(_hook.attemptAt(0).answer, (uint256)), 150e6, "100 USDC of shares gave more");
    }
}

/// @notice A relayer's, challenger's or attestor's contract calls treasury, demands and stakes in the middle of a transfer.
contract ReentryHoldersTest is OddHoldersScene {
    bytes private constant GUARD =
        abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);

    HookAccount private _hook;

    function _holder() internal override returns (address) {
        _hook = HookAccount(deployCode("HookAccount.sol:HookAccount"));
        return address(_hook);
    }

    function _ofTreasury(Act memory a) private view returns (bool) {
        return a.target == address(fees);
    }

    /// @dev Runs each of the treasury's steps that move money with all of its guarded functions attempted within.
    function _treasuryMeetsTheGuard(bool callsBefore) private {
        odd.setHook(IOddHook(address(_hook)), callsBefore);
        bytes[6] memory inner = [
            abi.encodeCall(fees.addBond, (1e6)),
            abi.encodeCall(fees.withdrawBond, ()),
            abi.encodeCall(fees.relay, (CALLS, "")),
            abi.encodeCall(fees.collect, ()),
            abi.encodeCall(fees.shareGas, ()),
            abi.encodeCall(fees.sweep, ())
        ];
        for (uint256 i = 0; i < inner.length; ++i) {
            _hook.attempt(address(fees), inner[i]);
        }
        for (uint256 i = 0; i < takes.length + gives.length; ++i) {
            Act memory outer = i < takes.length ? takes[i] : gives[i - takes.length];
            if (!_ofTreasury(outer)) continue;
            uint256 state = vm.snapshotState();
            (bool success,) = _run(outer);
            assertTrue(success, outer.name);
            for (uint256 j = 0; j < inner.length; ++j) {
                assertEq(_hook.attemptAt(j).answer, GUARD, string.concat(outer.name, " by ", vm.toString(j)));
            }
            _assertHolds(outer.name);
            vm.revertToState(state);
        }
    }

    function test_Reentry_Fees_EveryStepMeetsTheGuardBeforeTheMoneyMoves() external {
        _treasuryMeetsTheGuard(true);
    }

    function test_Reentry_Fees_EveryStepMeetsTheGuardAfterTheMoneyMoved() external {
        _treasuryMeetsTheGuard(false);
    }

    /// Demands and stakes have no guard: their records are written first, so that nothing is paid twice.
    function _paysOnce(Act memory outer, bytes memory answer, uint256 due) private {
        for (uint256 i = 0; i < 2; ++i) {
            uint256 state = vm.snapshotState();
            odd.setHook(IOddHook(address(_hook)), i == 0);
            _hook.attempt(outer.target, outer.data);
            uint256 before = odd.balanceOf(holder);
            (bool success,) = _run(outer);
            assertTrue(success, outer.name);
            assertTrue(_hook.wasCalled(), outer.name);
            assertEq(_hook.attemptAt(0).answer, answer, outer.name);
            assertEq(odd.balanceOf(holder) - before, due, outer.name);
            _assertHolds(outer.name);
            vm.revertToState(state);
        }
    }

    function test_Reentry_PayOnUsage_WithdrawOwedPaysOnce() external {
        uint96 due = payOnUsage.owedTo(holder);
        assertEq(due, 5e6);
        _paysOnce(gives[3], abi.encode(uint96(0)), due);
    }

    function test_Reentry_Attestors_WithdrawPaysOnce() external {
        bytes memory answer =
            abi.encodeWithSelector(IAttestorRegistry.AttestorRegistry_NothingToWithdraw.selector, holder);
        _paysOnce(gives[4], answer, STAKE / 2);
    }

    function test_Reentry_Attestors_ClaimRewardPaysOnce() external {
        bytes memory answer = abi.encodeWithSelector(IAttestors.AttestorRegistry_NoReward.selector, holder);
        _paysOnce(gives[5], answer, attestors.rewardOf(holder));
    }

    function test_Reentry_Attestors_SweepReservePaysOnce() external {
        bytes memory answer = abi.encodeWithSelector(IAttestors.AttestorRegistry_ZeroAmount.selector);
        uint256 due = attestors.reserve();
        assertGt(due, 0);
        _paysOnce(gives[6], answer, 0);
        assertEq(odd.balanceOf(treasury), 0);
    }

    /// A stake within a stake counts for both, and each is paid for.
    function test_Reentry_Attestors_StakesWithinStakesAreAllPaidFor() external {
        for (uint256 i = 0; i < 2; ++i) {
            uint256 state = vm.snapshotState();
            odd.setHook(IOddHook(address(_hook)), i == 0);
            _hook.attempt(address(attestors), abi.encodeCall(attestors.stake, (3e6)));
            uint96 before = attestors.stakeOf(holder);
            (bool success,) = _run(takes[1]);
            assertTrue(success);
            assertTrue(_hook.attemptAt(0).succeeded);
            assertEq(attestors.stakeOf(holder) - before, 4e6);
            _assertHolds("staked twice");
            vm.revertToState(state);
        }
    }
}
