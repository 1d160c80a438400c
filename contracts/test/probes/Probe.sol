// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Says that a place in the code was passed
/// @dev `run.ts` puts calls of it into a copy of the contracts. It speaks to the console's address, which forge answers: such
/// a call is seen although what made it reverts, spends no prank and is not what `expectRevert` waits for.
library Probe {
    /// @dev So that no figure that a test prints is taken for a place.
    uint256 private constant FIRST = 7_000_000_000;

    /// @notice The place `number` was passed. Pure by a cast, because pure functions are probed too.
    function at(uint256 number) internal pure {
        function(uint256) internal view seeing = _say;
        function(uint256) internal pure blind;
        assembly ("memory-safe") {
            blind := seeing
        }
        blind(number);
    }

    /// @notice Which way a condition went: `number` if it is true, the next one if not.
    function side(bool condition, uint256 number) internal pure returns (bool) {
        at(condition ? number : number + 1);
        return condition;
    }

    /// @notice Says the places that pure assembly marked with bits in the word at 0x20000, and wipes them.
    function marks(uint256 number) internal pure {
        uint256 bits;
        assembly {
            bits := mload(0x20000)
            mstore(0x20000, 0)
        }
        for (; bits != 0; bits >>= 1) {
            if (bits & 1 != 0) at(number);
            ++number;
        }
    }

    function _say(uint256 number) private view {
        uint256 said = FIRST + number;
        // console.log(uint256), in the scratch space.
        assembly ("memory-safe") {
            mstore(0, 0xf82c50f1)
            mstore(0x20, said)
            pop(staticcall(gas(), 0x000000000000000000636F6e736F6c652e6c6f67, 0x1c, 0x24, 0, 0))
        }
    }
}
