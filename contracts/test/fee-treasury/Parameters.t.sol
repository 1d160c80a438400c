// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FeeTreasury} from "../../src/FeeTreasury.sol";
import {ICarrierRegistry} from "../../src/interfaces/ICarrierRegistry.sol";
import {IFeeTreasury} from "../../src/interfaces/IFeeTreasury.sol";
import {IGesimPaymaster} from "../../src/interfaces/IGesimPaymaster.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Where fees end and who governs the prices cannot be left out, since neither can be set later.
contract FeeTreasuryParametersTest is Test {
    function _make(address safe, address governor) private returns (FeeTreasury) {
        return new FeeTreasury(
            IERC20(address(1)),
            safe,
            ICarrierRegistry(address(2)),
            IGesimPaymaster(address(3)),
            7 days,
            governor,
            address(4)
        );
    }

    function test_Fees_RevertWhen_SafeOrGovernorIsMissing() external {
        vm.expectRevert(IFeeTreasury.FeeTreasury_ZeroAddress.selector);
        _make(address(0), address(5));
        vm.expectRevert(IFeeTreasury.FeeTreasury_ZeroAddress.selector);
        _make(address(5), address(0));
    }

    function test_Fees_Parameters_AreThoseGiven() external {
        FeeTreasury fees = _make(address(5), address(6));
        assertEq(fees.safe(), address(5));
        assertEq(fees.unbondingSeconds(), 7 days);
        assertTrue(fees.hasRole(fees.GOVERNOR(), address(6)));
        assertTrue(fees.hasRole(fees.OPERATOR(), address(4)));
        assertFalse(fees.hasRole(fees.GOVERNOR(), address(4)));
    }
}
