// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GesimAccount} from "./GesimAccount.sol";
import {IGesimAccountFactory} from "./interfaces/IGesimAccount.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

/// @title The maker of travellers' accounts. See {IGesimAccountFactory}.
contract GesimAccountFactory is IGesimAccountFactory {
    /// @inheritdoc IGesimAccountFactory
    address public immutable implementation;

    constructor() {
        implementation = address(new GesimAccount());
    }

    /// @inheritdoc IGesimAccountFactory
    function createAccount(bytes[] calldata signers, uint256 salt) external returns (address account) {
        bytes32 cloneSalt = _cloneSalt(signers, salt);
        account = Clones.predictDeterministicAddress(implementation, cloneSalt);
        // ERC-4337 asks a factory to return the account when it exists.
        if (account.code.length != 0) return account;
        Clones.cloneDeterministic(implementation, cloneSalt);
        GesimAccount(payable(account)).initialize(signers);
        emit AccountCreated(account, signers, salt);
    }

    /// @inheritdoc IGesimAccountFactory
    function getAddress(bytes[] calldata signers, uint256 salt) external view returns (address) {
        return Clones.predictDeterministicAddress(implementation, _cloneSalt(signers, salt));
    }

    function _cloneSalt(bytes[] calldata signers, uint256 salt) private pure returns (bytes32) {
        return keccak256(abi.encode(signers, salt));
    }
}
