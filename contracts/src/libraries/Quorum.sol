// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Who of a committee signed a digest, and with which weight
/// @dev Reads the committee where CodeStore keeps it: a byte, then one word a member, address (20 bytes) and weight (12),
/// ascending. Signatures are of 64 bytes each (ERC-2098: r, then the parity in the highest bit of s), ascending by signer, so
/// that one walk over the members meets every signer in turn and nobody names who signed. ECDSA only: asking sixteen
/// addresses for code would cost more than their signatures.
library Quorum {
    uint256 internal constant SIGNATURE_BYTES = 64;

    /// @notice Not a whole number of signatures.
    error Quorum_Malformed(uint256 length);
    /// @notice Not a member of the committee, or not after the signer before it.
    error Quorum_NotInTurn(uint256 position, address recovered);

    /// @notice The weight of those who signed and of all members. Of a committee without members: 0 of 1, never a quorum.
    function weigh(address committee, bytes32 digest, bytes calldata signatures)
        internal
        view
        returns (uint256 signed, uint256 total)
    {
        if (signatures.length % SIGNATURE_BYTES != 0) revert Quorum_Malformed(signatures.length);
        uint256 at;
        uint256 end;
        address stranger;
        // Works in memory beyond the free pointer: 128 bytes for ecrecover, then the members.
        assembly ("memory-safe") {
            let input := mload(0x40)
            let member := add(input, 128)
            let last := add(member, sub(extcodesize(committee), 1))
            extcodecopy(committee, member, 1, sub(last, member))
            mstore(input, digest)
            at := signatures.offset
            end := add(at, signatures.length)
            for {} lt(at, end) { at := add(at, 64) } {
                let s := calldataload(add(at, 32))
                mstore(add(input, 32), add(27, shr(255, s)))
                s := shr(1, shl(1, s))
                calldatacopy(add(input, 64), at, 32)
                mstore(add(input, 96), s)
                mstore(0, 0)
                pop(staticcall(gas(), 1, input, 128, 0, 32))
                // Of the two values of s that fit a signature only the lower counts, as in OpenZeppelin's ECDSA.
                stranger := mul(mload(0), lt(s, 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1))
                let isMember := 0
                for {} and(lt(member, last), iszero(isMember)) { member := add(member, 32) } {
                    let word := mload(member)
                    let weight := and(word, 0xffffffffffffffffffffffff)
                    total := add(total, weight)
                    isMember := eq(shr(96, word), stranger)
                    signed := add(signed, mul(weight, isMember))
                }
                if iszero(isMember) { break }
            }
            for {} lt(member, last) { member := add(member, 32) } {
                total := add(total, and(mload(member), 0xffffffffffffffffffffffff))
            }
        }
        if (at != end) {
            revert Quorum_NotInTurn((signatures.length - (end - at)) / SIGNATURE_BYTES, stranger);
        }
        if (total == 0) total = 1;
    }
}
