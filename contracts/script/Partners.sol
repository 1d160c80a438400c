// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFrozenBooks} from "../src/interfaces/IFrozenBooks.sol";

/// @notice What a script says to the registry of carriers.
interface IBooks {
    function frozenBooks() external view returns (address);

    function setFrozenBooks(IFrozenBooks frozenBooks) external;
}

/// @notice What a script asks the fee treasury beside IFeeTreasury: whether its settings were made.
interface IGasTank {
    function gasTank() external view returns (address);
}

/// @notice What a script asks the EntryPoint.
interface IDeposits {
    function getDepositInfo(address account)
        external
        view
        returns (uint256 deposit, bool staked, uint112 stake, uint32 unstakeDelaySec, uint48 withdrawTime);
}
