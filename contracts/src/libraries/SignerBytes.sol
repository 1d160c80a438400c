// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IGesimAccount} from "../interfaces/IGesimAccount.sol";

/// @title Which bytes may be a signer of an account
library SignerBytes {
    /// @notice The most signers an account may have.
    uint256 internal constant MOST = 16;

    /// @dev Precompiles lie below; the identity precompile (0x04) echoes its input and so would approve any signature.
    uint160 private constant FIRST_SAFE_ADDRESS = 0x10000;

    /// @dev What stands for a signer in storage and in a clone's code.
    function idOf(bytes memory signer) internal pure returns (bytes32) {
        return keccak256(signer);
    }

    /// @dev Reverts for a signer that would approve anything or nothing.
    function requireSafe(bytes memory signer, address account) internal pure {
        address first = address(bytes20(signer));
        require(
            signer.length >= 20 && uint160(first) >= FIRST_SAFE_ADDRESS && first != account,
            IGesimAccount.GesimAccount_UnsafeSigner(signer)
        );
    }

    /// @dev Ids of the first signers, in order, as a clone carries them behind its code.
    function pack(bytes[] memory signers) internal pure returns (bytes memory ids) {
        uint256 count = signers.length;
        ids = new bytes(count * 32);
        for (uint256 i = 0; i < count; ++i) {
            bytes32 id = idOf(signers[i]);
            assembly ("memory-safe") {
                mstore(add(add(ids, 32), mul(i, 32)), id)
            }
        }
    }
}
