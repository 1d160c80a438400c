// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Deploys contracts at addresses that are known before their code is
/// @notice The money contracts name each other as immutables, so each needs the others' addresses before they exist. An
/// address made by CREATE depends on the creator and its count only: this creator has no other use, so that the n-th
/// contract it makes is where one computed it, on any chain and however often the deployment is started again.
interface ICreateInOrder {
    event Created(uint256 indexed position, address created);

    /// @notice Only the owner creates: a stranger would shift the addresses.
    error CreateInOrder_NotOwner(address caller, address owner);
    /// @notice The constructor failed without saying why.
    error CreateInOrder_Failed(uint256 position);

    /// @notice Creates the next contract. Reverts with the constructor's own error.
    function create(bytes calldata initCode) external returns (address created);

    /// @notice How many were created. The next one has the nonce `count + 1`.
    function count() external view returns (uint256);
}
