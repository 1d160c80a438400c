// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LeafProof, NodeProof, RootRef} from "../interfaces/DataTypes.sol";

/// @title The positional Merkle-sum tree of all charges
/// @notice Depth 32: 12 levels choose the book, 20 the index in the book, so a place belongs to one intent. Each node
/// carries two sums, and a parent's hash binds both children's sums: no two people can be shown different splits.
/// @dev node = 48 bytes: hash | total (8) | coSigned (8). parent = keccak256(left | right), sums added, a carry refused.
/// leaf = keccak256 of 128 bytes (tag, intent id, packed figures, evidence), so a leaf is never a node. The empty node is
/// all zero, and so is the parent of two empty nodes: paths leave empty siblings out. Sums travel packed as
/// total << 64 | coSigned. `proofs/src/sum-node.ts` is the same in TypeScript; a test compares them.
library SumTree {
    uint256 internal constant DEPTH = 32;
    uint256 internal constant BOOK_LEVELS = 12;
    uint256 internal constant INDEX_LEVELS = 20;
    uint256 internal constant MAX_BOOKS = 1 << BOOK_LEVELS;
    uint256 internal constant MAX_INDICES = 1 << INDEX_LEVELS;

    bytes32 internal constant LEAF_TAG = keccak256("GeSIM leaf v1");

    /// @notice The siblings do not fit the bitmap.
    error SumTree_MalformedPath(uint256 bitmap, uint256 siblingBytes);
    /// @notice A sum exceeds 64 bits.
    error SumTree_Carry();
    /// @notice The path leads to another root.
    error SumTree_WrongRoot(bytes32 actual, bytes32 expected);
    /// @notice The path leads to other sums than the commitment's.
    error SumTree_WrongSums(uint256 actual, uint256 expected);

    /// @notice Reverts unless the leaf is at the place in the tree of `ref`.
    function checkLeaf(
        RootRef memory ref,
        bytes32 intentId,
        uint256 book,
        uint256 index,
        LeafProof calldata proof
    ) internal pure {
        (bytes32 hash, uint256 sums) = leafNode(intentId, proof);
        uint256 place = (book << INDEX_LEVELS) | index;
        (hash, sums) = climb(hash, sums, place, DEPTH, proof.bitmap, proof.siblings);
        _compare(ref, hash, sums);
    }

    /// @notice Reverts unless the book has this node in the tree of `ref`.
    function checkBook(RootRef memory ref, uint256 book, NodeProof calldata proof) internal pure {
        checkNode(ref, INDEX_LEVELS, book, proof);
    }

    /// @notice Reverts unless the node of a height is at the place in the tree of `ref`.
    function checkNode(RootRef memory ref, uint256 level, uint256 place, NodeProof calldata proof) internal pure {
        (bytes32 hash, uint256 sums) = climb(
            proof.hash,
            pack(proof.total, proof.coSigned),
            place,
            DEPTH - level,
            proof.bitmap,
            proof.siblings
        );
        _compare(ref, hash, sums);
    }

    /// @notice Hash and sums of a leaf; the empty node when it says nothing.
    function leafNode(bytes32 intentId, LeafProof calldata leaf) internal pure returns (bytes32 hash, uint256 sums) {
        uint256 packed = (uint256(leaf.amount) << 192) |
            (uint256(leaf.coSigned) << 128) |
            (uint256(leaf.bytesUsed) << 64) |
            (uint256(leaf.seq) << 32) |
            leaf.flags;
        if (packed == 0 && leaf.evidence == 0) return (0, 0);
        return (keccak256(abi.encode(LEAF_TAG, intentId, packed, leaf.evidence)), packed >> 128);
    }

    /// @notice Both sums in one word.
    function pack(uint64 total, uint64 coSigned) internal pure returns (uint256) {
        return (uint256(total) << 64) | coSigned;
    }

    /// @notice Hashes upwards from a node.
    /// @param place Its place among the nodes of its level. @param steps Levels to climb.
    function climb(
        bytes32 hash,
        uint256 sums,
        uint256 place,
        uint256 steps,
        uint256 bitmap,
        bytes calldata siblings
    ) internal pure returns (bytes32, uint256) {
        if (bitmap >> steps != 0 || place >> steps != 0) revert SumTree_MalformedPath(bitmap, siblings.length);
        uint256 carry;
        uint256 left;
        // Uses memory beyond the free pointer for one 96-byte preimage, and reads siblings where they lie.
        assembly ("memory-safe") {
            let preimage := mload(0x40)
            let offset := siblings.offset
            for {
                let step := 0
            } lt(step, steps) {
                step := add(step, 1)
            } {
                let siblingHash := 0
                let siblingSums := 0
                if and(shr(step, bitmap), 1) {
                    siblingHash := calldataload(offset)
                    siblingSums := shr(128, calldataload(add(offset, 32)))
                    offset := add(offset, 48)
                }
                if or(or(hash, sums), or(siblingHash, siblingSums)) {
                    // The second hash overwrites the padding behind the first sums: write from left to right.
                    switch and(shr(step, place), 1)
                    case 0 {
                        mstore(preimage, hash)
                        mstore(add(preimage, 32), shl(128, sums))
                        mstore(add(preimage, 48), siblingHash)
                        mstore(add(preimage, 80), shl(128, siblingSums))
                    }
                    default {
                        mstore(preimage, siblingHash)
                        mstore(add(preimage, 32), shl(128, siblingSums))
                        mstore(add(preimage, 48), hash)
                        mstore(add(preimage, 80), shl(128, sums))
                    }
                    hash := keccak256(preimage, 96)
                    let total := add(shr(64, sums), shr(64, siblingSums))
                    let coSigned := add(and(sums, 0xffffffffffffffff), and(siblingSums, 0xffffffffffffffff))
                    carry := or(carry, or(shr(64, total), shr(64, coSigned)))
                    sums := or(shl(64, total), coSigned)
                }
            }
            left := sub(add(siblings.offset, siblings.length), offset)
        }
        if (left != 0) revert SumTree_MalformedPath(bitmap, siblings.length);
        if (carry != 0) revert SumTree_Carry();
        return (hash, sums);
    }

    function _compare(RootRef memory ref, bytes32 hash, uint256 sums) private pure {
        if (hash != ref.root) revert SumTree_WrongRoot(hash, ref.root);
        uint256 expected = pack(ref.total, ref.coSigned);
        if (sums != expected) revert SumTree_WrongSums(sums, expected);
    }
}
