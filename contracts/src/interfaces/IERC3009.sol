// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The two functions of USDC's EIP-3009 that the escrow calls
/// @notice The payer signs a transfer to the caller; `nonce` is any unused word, here the intent's id.
interface IERC3009 {
    /// @notice Moves `value` from `from` to the caller, `to`, by a split signature of an account without code.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice The same by a signature in bytes, ERC-1271 accounts included.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) external;
}
