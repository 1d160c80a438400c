// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {GesimAccount} from "./GesimAccount.sol";
import {IGesimAccount, IGesimAccountFactory} from "./interfaces/IGesimAccount.sol";
import {SignerBytes} from "./libraries/SignerBytes.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

/// @title The maker of travellers' accounts. See {IGesimAccountFactory}.
contract GesimAccountFactory is IGesimAccountFactory {
    /// @inheritdoc IGesimAccountFactory
    address public immutable implementation;

    constructor(uint48 recoveryDelay) {
        implementation = address(new GesimAccount(recoveryDelay));
    }

    /// @inheritdoc IGesimAccountFactory
    function createAccount(bytes[] calldata signers, uint256 salt) external returns (address account) {
        bytes memory ids = SignerBytes.pack(signers);
        account = Clones.predictDeterministicAddressWithImmutableArgs(implementation, ids, bytes32(salt));
        // ERC-4337 asks a factory to return the account when it exists.
        if (account.code.length != 0) return account;
        _requireAllSafe(signers, account);
        Clones.cloneDeterministicWithImmutableArgs(implementation, ids, bytes32(salt));
        emit AccountCreated(account, signers, salt);
    }

    /// @inheritdoc IGesimAccountFactory
    function getAddress(bytes[] calldata signers, uint256 salt) external view returns (address) {
        return
            Clones.predictDeterministicAddressWithImmutableArgs(
                implementation, SignerBytes.pack(signers), bytes32(salt)
            );
    }

    function _requireAllSafe(bytes[] calldata signers, address account) private pure {
        uint256 count = signers.length;
        require(count != 0, IGesimAccount.GesimAccount_LastSigner());
        require(count <= SignerBytes.MOST, IGesimAccount.GesimAccount_TooManySigners(count, SignerBytes.MOST));
        for (uint256 i = 0; i < count; ++i) {
            SignerBytes.requireSafe(signers[i], account);
            bytes32 id = SignerBytes.idOf(signers[i]);
            for (uint256 j = 0; j < i; ++j) {
                require(id != SignerBytes.idOf(signers[j]), IGesimAccount.GesimAccount_SignerExists(signers[i]));
            }
        }
    }
}
