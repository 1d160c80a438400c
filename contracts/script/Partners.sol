// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFrozenBooks} from "../src/interfaces/IFrozenBooks.sol";

/// @notice What the advance pool is made with, in the order of its constructor.
struct PoolTerms {
    address escrow;
    address governor;
    address guardian;
    uint40 queueSeconds;
    uint40 openSeconds;
    uint40 claimSeconds;
    uint40 patienceSeconds;
    uint16 juniorBps;
    uint16 maxDiscountBps;
    uint64 maxAssets;
}

/// @notice What a script says to the fee treasury.
interface IFees {
    struct Duty {
        address target;
        bytes4 selector;
        bool mustReturn;
        uint40 windowSeconds;
        uint64 price;
        uint64 penalty;
    }

    function setDuty(uint32 duty, Duty calldata wanted) external;

    function setSettings(uint64 minimumBond, uint64 dailyBudget, uint64 float, uint16 marginShareBps, address gasTank)
        external;

    function gasTank() external view returns (address);
}

/// @notice What a script says to the registry of carriers.
interface IBooks {
    function frozenBooks() external view returns (address);

    function setFrozenBooks(IFrozenBooks frozenBooks) external;
}

/// @notice What a script asks the EntryPoint.
interface IDeposits {
    function getDepositInfo(address account)
        external
        view
        returns (uint256 deposit, bool staked, uint112 stake, uint32 unstakeDelaySec, uint48 withdrawTime);
}
