// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FeeTreasury} from "../../src/FeeTreasury.sol";
import {IFeeTreasury} from "../../src/interfaces/IFeeTreasury.sol";
import {Paymasters} from "../gesim-paymaster/Paymasters.sol";

/// @notice With the real paymaster and EntryPoint: what gas earned, shared.
contract GasShareTest is Paymasters {
    FeeTreasury private _fees;
    address private _safe = makeAddr("safe");
    address private _tank = makeAddr("gas tank");

    function setUp() public override {
        super.setUp();
        _fees = FeeTreasury(
            deployCode(
                "FeeTreasury.sol",
                abi.encode(usdc, _safe, address(0), paymaster, uint40(1 days), address(this), address(this))
            )
        );
        vm.prank(owner);
        paymaster.setTreasury(address(_fees));
    }

    function test_Fees_ShareGas_RevertGiven_NoGasTank() external {
        vm.expectRevert(IFeeTreasury.FeeTreasury_ZeroAddress.selector);
        _fees.shareGas();
    }

    function test_Fees_ShareGas_GivesTheCostToTheTankAndShareOfTheMarginToTheSafe() external {
        _fees.setSettings(1, 1, 0, 4_000, _tank);
        vm.prank(operator);
        paymaster.setBudget(address(account), 20e6, type(uint48).max);
        _handle(_sponsored(""));
        uint64 revenue = paymaster.till().revenueMicros;
        // A margin of 1,000 basis points on top of the cost is a tenth of the cost: an eleventh of the revenue.
        // forge-lint: disable-next-line(divide-before-multiply) as the contract rounds, step by step
        uint64 toSafe = ((revenue / 11) * 4) / 10;
        assertEq(_fees.shareGas(), revenue);
        assertApproxEqAbs(_fees.owedTo(_tank), revenue - toSafe, 1);
        assertApproxEqAbs(_fees.sweep(), toSafe, 1);
        vm.prank(_tank);
        assertApproxEqAbs(_fees.collect(), revenue - toSafe, 1);
        assertEq(usdc.balanceOf(address(_fees)), 0);
    }
}
