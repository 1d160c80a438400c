// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

/// @notice Takes the reentrancy guard out of a deployed contract, to show what it is good for.
abstract contract WithoutGuard is Test {
    bytes1 private constant TLOAD = 0x5c;
    bytes1 private constant ISZERO = 0x15;

    /// @dev The guard is the only thing in our contracts that reads transient storage. Where it reads, the slot's number,
    /// which is not zero, becomes 0 instead: never entered.
    function _takeGuardOut(address of_) internal {
        bytes memory code = of_.code;
        uint256 places;
        for (uint256 i = 0; i < code.length; ++i) {
            uint8 instruction = uint8(code[i]);
            if (code[i] == TLOAD) {
                code[i] = ISZERO;
                ++places;
            }
            // PUSH1 to PUSH32 carry data.
            if (instruction >= 0x60 && instruction <= 0x7f) i += instruction - 0x5f;
        }
        assertGt(places, 0, "no guard to take out");
        vm.etch(of_, code);
    }
}
