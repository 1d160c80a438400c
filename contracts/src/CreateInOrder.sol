// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICreateInOrder} from "./interfaces/ICreateInOrder.sol";

/// @title Deploys contracts at addresses that are known before their code is. See {ICreateInOrder}.
contract CreateInOrder is ICreateInOrder {
    address public immutable owner;
    /// @inheritdoc ICreateInOrder
    uint256 public count;

    constructor(address owner_) {
        owner = owner_;
    }

    /// @inheritdoc ICreateInOrder
    function create(bytes calldata initCode) external returns (address created) {
        require(msg.sender == owner, CreateInOrder_NotOwner(msg.sender, owner));
        bytes memory code = initCode;
        assembly ("memory-safe") {
            created := create(0, add(code, 32), mload(code))
            if iszero(created) {
                // What the constructor said is worth more than an error of ours.
                if returndatasize() {
                    let pointer := mload(0x40)
                    returndatacopy(pointer, 0, returndatasize())
                    revert(pointer, returndatasize())
                }
            }
        }
        require(created != address(0), CreateInOrder_Failed(count + 1));
        emit Created(++count, created);
    }
}
