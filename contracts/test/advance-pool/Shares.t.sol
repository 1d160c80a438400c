// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAdvancePool, PoolParameters} from "../../src/interfaces/IAdvancePool.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {AdvancePool} from "../../src/AdvancePool.sol";
import {PoolJourney} from "./PoolJourney.sol";

contract SharesTest is PoolJourney {
    function _request(address who, uint256 shares) private {
        vm.prank(who);
        pool.requestRedeem(shares);
    }

    function test_Pool_Deposit_RevertWhen_NothingRefusedOrAboveTheMost() external {
        vm.expectRevert(IAdvancePool.AdvancePool_ZeroAmount.selector);
        pool.deposit(0, bob);
        sanctions.setSanctioned(bob, true);
        vm.expectRevert(abi.encodeWithSelector(IAdvancePool.AdvancePool_Refused.selector, bob, 3));
        pool.deposit(1, bob);
        vm.expectRevert(
            abi.encodeWithSelector(ERC4626.ERC4626ExceededMaxDeposit.selector, alice, 99_000e6 + 1, 99_000e6)
        );
        pool.deposit(99_000e6 + 1, alice);
    }

    /// The first depositor's attack: one unit in, a donation, and the next deposit rounds to nothing.
    /// forge-config: default.fuzz.runs = 128
    function testFuzz_Pool_Deposit_CannotBeInflatedByADonation(uint64 donation, uint64 amount) external {
        donation = uint64(bound(donation, 1, 50_000e6));
        amount = uint64(bound(amount, 1, 50_000e6));
        AdvancePool empty = AdvancePool(deployCode("AdvancePool.sol", abi.encode(_poolParameters())));
        (address attacker, address victim) = (makeAddr("attacker"), makeAddr("victim"));
        usdc.mint(attacker, uint256(donation) + 1);
        vm.startPrank(attacker);
        usdc.approve(address(empty), 1);
        empty.deposit(1, attacker);
        assertTrue(usdc.transfer(address(empty), donation));
        vm.stopPrank();
        assertEq(empty.totalAssets(), 1);
        usdc.mint(victim, amount);
        vm.startPrank(victim);
        usdc.approve(address(empty), amount);
        uint256 shares = empty.deposit(amount, victim);
        vm.stopPrank();
        assertEq(shares, uint256(amount) * 1e6);
        assertEq(empty.convertToAssets(shares), amount);
        assertLe(empty.convertToAssets(empty.balanceOf(attacker)), 1);
    }

    function test_Pool_RequestRedeem_WaitsTheWindowThenIsOpenForADay() external {
        uint256 shares = pool.balanceOf(provider);
        _request(provider, shares);
        skip(SLOW - 1);
        assertEq(pool.maxRedeem(provider), 0);
        skip(1);
        assertEq(pool.maxRedeem(provider), shares);
        skip(OPEN);
        assertEq(pool.maxRedeem(provider), shares);
        vm.prank(provider);
        assertEq(pool.redeem(shares, provider, provider), 1_000e6);
        assertEq(usdc.balanceOf(provider), 1_000e6);
        assertEq(pool.totalSupply(), 0);
    }

    function test_Pool_RequestRedeem_RevertWhen_MoreThanOwned() external {
        uint256 shares = pool.balanceOf(provider);
        vm.expectRevert(abi.encodeWithSelector(IAdvancePool.AdvancePool_SharesQueued.selector, shares, shares + 1));
        vm.prank(provider);
        pool.requestRedeem(shares + 1);
    }

    function test_Pool_RequestRedeem_HoldsTheSharesStill() external {
        uint256 shares = pool.balanceOf(provider);
        _request(provider, shares - 5);
        vm.startPrank(provider);
        vm.expectRevert(abi.encodeWithSelector(IAdvancePool.AdvancePool_SharesQueued.selector, 5, 6));
        // forge-lint: disable-next-line(erc20-unchecked-transfer)
        pool.transfer(bob, 6);
        assertTrue(pool.transfer(bob, 5));
        pool.requestRedeem(0);
        assertTrue(pool.transfer(bob, 1));
        vm.stopPrank();
    }

    function test_Pool_RequestRedeem_Again_StartsAnew() external {
        _request(provider, 100);
        skip(SLOW);
        _request(provider, 200);
        assertEq(pool.maxRedeem(provider), 0);
        (uint256 shares, uint40 readyAt, uint40 openUntil) = pool.requestOf(provider);
        assertEq(shares, 200);
        assertEq(readyAt, block.timestamp + SLOW);
        assertEq(openUntil, readyAt + OPEN);
    }

    /// A standing request is no free option: it ends, and until then nothing is lent of what it waits for.
    function test_Pool_EndRequest_AfterItsTime() external {
        _request(provider, 100);
        uint256 until = block.timestamp + SLOW + OPEN;
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IAdvancePool.AdvancePool_RequestOpen.selector, until, until));
        pool.endRequest(provider);
        skip(1);
        assertEq(pool.maxRedeem(provider), 0);
        pool.endRequest(provider);
        (uint256 shares,,) = pool.requestOf(provider);
        assertEq(shares, 0);
    }

    function test_Pool_Redeem_IsLimitedByCash() external {
        _request(provider, pool.balanceOf(provider));
        // Lent before the request would be refused now; lend first, then ask.
        _request(provider, 0);
        uint32 epoch = _lent();
        _request(provider, pool.balanceOf(provider));
        skip(SLOW);
        assertEq(pool.maxWithdraw(provider), 900.1e6);
        usdc.mint(box, 100e6);
        pool.repay(BOOK_A, epoch);
        assertApproxEqAbs(pool.maxWithdraw(provider), 1_000.08e6, 1);
    }

    function test_Pool_Redeem_RevertWhen_NotAskedOrRefused() external {
        vm.startPrank(provider);
        vm.expectRevert(abi.encodeWithSelector(ERC4626.ERC4626ExceededMaxRedeem.selector, provider, 1, 0));
        pool.redeem(1, provider, provider);
        pool.requestRedeem(10e6);
        vm.stopPrank();
        skip(SLOW);
        sanctions.setSanctioned(provider, true);
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(IAdvancePool.AdvancePool_Refused.selector, provider, 4));
        pool.redeem(10e6, provider, provider);
    }

    function test_Pool_SetMaxAssets_LowerAtOnceHigherInAWeek() external {
        vm.startPrank(governor);
        pool.setMaxAssets(2_000e6);
        assertEq(pool.maxDeposit(bob), 1_000e6);
        pool.setMaxAssets(3_000e6);
        assertEq(pool.maxDeposit(bob), 1_000e6);
        skip(7 days);
        assertEq(pool.maxDeposit(bob), 2_000e6);
        assertEq(pool.maxMint(bob), 2_000e12);
        pool.setMaxAssets(10);
        assertEq(pool.maxDeposit(bob), 0);
        vm.stopPrank();
    }

    function test_Pool_SetMaxAssets_RevertWhen_NotGovernor() external {
        vm.expectRevert(abi.encodeWithSelector(IAdvancePool.AdvancePool_NotAllowed.selector, address(this), governor));
        pool.setMaxAssets(1);
    }

    function test_Pool_Parameters_AreThoseGiven() external view {
        assertEq(abi.encode(pool.parameters()), abi.encode(_poolParameters()));
    }

    function test_Pool_RevertWhen_AConstantIsOutOfItsRange() external {
        PoolParameters[4] memory bad = [_poolParameters(), _poolParameters(), _poolParameters(), _poolParameters()];
        bytes32[4] memory names = [bytes32("queueSeconds"), "openSeconds", "claimSeconds", "juniorBps"];
        bad[0].queueSeconds = SLOW - 1;
        bad[1].openSeconds = 0;
        bad[2].claimSeconds = 0;
        bad[3].juniorBps = 10_001;
        for (uint256 i = 0; i < 4; ++i) {
            bytes memory code = abi.encodePacked(vm.getCode("AdvancePool.sol"), abi.encode(bad[i]));
            vm.expectRevert(abi.encodeWithSelector(IAdvancePool.AdvancePool_InvalidParameter.selector, names[i]));
            assembly ("memory-safe") {
                let made := create(0, add(code, 32), mload(code))
                if iszero(made) {
                    returndatacopy(0, 0, returndatasize())
                    revert(0, returndatasize())
                }
            }
        }
    }
}
