// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Whether an account signed a digest
/// @dev As OpenZeppelin's SignatureChecker, in the other order: the key's own signature first, ERC-1271 only if it is none.
/// That saves the look at a cold account's code. The order matters only for a key that has delegated its account to code
/// (EIP-7702), and such a key stays the root of its account whatever the code says.
library Signed {
    function isBy(address signer, bytes32 digest, bytes calldata signature) internal view returns (bool result) {
        assembly ("memory-safe") {
            if eq(signature.length, 65) {
                let input := mload(0x40)
                mstore(input, digest)
                mstore(add(input, 32), byte(0, calldataload(add(signature.offset, 64))))
                calldatacopy(add(input, 64), signature.offset, 64)
                // Of the two values of s that fit a signature only the lower counts, as in OpenZeppelin's ECDSA.
                if lt(mload(add(input, 96)), 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1) {
                    mstore(0, 0)
                    pop(staticcall(gas(), 1, input, 128, 0, 32))
                    // The zero address is what nothing recovers to.
                    result := mul(eq(mload(0), shr(96, shl(96, signer))), iszero(iszero(mload(0))))
                }
            }
        }
        if (!result) return SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature);
    }
}
