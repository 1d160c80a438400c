// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {AdvancePool} from "../../src/AdvancePool.sol";
import {TestUSDC} from "../../src/TestUSDC.sol";
import {CarrierAccount} from "../../src/interfaces/IAdvancePool.sol";
import {PoolBazaar} from "./PoolBazaar.sol";

/// @notice What must hold in the pool, whatever is called in whatever order.
/// forge-config: default.invariant.runs = 32
/// forge-config: default.invariant.depth = 128
contract PoolInvariantsTest is Test {
    PoolBazaar private _bazaar;
    AdvancePool private _pool;
    TestUSDC private _usdc;
    address[3] private _providers;

    function setUp() public {
        _bazaar = new PoolBazaar();
        _bazaar.setUp();
        address pool;
        address usdc;
        (pool, usdc, _providers) = _bazaar.parties();
        (_pool, _usdc) = (AdvancePool(pool), TestUSDC(usdc));
        targetContract(address(_bazaar));
        // What leads somewhere comes more often.
        bytes4[20] memory actions = [
            PoolBazaar.supply.selector,
            PoolBazaar.ask.selector,
            PoolBazaar.redeem.selector,
            PoolBazaar.redeem.selector,
            PoolBazaar.endRequest.selector,
            PoolBazaar.donate.selector,
            PoolBazaar.earn.selector,
            PoolBazaar.advance.selector,
            PoolBazaar.advance.selector,
            PoolBazaar.advance.selector,
            PoolBazaar.claim.selector,
            PoolBazaar.repay.selector,
            PoolBazaar.repay.selector,
            PoolBazaar.release.selector,
            PoolBazaar.bond.selector,
            PoolBazaar.fundStake.selector,
            PoolBazaar.fault.selector,
            PoolBazaar.impair.selector,
            PoolBazaar.writeOff.selector,
            PoolBazaar.wait.selector
        ];
        bytes4[] memory selectors = new bytes4[](actions.length);
        for (uint256 i = 0; i < actions.length; ++i) {
            selectors[i] = actions[i];
        }
        targetSelector(FuzzSelector(address(_bazaar), selectors));
    }

    function invariant_Pool() external view {
        assertFalse(_bazaar.priceFell(), "the share price fell without a write-off");
        assertFalse(_bazaar.capBroken(), "an advance went above bond and half the stake");
        (uint256 cash, uint64 stakeReserve, uint64 juniorReserve, uint256 impaired) = _pool.reserves();
        CarrierAccount memory account = _pool.accountOf(1);
        (uint256 lent, uint256 owed, uint256 writtenOff, uint256 pending) = _bazaar.sums();
        // Donations may lie on top; nothing may be missing.
        assertGe(_usdc.balanceOf(address(_pool)), cash + stakeReserve + juniorReserve + account.bond, "solvency");
        assertEq(_pool.totalAssets(), cash + lent, "assets are cash and what was paid for open advances");
        assertEq(_pool.outstanding(1), owed, "a book's debt is the sum of its advances");
        assertEq(account.outstanding, owed, "a carrier's debt is the sum of its books");
        assertEq(account.writtenOff, writtenOff, "written off");
        assertEq(impaired, pending, "pending losses");
        assertEq(_pool.unsecured(), owed > account.bond ? owed - account.bond : 0, "unsecured");
        uint256 queued;
        for (uint256 i = 0; i < 3; ++i) {
            (uint256 shares,,) = _pool.requestOf(_providers[i]);
            assertLe(shares, _pool.balanceOf(_providers[i]), "shares in the queue that nobody has");
            queued += shares;
        }
        assertLe(queued, _pool.totalSupply(), "the queue");
    }
}
