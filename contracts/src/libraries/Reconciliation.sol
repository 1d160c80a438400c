// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title What two cumulative figures of the same intent amount to
/// @dev Policy version 1, the rule of `proofs/src/reconcile.ts`.
library Reconciliation {
    uint256 internal constant TOLERANCE_BYTES = 1e6;
    uint256 internal constant TOLERANCE_PERCENT = 2;

    /// @notice Within the tolerance the carrier's figure counts; above it the device's, unless the terms are
    /// CARRIER_METERED. A device that claims more than the carrier pays the carrier's figure.
    /// @return billable Bytes to charge. @return both Bytes of them that the device signed for.
    function reconcile(uint64 device, uint64 carrier, bool carrierMetered)
        internal
        pure
        returns (uint64 billable, uint64 both)
    {
        both = device < carrier ? device : carrier;
        uint256 tolerance = Math.max(TOLERANCE_BYTES, (uint256(carrier) * TOLERANCE_PERCENT) / 100);
        bool carriersCounts = carrierMetered || device >= carrier || carrier - device <= tolerance;
        billable = carriersCounts ? carrier : device;
    }
}
