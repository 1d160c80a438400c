// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IntentTerms} from "../interfaces/DataTypes.sol";

/// @title What bytes cost by the terms
/// @dev Always from cumulative bytes, so rounding costs at most one micro in an intent's life. `proofs/src/tariff.ts` is
/// the same in TypeScript; a test compares them.
library Tariff {
    uint256 internal constant GB = 1e9;

    /// @notice The charge once active, within a deposit: in the carrier's favour rounded up to blocks and whole micros.
    function charge(IntentTerms calldata terms, uint64 cumBytes, uint64 deposit) internal pure returns (uint64) {
        uint256 full = fullCharge(terms, cumBytes);
        uint256 most = Math.min(deposit, terms.maxDeposit);
        return uint64(Math.min(full, most));
    }

    /// @notice The same without a deposit to end it. At most 2^64 + 2^65 * 2^64 / 1e9: cannot overflow.
    function fullCharge(IntentTerms calldata terms, uint64 cumBytes) internal pure returns (uint256) {
        uint256 included = terms.includedBytes;
        uint256 above = cumBytes > included ? cumBytes - included : 0;
        uint256 blockBytes = terms.blockBytes == 0 ? 1 : terms.blockBytes;
        uint256 rounded = Math.ceilDiv(above, blockBytes) * blockBytes;
        return terms.activationFee + Math.ceilDiv(rounded * terms.pricePerGB, GB);
    }
}
