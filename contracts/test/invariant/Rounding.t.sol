// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IntentTerms} from "../../src/interfaces/DataTypes.sol";
import {Tariff} from "../../src/libraries/Tariff.sol";

/// @notice The library behind an external function, so that calldata is calldata.
contract Tariffs {
    function full(IntentTerms calldata t, uint64 cumBytes) external pure returns (uint256) {
        return Tariff.fullCharge(t, cumBytes);
    }
}

/// @notice Invariant 12: what epochs add up to is the charge of all bytes, and that is at most a micro above the price.
contract RoundingTest is Test {
    Tariffs private _tariffs = new Tariffs();

    function testFuzz_RoundingStaysBelowAMicro(uint64 price, uint64[12] memory uses) external view {
        IntentTerms memory t;
        (t.pricePerGB, t.blockBytes) = (price, 1);
        uint64 cumBytes;
        uint256 charged;
        for (uint256 i = 0; i < uses.length; ++i) {
            cumBytes += uses[i] >> 4;
            uint256 cumulative = _tariffs.full(t, cumBytes);
            // The increment of this epoch, as a claim takes it.
            charged += cumulative - charged;
        }
        uint256 exact = uint256(cumBytes) * price;
        assertGe(charged * 1e9, exact);
        assertLt(charged * 1e9 - exact, 1e9);
    }
}
