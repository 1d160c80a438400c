// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISanctionsList} from "./interfaces/IComplianceHook.sol";

/// @title A sanctions list for a local chain
/// @notice Stands where Chainalysis' oracle stands on a real chain, and refuses to be deployed on one.
contract LocalSanctionsList is ISanctionsList {
    /// @notice Who keeps the list.
    address public immutable keeper;
    /// @inheritdoc ISanctionsList
    mapping(address who => bool) public isSanctioned;

    event SanctionedSet(address indexed who, bool sanctioned);

    /// @notice A list of our own on a real chain would be no list at all.
    error LocalSanctionsList_NotLocalChain(uint256 chainId);
    /// @notice Only the keeper may change the list.
    error LocalSanctionsList_NotKeeper(address caller, address keeper);

    constructor(address keeper_) {
        require(block.chainid == 31337, LocalSanctionsList_NotLocalChain(block.chainid));
        keeper = keeper_;
    }

    /// @notice Puts an address on the list or takes it off.
    function setSanctioned(address who, bool sanctioned) external {
        require(msg.sender == keeper, LocalSanctionsList_NotKeeper(msg.sender, keeper));
        isSanctioned[who] = sanctioned;
        emit SanctionedSet(who, sanctioned);
    }
}
