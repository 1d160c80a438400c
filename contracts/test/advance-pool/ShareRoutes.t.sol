// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAdvancePool} from "../../src/interfaces/IAdvancePool.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {PoolJourney} from "./PoolJourney.sol";

/// @notice The other doors of ERC-4626 and ERC-20 keep the same rules as deposit and redeem.
contract ShareRoutesTest is PoolJourney {
    function test_Pool_Mint_TakesWhatTheSharesCost() external {
        vm.startPrank(bob);
        usdc.approve(address(pool), 50e6);
        assertEq(pool.mint(50e12, bob), 50e6);
        vm.stopPrank();
        assertEq(pool.balanceOf(bob), 50e12);
        assertEq(pool.totalAssets(), 1_050e6);
    }

    function test_Pool_Mint_RevertWhen_NothingRefusedOrAboveTheMost() external {
        vm.expectRevert(IAdvancePool.AdvancePool_ZeroAmount.selector);
        pool.mint(0, alice);
        sanctions.setSanctioned(bob, true);
        vm.expectRevert(abi.encodeWithSelector(IAdvancePool.AdvancePool_Refused.selector, bob, 3));
        pool.mint(1, bob);
        vm.expectRevert(
            abi.encodeWithSelector(ERC4626.ERC4626ExceededMaxMint.selector, alice, 99_000e12 + 1, 99_000e12)
        );
        pool.mint(99_000e12 + 1, alice);
    }

    function test_Pool_Withdraw_TakesFromTheRequest() external {
        _request();
        vm.prank(provider);
        assertEq(pool.withdraw(400e6, provider, provider), 400e12);
        assertEq(usdc.balanceOf(provider), 400e6);
        (uint256 left,,) = pool.requestOf(provider);
        assertEq(left, 600e12);
    }

    function test_Pool_Withdraw_RevertWhen_NotAskedAllowedOrCompliant() external {
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(ERC4626.ERC4626ExceededMaxWithdraw.selector, provider, 1, 0));
        pool.withdraw(1, provider, provider);
        _request();
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, bob, 0, 1e12));
        vm.prank(bob);
        pool.withdraw(1e6, bob, provider);
        sanctions.setSanctioned(provider, true);
        vm.expectRevert(abi.encodeWithSelector(IAdvancePool.AdvancePool_Refused.selector, provider, 4));
        vm.prank(provider);
        pool.withdraw(1e6, provider, provider);
    }

    function test_Pool_TransferFrom_RevertWhen_TheSharesWait() external {
        uint256 shares = pool.balanceOf(provider);
        vm.startPrank(provider);
        pool.approve(bob, shares);
        pool.requestRedeem(shares - 5);
        vm.stopPrank();
        vm.startPrank(bob);
        vm.expectRevert(abi.encodeWithSelector(IAdvancePool.AdvancePool_SharesQueued.selector, 5, 6));
        // forge-lint: disable-next-line(erc20-unchecked-transfer)
        pool.transferFrom(provider, bob, 6);
        assertTrue(pool.transferFrom(provider, bob, 5));
        vm.stopPrank();
    }

    function _request() private {
        uint256 shares = pool.balanceOf(provider);
        vm.prank(provider);
        pool.requestRedeem(shares);
        skip(SLOW);
    }
}
