// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What the carrier registry needs to know of disputes
interface IFrozenBooks {
    /// @notice The first epoch from which claims of the book are stopped because a fault was proven in it; 0 when they are
    /// not. Settlement answers this.
    function frozenFrom(uint32 book) external view returns (uint32 epoch);
}
